"""Under gevent a search runs in the hub's threads, so that sockets do not wait for it."""

import subprocess
import sys
from pathlib import Path

from tests.search.corpus import document, engine_with

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from gevent import monkey; monkey.patch_all()
import sys, threading, time
from pathlib import Path
import gevent
from rse.search.engine import SearchQuery, on_thread
from rse.search.whoosh import Whoosh
home = monkey.get_original("_thread", "get_ident")()
assert on_thread(monkey.get_original("_thread", "get_ident")) != home
ticks = []
def tick():
    while len(ticks) < 40:
        ticks.append(time.perf_counter()); gevent.sleep(0.005)
def slow():
    monkey.get_original("time", "sleep")(0.2)
engine = Whoosh(Path(sys.argv[1]))
ticker = gevent.spawn(tick)
searches = [gevent.spawn(lambda: engine.search(SearchQuery("mot", frozenset({"everyone"}))).total) for _ in range(20)]
sleeper = gevent.spawn(on_thread, slow)
gevent.joinall([ticker, sleeper, *searches])
assert [s.value for s in searches] == [50] * 20, [s.value for s in searches]
worst = max(b - a for a, b in zip(ticks, ticks[1:]))
assert worst < 0.15, worst
print("ok")
"""


def test_searches_of_greenlets_run_beside_the_hub(tmp_path: Path) -> None:
    engine_with(tmp_path, [document(n, "mot") for n in range(50)])
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "search")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "ok", done.stderr
