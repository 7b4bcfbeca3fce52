"""The language of the search box: words, "phrases", -without, prefix*, and filters as in `author:`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rse.search import analysis

MAX_TEXT = 400  # characters of a question
MAX_WORDS = 24
MIN_PREFIX = 3  # letters
SENTENCE = 3  # words: a sentence in capitals names nothing
FILTERS = ("author", "group", "tag", "kind", "type", "department", "site", "from", "to")
PIECE = re.compile(
    r"""(?P<minus>-(?=[^\s-]))?
        (?:(?P<filter>[a-z]+):(?=[^\s/])(?:"(?P<quoted>[^"]*)"|(?P<value>\S+))
         | ["«“](?P<phrase>[^"»”]*)["»”]
         | (?P<word>[^\s"«»“”]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be found: by its stem, better by its exact form, or as its parts one after the other."""

    exact: str
    stem: str
    parts: tuple["Word", ...] = ()
    gap: int = 0  # places after the phrase's first word
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question, read."""

    words: Sequence[Word] = ()
    phrases: Sequence[Sequence[Word]] = ()
    without: Sequence[Word] = ()
    without_phrases: Sequence[Sequence[Word]] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    plain: str = ""  # the text without filters and signs: for highlights and for "ask it"

    @property
    def asks(self) -> bool:
        """Tell whether there is anything to look for in texts."""
        return bool(self.words or self.phrases)


def words_of(text: str) -> list[Word]:
    """Read plain text as words. A question of nothing but small words keeps them: they may be names."""
    if text.isupper() and len(text.split()) >= SENTENCE:
        text = text.lower()
    return _words(text) or _words(text.upper())


def _words(text: str) -> list[Word]:
    found = []
    for token in analysis.tokens(text[:MAX_TEXT]):
        main, *rest = token.forms
        whole_place = token.place
        parts = tuple(Word(f.exact, f.stem, gap=f.offset) for f in rest) if main.width > 1 else ()
        found.append(Word(main.exact, main.stem, parts, whole_place))
    return found[:MAX_WORDS]


def phrase_of(text: str) -> list[Word]:
    """Read the words of a phrase with the places between them, compounds taken apart."""
    flat: list[Word] = []
    for word in words_of(text):
        if word.parts:
            flat += [Word(part.exact, part.stem, gap=word.gap + part.gap) for part in word.parts]
        else:
            flat.append(word)
    if not flat:
        return []
    first = flat[0].gap
    return [Word(word.exact, word.stem, gap=word.gap - first) for word in flat]


def _unique(words: list[Word]) -> list[Word]:
    return list({(word.exact, word.prefix): word for word in words}.values())[:MAX_WORDS]


def _prefix(piece: str) -> list[Word]:
    """Read `licenc*`: the letters as typed, folded; too short a beginning is a word like another."""
    bare = analysis.fold(piece.rstrip("*"))
    letters = analysis.PARTS.findall(bare)
    if len(letters) != 1 or len(letters[0]) < MIN_PREFIX:
        return words_of(bare)
    return [Word(letters[0], letters[0], prefix=True)]


def parse(text: str) -> Parsed:
    """Read a question. Nothing in it is an error: what is not understood is looked for as words."""
    words: list[Word] = []
    phrases: list[list[Word]] = []
    without: list[Word] = []
    without_phrases: list[list[Word]] = []
    filters: dict[str, list[str]] = {}
    plain: list[str] = []
    run: list[str] = []  # neighbouring words are read together, so that R . G . P . D or elisions hold
    for match in PIECE.finditer(text[:MAX_TEXT].replace("\x00", " ")):
        name, minus = match["filter"], bool(match["minus"])
        if name in FILTERS and not minus:
            value = match["quoted"] if match["quoted"] is not None else match["value"]
            filters.setdefault(name, []).append(value)
            continue
        if match["phrase"] is not None:
            (without_phrases if minus else phrases).append(phrase_of(match["phrase"]))
            plain += [] if minus else [match["phrase"]]
            continue
        piece = match.group().removeprefix("-") if minus else match.group()
        if minus:
            without += words_of(piece)
        elif piece.endswith("*"):
            words += _prefix(piece)
            plain.append(piece.rstrip("*"))
        else:
            run.append(piece)
            plain.append(piece)
    words += words_of(" ".join(run)) if run else []
    return Parsed(
        _unique(words),
        [p for p in phrases if p][:8],
        _unique(without),
        [p for p in without_phrases if p][:8],
        filters,
        " ".join(plain),
    )
