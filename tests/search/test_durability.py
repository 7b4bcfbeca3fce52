"""A writer that is killed at any moment loses nothing that was acknowledged, and blocks nobody after it."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from rse.search.engine import Batch
from tests.search.corpus import ask, document, engine_with, keys

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from rse.search.engine import Batch
from rse.search.whoosh import Whoosh
from tests.search.corpus import document
engine, number = Whoosh(Path(sys.argv[1])), int(sys.argv[2])
while True:
    engine.apply(Batch(put=[document(number, "mot")], drop=[f"post:{number - 3}"]))
    print(number, flush=True)
    number += 1
"""


def test_killed_writers_lose_nothing_acknowledged(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, [])
    done, chance = 0, random.Random(4)
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path / "search"), str(done + 1)]
        writer = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(chance.random() * 0.15)
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        present = set(keys(ask(engine, "mot", limit=100)))
        must = {f"post:{n}" for n in range(max(1, acknowledged - 2), acknowledged + 1)}
        under_way = {f"post:{acknowledged + 1}"} | {f"post:{acknowledged - 2}"}
        assert must - under_way <= present <= must | under_way
        assert engine.health() is None
        done = acknowledged
    engine.apply(Batch(put=[document(9999, "après")]))
    assert keys(ask(engine, "après")) == ["post:9999"]


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
