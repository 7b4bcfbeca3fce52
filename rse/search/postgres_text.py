"""Words as PostgreSQL keeps them and asks for them: a tsvector and tsqueries of our own, by our analysis.

A stem is a lexeme as it is, an exact word begins with `=`, a tag with `#`. Words of the title carry the
label A. PostgreSQL's own parser is never used: it drops `C++`, and does not know French from English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rse.core.feature import Document
from rse.search import analysis
from rse.search.grammar import Word
from rse.search.texts import REMEMBERED, pieces

MAX_PLACE = 16_383  # PostgreSQL's limit; what comes later stands there
PLACES, LAST = tuple(map(str, range(MAX_PLACE))), str(MAX_PLACE)
MAX_PLACES = 250  # of one word; PostgreSQL keeps 255
MAX_BYTES = 900_000  # of the words of a document; PostgreSQL's limit is a megabyte
USUAL_LENGTH = 40  # words of a post: longer ones weigh less, as in BM25 (k1 1.2, b .6)


def quoted(lexeme: str) -> str:
    """Write a lexeme so that nothing in it is a sign of the language of tsvector and tsquery."""
    if "\\" in lexeme or "'" in lexeme:
        lexeme = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{lexeme}'"


@dataclass(frozen=True, slots=True)
class Vector:
    """A document as a tsvector in writing, the factor of its length for its weight, and its exact words."""

    text: str
    shortness: float
    words: frozenset[str]


Form = tuple[int, str, str, str, int, int]  # place, stem, exact word, the word, two sizes


def _forms(piece: str) -> tuple[int, int, tuple[tuple[Form, ...], ...]]:
    """Write the words of a piece of text, each in its forms."""
    width, words = analysis.piece(piece)
    written = tuple(tuple(_form(place + 1, one) for one in forms) for place, forms in words)
    return width, words[-1][0] if words else -1, written


def _form(place: int, one: analysis.Form) -> Form:
    stem, exact = quoted(one.stem), quoted("=" + one.exact)
    return place + one.offset, stem, exact, one.exact, _size(one.stem), _size("=" + one.exact)


def _size(lexeme: str) -> int:
    return 2 * len(lexeme.encode()) + 8


_remembered = lru_cache(maxsize=REMEMBERED)(_forms)


def vector_of(document: Document) -> Vector:
    """Analyse a document."""
    places: dict[str, list[str]] = {}  # of exact words
    stems: dict[str, list[str]] = {}  # their exact words
    words: list[str] = []
    length = size = 0
    for of_title, first, found in pieces(document, _forms, _remembered):
        for forms in found:
            for offset, stem, exact, word, stem_size, exact_size in forms:
                at = PLACES[first + offset] if first + offset < MAX_PLACE else LAST
                if of_title:
                    at += "A"
                if exact in places:
                    places[exact].append(at)
                    size += 4
                    continue
                places[exact] = [at]
                words.append(word)
                if stem in stems:
                    stems[stem].append(exact)
                    size += exact_size + 2
                else:
                    stems[stem] = [exact]
                    size += exact_size + stem_size
            length += 1
            if size > MAX_BYTES:
                break
        if size > MAX_BYTES:
            break
    written = [_lexemes(stem, exact, places) for stem, exact in stems.items()]
    written += [quoted("#" + tag) for tag in document.tags if tag]
    shortness = round(2.2 / (1 + 1.2 * (0.4 + 0.6 * length / USUAL_LENGTH)), 4)
    return Vector(" ".join(written), shortness, frozenset(words))


def _lexemes(stem: str, exact: Sequence[str], places: Mapping[str, Sequence[str]]) -> str:
    """Write a stem and its exact words with their places, which are the same where there is one of these."""
    if len(exact) == 1:
        at = ",".join(places[exact[0]][:MAX_PLACES])
        return f"{stem}:{at} {exact[0]}:{at}"
    every = sorted((at for one in exact for at in places[one]), key=_number)
    written = [f"{one}:{','.join(places[one][:MAX_PLACES])}" for one in exact]
    return f"{stem}:{','.join(every[:MAX_PLACES])} {' '.join(written)}"


def _number(place: str) -> int:
    return int(place.rstrip("A"))


def phrase(words: Sequence[Word]) -> str:
    """Ask for exact words at their distances."""
    asked, before = "", 0
    for word in words:
        asked += f" <{word.gap - before}> " if asked else ""
        asked += quoted("=" + word.exact)
        before = word.gap
    return f"({asked})"


def holding(word: Word) -> str:
    """Ask for a word: by its stem, its parts one after the other, how it begins, or what stands for it."""
    own = together(word.each) if word.each else _own(word)
    if not word.others:
        return own
    return f"({' | '.join([own, *(together(other.words) for other in word.others)])})"


def together(words: Sequence[Word]) -> str:
    """Ask for all of some words."""
    return f"({' & '.join(map(holding, words))})"


def _own(word: Word) -> str:
    if word.prefix:
        return quoted("=" + word.exact) + ":*"
    if word.parts:
        return f"({quoted(word.stem)} | {phrase(word.parts)})"
    return quoted(word.stem)
