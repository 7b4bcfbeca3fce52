"""Small documents for the tests of engines."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rse.core.feature import Document
from rse.search.engine import Batch, Results, SearchBackend, SearchQuery
from rse.search.whoosh import Whoosh

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERYONE = frozenset({"everyone"})


def document(number: int, body: str = "", **values: Any) -> Document:
    """A post of the whole company, a day later than the one before it."""
    kind = values.pop("kind", "post")
    defaults = {"audience": "everyone", "title": "", "at": START + timedelta(days=number), "version": 1}
    return Document(key=f"{kind}:{number}", kind=kind, body=body, **(defaults | values))


def engine_with(folder: Path, documents: Iterable[Document]) -> Whoosh:
    engine = Whoosh(folder / "search")
    engine.reindex(documents, lambda keys: Batch())
    return engine


def ask(engine: SearchBackend, text: str, audience: Iterable[str] = EVERYONE, **values: Any) -> Results:
    return engine.search(SearchQuery(text, frozenset(audience), **values))


def keys(results: Results) -> list[str]:
    return [found.key for found in results.found]
