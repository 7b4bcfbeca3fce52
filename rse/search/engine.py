"""What a search engine must do, whichever it is; the audience is part of every question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar
from zlib import crc32

from gevent import get_hub, monkey, sleep

from rse.core.feature import Document

T = TypeVar("T")


class Unusable(Exception):
    """There is no index that this version of the application can read; it must be rebuilt."""


FACETS = ("kind", "group", "author", "tag", "post_kind", "department", "site", "mark")
FACET_VALUES = 12  # the most frequent ones of each
MAX_LIMIT = 100
LOOKED_AT = 2_000  # of what answers a question, the newest: an engine may leave out the others, and says so


def closed_mark(group_id: int, kind: str) -> str:
    """Give what an audience holds beside its tokens where a group is no longer open to it.

    What the index holds of the group for everyone is then not found, before the index follows too: its posts
    and messages, or, for the kind "group", the group itself.
    """
    return f"-known:{group_id}" if kind == "group" else f"-read:{group_id}"


Wider = tuple[
    tuple[str, ...], str, float
]  # the stems that are asked for, what may stand for them, its weight
Position = tuple[float, int, str]  # score (0 when by date), time in seconds, key: where a page ended


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents to put in the place of what has their key, and keys to take out."""

    put: Sequence[Document] = ()
    drop: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question to an engine. An empty audience finds nothing; empty filters let everything through.

    The audience is made of tokens, and of marks of groups that were closed (see `closed_mark`).
    """

    text: str
    audience: frozenset[str]
    kinds: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    post_kinds: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()  # every one of them: "file", "question", "unanswered"
    department: str = ""  # a path; what is below it counts
    site: str = ""
    also: tuple[Wider, ...] = ()  # what may stand for words of the text
    since: datetime | None = None
    until: datetime | None = None
    sort: Literal["relevance", "date"] = "relevance"
    after: Position | None = None
    limit: int = 20
    facets: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One document that answers, with what ranking people needs of it; its text is in the database."""

    key: str
    kind: str
    score: float
    at: int  # seconds since 1970
    author_id: int | None
    group_id: int | None
    root: str
    post_kind: str
    accepted: bool

    @property
    def id(self) -> int:
        """Give the id of the object in its kind."""
        return int(self.key.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Results:
    """What was found: a page of it, how many in all, and counts per facet; all within the audience."""

    found: Sequence[Found] = ()
    total: int = 0
    facets: Mapping[str, Sequence[tuple[Any, int]]] = field(default_factory=dict)
    after: Position | None = None  # where the next page begins; None at the end
    loose: bool = False  # nothing held all the words: these hold some of them
    bounded: bool = False  # more may answer: the newest were looked at, and counted


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a word that is being typed may go on: a person or group (by key), or a tag."""

    kind: str
    value: str


class SearchBackend(Protocol):
    """An engine. Adding one is one file that passes the conformance tests."""

    def together(self) -> AbstractContextManager[None]:
        """Ask several questions one after the other: what is the same for all is looked up once."""

    def apply(self, batch: Batch) -> None:
        """Put and drop documents; on return they are findable and survive the end of the process."""

    def update(self, read: Callable[[], Batch]) -> None:
        """Take the writer's turn, then read what to put and drop, and do it: nothing newer is undone."""

    def search(self, query: SearchQuery) -> Results:
        """Answer a question within its audience."""

    def suggest(self, prefix: str, audience: frozenset[str], limit: int = 8) -> Sequence[Suggestion]:
        """Complete what is being typed, from what the audience may read only."""

    def evidence(self, terms: str, audience: frozenset[str], k: int = 200) -> Sequence[Found]:
        """Give the k best posts, comments and group messages about some terms; never a direct message."""

    def spellings(
        self, words: Sequence[str], audience: frozenset[str]
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Give, for exact words, those near in spelling that stand in what the audience may read.

        Each with in how many documents it stands there (counted up to a hundred), the word itself among them
        where it does; the nearest and most frequent first.
        """

    def stamps(self, kind: str) -> Mapping[int, int]:
        """Give, by id, the stamp (see `stamp`) of every document of a kind; raises Unusable."""

    def reindex(self, documents: Iterable[Document], late: Callable[[Sequence[str]], Batch]) -> int:
        """Build the index anew beside the present one, then switch. Gives the number of documents.

        Keys applied meanwhile are handed to `late` just before the switch, and its batch goes in too.
        """

    def health(self) -> str | None:
        """Say what is wrong with the index, or None."""


def stamp(version: int, audience: str) -> int:
    """Give a number that differs where a document of one state stands for an object of another."""
    return crc32(f"{version} {audience}".encode())


def on_thread(work: Callable[[], T]) -> T:
    """Do slow work without holding up the other greenlets: in the hub's threads where gevent has patched."""
    if not monkey.is_module_patched("threading"):
        return work()
    result: T = get_hub().threadpool.apply(work)
    return result


def breathe() -> None:
    """Let the other greenlets go on, in the middle of something long."""
    if monkey.is_module_patched("threading"):
        sleep(0)


def real_lock() -> Any:
    """Give a lock between threads of the system: greenlets' locks do not hold in the hub's threads."""
    if monkey.is_module_patched("_thread"):
        return monkey.get_original("_thread", "allocate_lock")()
    return threading.Lock()
