"""What of a document is searched, in the same way by every engine: its title, then its text, apart."""

from __future__ import annotations

from collections.abc import Iterator

from rse.core.feature import Document
from rse.search import analysis

MAX_TEXT = 200_000  # characters of a document
APART = 10  # places between title and text, so that no phrase spans both


def placed(document: Document) -> Iterator[tuple[bool, int, analysis.Token]]:
    """Give the words of a document, each with whether it is of the title, and its place in the whole."""
    start = place = 0
    for of_title, text in ((True, document.title), (False, _body(document)[:MAX_TEXT])):
        for token in analysis.tokens(text):
            place = start + token.place
            yield of_title, place, token
        start = place + APART


def _body(document: Document) -> str:
    where = (document.department, document.site) if document.kind == "person" else ()
    return "\n".join(filter(None, (document.body, *document.skills, *document.tags, *where)))
