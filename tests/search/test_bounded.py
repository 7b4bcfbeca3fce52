"""Where very much answers, the newest is looked at: the page and the API say so, and filters reach the rest."""

import pytest

from rse.search.engine import Batch
from tests.search.corpus import ask, document, keys
from tests.search.engines import Engines

MANY = 30


def test_the_newest_are_ranked_and_counted(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rse.search.postgres_pages.LOOKED_AT", 10)
    engine = engines.make(
        [document(n, "le budget de l’année", author_id=n % 3, kind="post") for n in range(1, MANY + 1)]
    )
    found = ask(engine, "budget", facets=True, limit=20)
    bounded = engines.kind == "postgres"
    assert found.bounded is bounded
    assert found.total == (10 if bounded else MANY)
    newest = {f"post:{n}" for n in range(MANY - 9, MANY + 1)}
    assert newest <= set(keys(found))


def test_filters_hold_before_the_bound(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rse.search.postgres_pages.LOOKED_AT", 10)
    texts = [document(n, "le budget", author_id=1 if n <= 3 else 2) for n in range(1, MANY + 1)]
    engine = engines.make(texts)
    found = ask(engine, "budget", authors=frozenset({1}), facets=True)
    assert set(keys(found)) == {"post:1", "post:2", "post:3"}
    assert not found.bounded
    assert dict(found.facets["author"])[1] == 3
    engine.apply(Batch(drop=["post:1"]))
    assert ask(engine, "budget", authors=frozenset({1})).total == 2
