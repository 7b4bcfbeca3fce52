"""How soon a process sees that a session has ended elsewhere: its rounds are short, and begin on time."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from flask import Flask

from rse.core import live
from rse.core.sockets import Connected, Pass
from rse.core.web import registry

A_SECOND = 1.0
SLOW = 0.3  # seconds that a look at everybody's rooms, or counts, may take when many are connected


class Clock:
    """Time that passes only when somebody waits or works; ends the checker after some rounds."""

    def __init__(self, rounds: int) -> None:
        self.now, self.left = 0.0, rounds

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.left -= 1
        if self.left < 0:
            live._state.checked = None

    def work(self, *_: object) -> None:
        self.now += SLOW


def test_slow_rounds_do_not_keep_a_socket_open_for_a_second(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.sockets.add(Connected("one", 1, Pass("session", 1)))
    clock, seen = Clock(rounds=24), [0.0]
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(live.socketio, "sleep", clock.sleep)
    monkeypatch.setattr(live, "check_sessions", lambda: seen.append(clock.now))
    monkeypatch.setattr(live, "check_rooms", clock.work)
    monkeypatch.setattr(live, "each_round", [clock.work])
    monkeypatch.setattr(live._state, "checked", app)
    live._check(app)
    live.sockets.clear()
    waits = [after - before for before, after in pairwise(seen)]
    assert len(waits) == 24
    assert max(waits) < A_SECOND * 0.7  # the rest is for the question itself and a busy machine
    assert sum(waits) / len(waits) < A_SECOND / 2


def test_rights_of_many_are_asked_for_together(app: Flask) -> None:
    """One question for each person, thousands of them every other second, kept a process busy doing nothing."""
    alone = [one.name for one in registry().features if one.tokens and not one.tokens_of]
    assert alone == []
