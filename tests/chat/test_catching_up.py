"""The client's timeline against a model of it: whatever is lost, doubled, late or unanswered, nothing is shown twice,
out of order or with a gap; and what has arrived is shown, or what stands before it is being asked for."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import servers


class Driven:
    """The timeline in a Node process."""

    def __init__(self, node: str) -> None:
        path = Path(__file__).with_name("timeline.mjs")
        self.process = subprocess.Popen(
            [node, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, act: str, **said: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"act": act, **said}) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def end(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture
def driven() -> Iterator[Driven]:
    node = shutil.which("node")
    if node is None:
        servers.missing("Node")
    made = Driven(node)
    yield made
    made.end()


class Machine(RuleBasedStateMachine):
    """What the server stored, what flies, and what the client must show of it."""

    driven: Driven

    @initialize()
    def begin(self) -> None:
        self.log = 0  # events that are stored: 1, 2, ... log
        self.flying: list[int] = []  # sent, not arrived
        self.arrived: set[int] = set()
        self.unanswered = False  # the last question had no answer
        self.read = 0  # how much was stored when the open question was asked: the answer holds that or more
        self.now = self.driven.do("begin")

    def does(self, act: str, **said: Any) -> None:
        """Drive the client on, and note what is stored when it asks."""
        before, self.now = self.now["asks"], self.driven.do(act, **said)
        if self.now["asks"] is not None and (before is None or act in {"answer", "fail"}):
            self.read = self.log

    @rule(lost=st.booleans(), twice=st.booleans())
    def store(self, lost: bool, twice: bool) -> None:
        self.log += 1
        self.flying += [] if lost else [self.log] * (2 if twice else 1)

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        pos = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        self.arrived.add(pos)
        asked = self.now["asks"] is not None
        fresh = pos > self.now["pos"] + 1
        self.does("receive", pos=pos)
        self.unanswered = self.unanswered and (asked or not fresh)

    @rule()
    def come_back(self) -> None:
        self.does("ask")
        self.unanswered = False

    @precondition(lambda self: self.now["asks"] is not None)
    @rule(most=st.integers(1, 4), late=st.booleans())
    def answer(self, most: int, late: bool) -> None:
        self.does("answer", said=self.said(most, self.read if late else self.log))

    @precondition(lambda self: self.now["asks"] is not None)
    @rule()
    def fail(self) -> None:
        self.does("fail")
        self.unanswered = True

    def said(self, most: int, stored: int) -> dict[str, Any]:
        """What the server says to the question that is open: what was stored when it looked."""
        after = self.now["asks"]
        items = list(range(after + 1, min(stored, after + most) + 1))
        more = after + most < stored
        pos = items[-1] if more else max(after, stored)
        return {"items": [{"pos": n} for n in items], "pos": pos, "more": more, "reset": False}

    @invariant()
    def everything_once_and_in_order(self) -> None:
        if hasattr(self, "now"):
            assert self.now["shown"] == list(range(1, self.now["pos"] + 1))
            assert self.now["resets"] == 0

    @invariant()
    def what_has_arrived_is_shown_or_asked_for(self) -> None:
        if hasattr(self, "now") and self.now["asks"] is None and not self.unanswered:
            assert self.now["pos"] >= max(self.arrived, default=0)

    def teardown(self) -> None:
        if not hasattr(self, "now"):
            return
        self.does("ask")
        while self.now["asks"] is not None:
            self.does("answer", said=self.said(3, self.log))
        assert self.now["shown"] == list(range(1, self.log + 1))


def test_the_timeline_is_as_its_model(driven: Driven) -> None:
    run_state_machine_as_test(
        type("Here", (Machine,), {"driven": driven}),
        settings=settings(
            max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_what_the_server_has_forgotten_is_said_once(driven: Driven) -> None:
    driven.do("begin")
    driven.do("receive", pos=50)
    now = driven.do("answer", said={"reset": True, "items": [], "pos": 99, "more": False})
    assert (now["resets"], now["shown"], now["asks"]) == (1, [], None)
