"""An indexer that is killed at any moment loses nothing that was acknowledged, and blocks nobody after it."""

from pathlib import Path

from bench.search_kill import run_kills
from rse.search.engine import Batch
from tests.search.corpus import ask, document, engine_with
from tests.search.engines import Engines

KILLS = 5  # python -m bench.search_kill does it fifty times


def test_killed_writers_and_rebuilds_leave_nothing_missing_stale_doubled_or_come_back(
    engines: Engines,
) -> None:
    done, problems = run_kills(engines.address("killed"), KILLS)
    assert problems == []
    assert done >= KILLS
    engine = engines.open("killed")
    engine.apply(Batch(put=[document(9999, "après")]))
    assert ask(engine, "après").total == 1


def test_a_killed_rebuild_leaves_the_live_index_and_is_swept(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, [document(1, "mot")])
    (tmp_path / "search" / "index-dead").mkdir()
    (tmp_path / "search" / "late").write_text("post:7\n")
    engine.apply(Batch(put=[document(2, "mot")]))
    assert ask(engine, "mot").total == 2
    engine.reindex([document(1, "mot"), document(2, "mot")], lambda late: Batch())
    assert ask(engine, "mot").total == 2
    assert len(list((tmp_path / "search").glob("index-*"))) == 1
    assert not (tmp_path / "search" / "late").exists()
