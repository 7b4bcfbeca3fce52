"""The way between processes: Redis, which delivers at most once. What may be lost there is fetched.

python-socketio's own manager listens again after a while and says nothing of what it did not hear: a page
whose socket never was cut would go on without a message until the next one shows the gap. Here every socket
is told to ask for what it missed, by the process that could not listen, or for one that could not speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from secrets import randbelow
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from socketio import RedisManager

log = structlog.get_logger()
MISSED = "rse:missed"  # a word between processes: something may not have reached you
WAIT = 1.0  # seconds for an answer: nothing that a person does waits longer for Redis
SILENCE = 5.0  # seconds of listening between two looks whether Redis is still there


def client(url: str, *, again: int = 1, wait: float = WAIT) -> Any:
    """Give a client of Redis that fails soon; a connection that was dropped is made anew `again` times."""
    retry = Retry(NoBackoff(), again)
    return redis.Redis.from_url(
        url, socket_timeout=wait, socket_connect_timeout=WAIT, retry=retry, health_check_interval=int(SILENCE)
    )


class Manager(RedisManager):  # type: ignore[misc]
    """The manager between processes; it also carries our own words, which no client hears."""

    def __init__(self, url: str, words: Mapping[str, Callable[..., None]]) -> None:
        super().__init__(url, channel="rse")
        self._words = words
        self._speaks = client(url)
        self._owes = False

    def _handle_emit(self, message: dict[str, Any]) -> None:
        word = self._words.get(message["event"])
        if word is None:
            super()._handle_emit(message)
        else:
            word(**message["data"][0])

    def _publish(self, data: dict[str, Any]) -> None:
        """Tell the other processes; while that is not possible they are owed a word, and nothing waits."""
        if not self._owes and not self._said(data):
            self._owes = True
            log.warning("other processes cannot be told")
            self.server.start_background_task(self._pay)

    def _said(self, data: dict[str, Any]) -> bool:
        try:
            self._speaks.publish(self.channel, self.json.dumps(data))
        except redis.RedisError:
            return False
        return True

    def _pay(self) -> None:
        """Tell the others that they missed something, as soon as Redis is there again."""
        said = {"method": "emit", "event": MISSED, "data": [{}], "namespace": "/", "host_id": self.host_id}
        while not self._said(said):
            self.server.sleep(0.5)
        self._owes = False
        self._said(said)  # once more, for what was to be told between the two lines above

    def _listen(self) -> Iterator[Any]:
        """Give what others say, for ever."""
        lost = False
        while True:
            try:
                with closing(client(self.redis_url, again=0, wait=SILENCE * 2)) as there:
                    yield from self._heard(there, lost=lost)
            except redis.RedisError:
                log.warning("other processes cannot be heard")
            lost = True
            self.server.sleep(0.3 + randbelow(500) / 1000)

    def _heard(self, there: Any, *, lost: bool) -> Iterator[Any]:
        with closing(there.pubsub()) as ear:
            ear.subscribe(self.channel)
            while True:
                said = ear.get_message(timeout=SILENCE)
                if said is not None and said["type"] == "message":
                    yield said["data"]
                elif said is not None and said["type"] == "subscribe" and lost:
                    self._words[MISSED]()
