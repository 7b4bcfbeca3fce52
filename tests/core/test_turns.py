"""Where one thread serves every connection, one that asks without end does not keep the others waiting."""

from pathlib import Path
from typing import Any

import gevent
from gevent import socket

from rse.app import create_app
from rse.core.turns import Turns

ASKED = 200


def test_a_connection_that_asks_without_end_lets_others_in() -> None:
    served: list[str] = []

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        served.append(environ["who"])
        return []

    turns = Turns(application)
    near, far = socket.socketpair()

    def busy() -> None:
        far.send(b"?")  # from now on the other one is ready
        for _ in range(ASKED):
            turns({"who": "busy"}, lambda *_: None)

    def waiting() -> None:
        near.recv(1)
        turns({"who": "waiting"}, lambda *_: None)

    with near, far:
        gevent.joinall([gevent.spawn(waiting), gevent.spawn(busy)], raise_error=True)
    assert served.count("busy") == ASKED
    assert served.index("waiting") < ASKED // 4


def test_pages_are_served_by_turns_under_gevent_only(tmp_path: Path) -> None:
    for mode, expected in (("gevent", True), ("threading", False)):
        settings = {"secret_key": "x" * 40, "data_dir": tmp_path / mode, "async_mode": mode}
        app = create_app(settings)
        layers, found = vars(app)["wsgi_app"], False
        while layers is not None and not found:
            found = isinstance(layers, Turns)
            layers = getattr(layers, "application", None) or getattr(layers, "wsgi_app", None)
        assert found is expected, mode
