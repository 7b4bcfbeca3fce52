"""Words as PostgreSQL keeps them and asks for them: a tsvector and tsqueries of our own, by our analysis.

A stem is a lexeme as it is, an exact word begins with `=`, a tag with `#`. Words of the title carry the
label A. PostgreSQL's own parser is never used: it drops `C++`, and does not know French from English.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rse.core.feature import Document
from rse.search.grammar import Word
from rse.search.texts import placed

MAX_PLACE = 16_383  # PostgreSQL's limit; what comes later stands there
MAX_PLACES = 250  # of one word; PostgreSQL keeps 255
MAX_BYTES = 900_000  # of the words of a document; PostgreSQL's limit is a megabyte
USUAL_LENGTH = 40  # words of a post: longer ones weigh less, as in BM25 (k1 1.2, b .6)


def quoted(lexeme: str) -> str:
    """Write a lexeme so that nothing in it is a sign of the language of tsvector and tsquery."""
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


@dataclass(frozen=True, slots=True)
class Vector:
    """A document as a tsvector in writing, the factor of its length for its weight, and its exact words."""

    text: str
    shortness: float
    words: frozenset[str]


def vector_of(document: Document) -> Vector:
    """Analyse a document."""
    places: dict[str, list[str]] = {}
    length = size = 0
    for of_title, place, token in placed(document):
        label = "A" if of_title else ""
        for form in token.forms:
            at = f"{min(place + form.offset + 1, MAX_PLACE)}{label}"
            for lexeme in (form.stem, "=" + form.exact):
                known = places.setdefault(lexeme, [])
                size += 2 if known else 2 * len(lexeme.encode()) + 8
                if len(known) < MAX_PLACES:
                    known.append(at)
        length += 1
        if size > MAX_BYTES:
            break
    words = [f"{quoted(lexeme)}:{','.join(at)}" for lexeme, at in places.items()]
    words += [quoted("#" + tag) for tag in document.tags if tag]
    shortness = round(2.2 / (1 + 1.2 * (0.4 + 0.6 * length / USUAL_LENGTH)), 4)
    exact = frozenset(lexeme[1:] for lexeme in places if lexeme.startswith("="))
    return Vector(" ".join(words), shortness, exact)


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
