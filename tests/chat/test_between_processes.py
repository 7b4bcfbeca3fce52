"""When Redis goes and comes back, every process tells its sockets to ask for what they missed."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rse.core.between import MISSED, Manager
from tests import servers


class Process:
    """A manager as a web process has one, listening in a thread."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self.missed = threading.Event()
        words = {"word": self._hear, MISSED: self.missed.set}
        self.manager = Manager(url, words)
        self.over = False
        self.threads: list[threading.Thread] = []
        self.manager.server = SimpleNamespace(start_background_task=self._apart, sleep=self._sleep)
        self.manager.json = json
        self._apart(self._listen)

    def _hear(self, text: str) -> None:
        self.heard.append(text)

    def _apart(self, work: Callable[[], None]) -> None:
        def run() -> None:
            with contextlib.suppress(SystemExit):
                work()

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def end(self) -> None:
        """Once Redis is away: the next wait ends the thread."""
        self.over = True
        for thread in self.threads:
            thread.join(20)

    def _sleep(self, seconds: float) -> None:
        if self.over:
            raise SystemExit
        time.sleep(min(seconds, 0.1))

    def _listen(self) -> None:
        for said in self.manager._listen():
            message = json.loads(said)
            if message["host_id"] != self.manager.host_id:
                self.manager._handle_emit(message)

    def say(self, text: str) -> float:
        """Tell the others; gives the seconds that it took."""
        start = time.monotonic()
        said: dict[str, Any] = {"method": "emit", "event": "word", "data": [{"text": text}]}
        self.manager._publish({**said, "host_id": self.manager.host_id})
        return time.monotonic() - start


def until(done: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.redis
def test_what_may_be_lost_is_told_once_redis_is_back() -> None:
    port = servers.free_port()
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(contextlib.ExitStack())
        url = first.enter_context(servers.redis(port))
        one, two = Process(url), Process(url)
        stack.callback(one.end)
        stack.callback(two.end)
        until(lambda: bool(one.say("a") < 5 and two.heard))
        assert not one.missed.is_set()
        first.close()
        assert one.say("lost") < 3  # nobody who writes waits for Redis
        assert one.say("lost too") < 0.1
        stack.enter_context(servers.redis(port))
        assert one.missed.wait(20)
        assert two.missed.wait(20)
        until(lambda: bool(one.say("b") < 5 and "b" in two.heard))
