"""Who has the network open now: known to this process, or to all of them over Redis; best effort."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol
from uuid import uuid4

import redis

from rse.core.between import client

STANDS = 75  # seconds that a process's word for a person stands without being said again
AGAIN = 25.0  # seconds after which it is said again


class Presence(Protocol):
    """Where it is kept who is here."""

    def came(self, person_id: int) -> None:
        """Note the first socket of a person in this process."""

    def went(self, person_id: int) -> None:
        """Note that the last one has gone."""

    def here(self, person_ids: Iterable[int]) -> set[int]:
        """Tell which of these people are here."""

    def still(self, person_ids: Iterable[int]) -> None:
        """Say again who is here; called every second or so."""


class Local:
    """One process knows by itself."""

    def __init__(self) -> None:
        self._here: set[int] = set()

    def came(self, person_id: int) -> None:
        """Note the first socket of a person."""
        self._here.add(person_id)

    def went(self, person_id: int) -> None:
        """Note that the last one has gone."""
        self._here.discard(person_id)

    def here(self, person_ids: Iterable[int]) -> set[int]:
        """Tell which of these people are here."""
        return self._here.intersection(person_ids)

    def still(self, person_ids: Iterable[int]) -> None:
        """Nothing has to be said again."""


class Shared:
    """Several processes tell each other: for each person the processes, by when their word ends."""

    def __init__(self, url: str) -> None:
        self._redis = client(url)
        self._process = uuid4().hex
        self._said = 0.0

    @staticmethod
    def _key(person_id: int) -> str:
        return f"rse:here:{person_id}"

    def came(self, person_id: int) -> None:
        """Note the first socket of a person in this process."""
        with suppress(redis.RedisError):
            self._say([person_id])

    def _say(self, person_ids: Iterable[int]) -> None:
        with self._redis.pipeline(transaction=False) as pipe:
            for person_id in person_ids:
                pipe.zadd(self._key(person_id), {self._process: time.time() + STANDS})
                pipe.expire(self._key(person_id), STANDS)
            pipe.execute()

    def went(self, person_id: int) -> None:
        """Note that the last one has gone."""
        with suppress(redis.RedisError):
            self._redis.zrem(self._key(person_id), self._process)

    def here(self, person_ids: Iterable[int]) -> set[int]:
        """Tell which of these people are here, in any process."""
        wanted, counts = list(person_ids), []
        with suppress(redis.RedisError), self._redis.pipeline(transaction=False) as pipe:
            for person_id in wanted:
                pipe.zcount(self._key(person_id), time.time(), "+inf")
            counts = pipe.execute()
        return {person_id for person_id, count in zip(wanted, counts, strict=False) if count}

    def still(self, person_ids: Iterable[int]) -> None:
        """Say again who is here, before the word ends."""
        if time.monotonic() - self._said >= AGAIN:
            self._said = time.monotonic()
            with suppress(redis.RedisError):
                self._say(person_ids)


def make(redis_url: str) -> Presence:
    """Give the one that fits the number of processes."""
    return Shared(redis_url) if redis_url else Local()
