"""Snippets of a found text with the words asked for marked: safe HTML made from the database's text."""

import unicodedata
from collections.abc import Sequence

from markupsafe import Markup, escape

from rse.search import analysis
from rse.search.grammar import Parsed, every

LENGTH = 240  # characters of a snippet
BEFORE = 60  # characters shown before the first marked word
SCANNED = 40_000  # characters looked through

Span = tuple[int, int, str]  # start, end, which word
Found = tuple[Span, ...]  # within a written word


class Marker:
    """Marks the words of one question; what it has seen of a written word it knows in later texts."""

    def __init__(self, parsed: Parsed) -> None:
        asked = [*every(parsed.words), *(word for phrase in parsed.phrases for word in phrase)]
        self.stems = {part.stem for word in asked if not word.prefix for part in (word, *word.parts)}
        self.prefixes = tuple(word.exact for word in asked if word.prefix)
        self.known: dict[str, Found] = {}

    def snippet(self, text: str, length: int = LENGTH) -> Markup:
        """Give the stretch of a plain text that shows best why it was found, as safe HTML."""
        text = _tidy(text)
        spans = self._spans(text[:SCANNED])
        start, end = _window(text, spans, length)
        before, after = ("… " if start else ""), (" …" if end < len(text) else "")
        return Markup("").join([before, _marked(text, spans, start, end), after])

    def whole(self, text: str) -> Markup:
        """Give a whole short text (a title, a name) with the words marked, as safe HTML."""
        text = _tidy(text)
        return _marked(text, self._spans(text[:SCANNED]), 0, len(text))

    def _spans(self, text: str) -> list[Span]:
        found, known = [], self.known
        for match in analysis.WORD.finditer(text):
            surface = match.group()
            inside = known.get(surface)
            if inside is None:
                inside = known[surface] = self._asked(surface)
            start = match.start()
            found += [(start + at, start + end, word) for at, end, word in inside]
        return found

    def _asked(self, surface: str) -> Found:
        """Tell what of a written word was asked for: the whole, or parts of a compound (`a-b`)."""
        forms = analysis.forms(surface)
        if forms and self._is_asked(forms[0].exact, forms[0].stem):
            return ((0, len(surface), forms[0].stem),)
        parts = analysis.PARTS.finditer(surface) if len(forms) > 1 else ()
        folded = [(part.start(), part.end(), analysis.fold(part.group())) for part in parts]
        return tuple(part for part in folded if self._is_asked(part[2], analysis.stem(part[2])))

    def _is_asked(self, exact: str, stem: str) -> bool:
        return stem in self.stems or bool(self.prefixes and exact.startswith(self.prefixes))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _window(text: str, spans: Sequence[Span], length: int) -> tuple[int, int]:
    """Choose the stretch of text that holds most of the different words, its beginning at a word."""
    best, start = 0, 0
    for index, (begin, _, _) in enumerate(spans):
        words = {word for at, end, word in spans[index : index + 40] if end <= begin + length - BEFORE}
        if len(words) > best:
            best, start = len(words), begin
    start = max(0, start - BEFORE) if start + length - BEFORE > length else 0
    if start:
        space = text.find(" ", start, start + BEFORE)
        start = space + 1 if space >= 0 else start
    end = start + length
    if end < len(text):
        space = text.rfind(" ", start + length // 2, end)
        end = space if space > 0 else end
    return start, min(end, len(text))


def _marked(text: str, spans: Sequence[Span], start: int, end: int) -> Markup:
    parts, at = [], start
    for begin, stop, _ in spans:
        if begin < at or stop > end:
            continue
        parts += [escape(text[at:begin]), Markup("<mark>"), escape(text[begin:stop]), Markup("</mark>")]
        at = stop
    parts.append(escape(text[at:end]))
    return Markup("").join(parts)
