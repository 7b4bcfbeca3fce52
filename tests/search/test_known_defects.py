"""Each defect that was measured in Whoosh and its forks is avoided (the list: docs/adr)."""

from pathlib import Path

import pytest

from rse.search import whoosh_index
from rse.search.engine import Batch
from rse.search.whoosh import Whoosh
from tests.search.corpus import EVERYONE, ask, document, engine_with, keys
from tests.search.engines import Engines

PUBLIC = document(1, "projet lumière", tags=("lampe",))
SECRET = document(
    2, "projet lumignon confidentiel", audience="group:9", group_id=9, tags=("lanterne",), author_id=3
)


def test_an_empty_audience_finds_nothing(engines: Engines) -> None:
    engine = engines.make([PUBLIC])
    assert ask(engine, "projet", ()).total == 0
    assert ask(engine, "", ()).total == 0
    assert engine.evidence("projet", frozenset()) == ()
    assert engine.suggest("lam", frozenset()) == ()


def test_an_audience_that_opens_nothing_finds_nothing(engines: Engines) -> None:
    engine = engines.make([PUBLIC])
    assert ask(engine, "projet", {"group:404"}).total == 0


def test_a_deleted_document_does_not_come_back_in_an_open_searcher(engines: Engines) -> None:
    writer, reader = engines.make([PUBLIC, SECRET]), engines.open()
    assert ask(reader, "projet").total == 1
    writer.apply(Batch(drop=["post:1"]))
    assert ask(reader, "projet").total == 0


def test_a_change_of_audience_is_seen_by_an_open_searcher(engines: Engines) -> None:
    writer, reader = engines.make([PUBLIC]), engines.open()
    assert ask(reader, "lumière").total == 1
    writer.apply(Batch(put=[document(1, "projet lumière", audience="group:9")]))
    assert ask(reader, "lumière").total == 0
    assert ask(reader, "lumière", {"group:9"}).total == 1


def test_required_words_and_filters_give_right_sets_over_many_segments(engines: Engines) -> None:
    engine = engines.make(
        [document(n, "rouge vert" if n % 2 else "rouge", group_id=n % 3 + 1) for n in range(30)]
    )
    engine.apply(Batch(put=[document(n, "rouge vert", group_id=1) for n in range(30, 34)]))
    found = ask(engine, "rouge vert", groups=frozenset({1}), limit=100)
    assert set(keys(found)) == {
        f"post:{n}" for n in range(34) if (n % 2 and n % 3 == 0 and n < 30) or n >= 30
    }


def test_prefixes_and_suggestions_tell_no_private_word(engines: Engines) -> None:
    engine = engines.make([PUBLIC, SECRET])
    assert keys(ask(engine, "lumi*")) == ["post:1"]
    assert ask(engine, "confiden*").total == 0
    assert [s.value for s in engine.suggest("la", EVERYONE)] == ["lampe"]


def test_counts_and_facets_come_after_the_audience(engines: Engines) -> None:
    engine = engines.make([PUBLIC, SECRET])
    results = ask(engine, "projet", facets=True)
    assert results.total == 1
    assert dict(results.facets["tag"]) == {"lampe": 1}
    assert "group" not in results.facets
    assert "author" not in results.facets


def test_what_is_like_a_text_is_found_within_the_audience(engines: Engines) -> None:
    """A text that one may read must not lead to one like it that one may not: not even to its words."""
    engine = engines.make([PUBLIC, SECRET, document(3, "projet lumignon", kind="comment")])
    found = engine.evidence("projet lumière lumignon confidentiel", EVERYONE)
    assert {one.key for one in found} == {"post:1", "comment:3"}
    alone = engines.make([PUBLIC, document(3, "projet lumignon", kind="comment")], "alone")
    assert found == alone.evidence("projet lumière lumignon confidentiel", EVERYONE)


def test_whether_all_words_are_there_is_told_within_the_audience(engines: Engines) -> None:
    """A secret text that holds all the words must not keep the looser answer from coming."""
    engine = engines.make([PUBLIC, SECRET])
    assert keys(ask(engine, "projet confidentiel lumière")) == ["post:1"]


def test_phrases_work_over_reopened_and_merged_segments(engines: Engines) -> None:
    engine = engines.make([document(1, "un deux trois quatre")])
    for n in range(2, 12):
        engine.apply(Batch(put=[document(n, "trois quatre" if n % 2 else "quatre trois")]))
    assert len(keys(ask(engines.open(), '"trois quatre"'))) == 6


def test_the_directory_is_private_and_the_schema_importable(tmp_path: Path) -> None:
    engine_with(tmp_path, [PUBLIC])
    live = next((tmp_path / "search").glob("index-*"))
    assert live.stat().st_mode & 0o077 == 0
    for thing in (whoosh_index.Words, whoosh_index.Codec):
        assert getattr(whoosh_index, thing.__qualname__) is thing


def test_an_index_of_another_version_is_not_read(engines: Engines) -> None:
    engine = engines.make([PUBLIC])
    engines.age()
    assert "version" in (engines.open().health() or "")
    assert ask(engines.open(), "projet").total == 0
    engine.reindex([PUBLIC], lambda late: Batch())
    assert ask(engine, "projet").total == 1
    assert engine.health() is None


def test_what_is_applied_during_a_rebuild_is_not_lost(engines: Engines) -> None:
    engine = engines.make([PUBLIC])
    late: list[str] = []

    def source():
        yield PUBLIC
        engine.apply(Batch(put=[document(5, "arrivé pendant")], drop=["post:1"]))

    def catch_up(changed):
        late.extend(changed)
        return Batch(put=[document(5, "arrivé pendant")], drop=["post:1"])

    engine.reindex(source(), catch_up)
    assert late == ["post:1", "post:5"]
    assert keys(ask(engine, "arrivé")) == ["post:5"]
    assert ask(engine, "lumière").total == 0


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Whoosh leaves the bad file open
def test_a_damaged_index_says_so_and_is_made_again(tmp_path: Path) -> None:
    engine_with(tmp_path, [PUBLIC])
    live = next((tmp_path / "search").glob("index-*"))
    for path in live.glob("*.toc"):
        path.write_bytes(b"garbage")
    engine = Whoosh(tmp_path / "search")
    assert "cannot be read" in (engine.health() or "")
    assert ask(engine, "projet").total == 0
    engine.reindex([PUBLIC], lambda changed: Batch())
    assert ask(engine, "projet").total == 1
