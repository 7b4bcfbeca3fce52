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


def _spans(text: str, parsed: Parsed) -> list[Span]:
    """Find the words of a question in a text."""
    asked = [*every(parsed.words), *(word for phrase in parsed.phrases for word in phrase)]
    stems = {part.stem for word in asked if not word.prefix for part in (word, *word.parts)}
    prefixes = tuple(word.exact for word in asked if word.prefix)
    found = []
    for token in analysis.tokens(text[:SCANNED]):
        main, *rest = token.forms
        if main.stem in stems or (prefixes and main.exact.startswith(prefixes)):
            found.append((token.start, token.end, main.stem))
        elif rest:
            found += _inside(text, token, stems, prefixes)
    return found


def _inside(text: str, token: analysis.Token, stems: set[str], prefixes: tuple[str, ...]) -> list[Span]:
    """Find the parts of a compound (an address, a hyphenated word) that were asked for."""
    found = []
    for part in analysis.PARTS.finditer(text, token.start, token.end):
        exact = analysis.fold(part.group())
        if analysis.stem(exact) in stems or (prefixes and exact.startswith(prefixes)):
            found.append((part.start(), part.end(), exact))
    return found


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


def snippet(text: str, parsed: Parsed, length: int = LENGTH) -> Markup:
    """Give the stretch of a plain text that shows best why it was found, as safe HTML."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    spans = _spans(text, parsed)
    start, end = _window(text, spans, length)
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    return Markup("").join([before, _marked(text, spans, start, end), after])


def marked(text: str, parsed: Parsed) -> Markup:
    """Give a whole short text (a title, a name) with the words marked, as safe HTML."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    return _marked(text, _spans(text, parsed), 0, len(text))
