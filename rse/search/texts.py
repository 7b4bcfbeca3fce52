"""What of a document is searched, in the same way by every engine: its title, then its text, apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeVar

from rse.core.feature import Document
from rse.search import analysis

MAX_TEXT = 200_000  # characters of a document
APART = 10  # places between title and text, so that no phrase spans both
USUAL = 40  # characters of a piece between spaces: a longer one hardly comes again
REMEMBERED = 60_000  # pieces


T = TypeVar("T")
Read = Callable[[str], tuple[int, int, T]]


def placed(document: Document) -> Iterator[tuple[bool, int, analysis.Token]]:
    """Give the words of a document, each with whether it is of the title, and its place in the whole."""
    start = place = 0
    for of_title, text in _texts(document):
        for token in analysis.tokens(text):
            place = start + token.place
            yield of_title, place, token
        start = place + APART


def pieces(document: Document, read: Read[T], remembered: Read[T]) -> Iterator[tuple[bool, int, T]]:
    """Give the same by pieces between spaces, which is faster: what `read` makes of each, with its place.

    `read` tells how many places a piece takes, at which its last word stands (-1: it has none), and what is
    given; `remembered` is the same with a memory, for pieces of a usual length.
    """
    start = last = 0
    for of_title, text in _texts(document):
        place = start
        for piece in unicodedata.normalize("NFC", text).split():
            width, end, made = (remembered if len(piece) <= USUAL else read)(piece)
            if end >= 0:
                last = place + end
                yield of_title, place, made
            place += width
        start = last + APART


def _texts(document: Document) -> tuple[tuple[bool, str], tuple[bool, str]]:
    return (True, document.title), (False, _body(document)[:MAX_TEXT])


def _body(document: Document) -> str:
    where = (document.department, document.site) if document.kind == "person" else ()
    return "\n".join(filter(None, (document.body, *document.skills, *document.tags, *where)))
