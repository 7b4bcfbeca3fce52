"""The soak in short: people write while their server is killed, sockets are cut and readers stall; all must agree.

The long one, with several processes, Redis and PostgreSQL: `python -m bench.soak MINUTES`.
"""

import shutil

from bench.soak import Size, soak
from tests import servers


def test_everybody_shows_the_same_whatever_was_killed() -> None:
    if shutil.which("node") is None:
        servers.missing("Node")
    size = Size(clients=8, conversations=3, rate=10.0, calm=2.0, processes=1, faults=(1.0, 1.5))
    said: list[str] = []
    assert soak(0.08, size, seed=5, small=True, say=said.append) == [], said
