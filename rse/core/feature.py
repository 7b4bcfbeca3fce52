"""What a feature declares: everything that engines above it, or pages below it, need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rse.core.activity import Activity
from rse.core.kinds import PostKind
from rse.core.notice import Notice

if TYPE_CHECKING:
    from flask import Blueprint, Flask
    from flask.cli import AppGroup
    from sqlalchemy.orm import Session

    from rse.core.audience import Viewer
    from rse.core.events import Event
    from rse.core.retention import Keep


@dataclass(frozen=True, slots=True)
class Document:
    """One object as the search index knows it; the database stays the truth."""

    key: str  # "post:123": kind and id
    kind: Literal["post", "comment", "person", "group", "message", "file", "page"]
    audience: str  # the token of its root
    title: str
    body: str
    at: datetime
    version: int
    root: str = ""  # key of the root for what is read through one (a comment's post)
    author_id: int | None = None
    group_id: int | None = None
    post_kind: str = ""
    tags: Sequence[str] = ()
    department: str = ""  # path, for facets
    site: str = ""
    skills: Sequence[str] = ()  # labels and synonyms, for people
    accepted: bool = False  # an answer that was accepted
    marks: Sequence[str] = ()  # what it is beside its kind: "file" (has one), "question", "unanswered"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search result shows of an object, made from the database for one viewer."""

    key: str
    title: str
    text: str  # plain text, to be cut and highlighted
    url: str
    at: datetime
    subtitle: str = ""  # where it is: group, role and site
    author: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class IndexSource:
    """How one kind of object gets into the search index and out of it again."""

    kind: str
    events: Mapping[type[Event], Callable[[Any], Iterable[int]]]  # which ids an event touches
    load: Callable[[Session, Sequence[int]], Iterable[Document]]  # present state; what is gone is left out
    ids: Callable[[Session, int, int], Sequence[int]]  # (after, limit): every id, ascending
    hits: Callable[[Session, Sequence[int], Viewer], Mapping[int, Hit]]  # audience applied again
    # (after, limit): id, version and audience of every document, ascending by id, read without their texts
    stamps: Callable[[Session, int, int], Sequence[tuple[int, int, str]]] | None = None
    # which of this kind change with objects of other kinds, {kind: ids}
    beside: Callable[[Session, Mapping[str, Collection[int]]], Iterable[int]] | None = None


@dataclass(frozen=True)
class Subscriber:
    """A handler of events. `outbox` handlers run in the worker, may run twice, and take a batch."""

    name: str  # "search.index": unique, kept in the deliveries
    events: tuple[type[Event], ...]
    handle: Callable[[Session, Sequence[Any]], None]
    mode: Literal["same_transaction", "outbox", "live"] = "outbox"
    writes: bool = True  # False: it only reads the database, so it must not keep the writers waiting
    batch: int = 200  # events at a time


@dataclass(frozen=True)
class NavItem:
    """A destination: of the navigation, or a tab of the administration or of one's settings."""

    key: str
    label: Any  # lazy text
    endpoint: str
    icon: str
    order: int
    place: Literal["main", "admin", "admin.tabs", "settings.tabs", "me", "foot"] = "main"
    shown: Callable[[Viewer], bool] = lambda viewer: True
    count: Callable[[Session, Viewer], int] | None = None


@dataclass(frozen=True)
class Panel:
    """A fragment that a feature puts at a named place of a page of a feature below it."""

    place: str  # "person.main", "group.feed", "home.rail"
    key: str
    label: Any
    order: int
    render: Callable[..., str]  # (session, viewer, subject) -> safe HTML, "" for nothing


@dataclass(frozen=True)
class Guard:
    """A check that runs before pages of signed-in people; it may answer instead (welcome, charter).

    `program` runs before their calls of the API and their socket events: it raises Refused, or lets them.
    """

    name: str
    check: Callable[[Viewer, str], Any]  # (viewer, endpoint) -> response or None
    program: Callable[[Viewer, str], None] = lambda viewer, called: None  # (viewer, endpoint or event)


@dataclass(frozen=True)
class Export:
    """What a person's own export contains of a feature, and how an erasure treats it."""

    name: str
    rows: Callable[[Session, int], Iterable[Mapping[str, Any]]]
    erase: Callable[[Session, int], None]
    # Files that the person sent: (name in the copy, where it lies).
    contents: Callable[[Session, int], Iterable[tuple[str, Path]]] = lambda _session, _person_id: ()


@dataclass(frozen=True)
class Holder:
    """Something that files hang on. Who reads it reads them; nobody else does."""

    kind: str  # "post"
    readable: Callable[[Session, Viewer, Collection[int]], Collection[int]]  # of these ids, by the one rule
    gone: Callable[
        [Session, Collection[int], datetime], Collection[int]
    ]  # deleted before a moment, or absent
    changed: Callable[[Session, Collection[int]], None]  # files were taken off: what shows them is old
    hrefs: Callable[[Session, Collection[int]], Mapping[int, str]]  # the pages where they stand
    # who reads it, as a token, for the search; what is gone is left out
    audiences: Callable[[Session, Collection[int]], Mapping[int, str]] | None = None


@dataclass(frozen=True)
class Feature:
    """One folder under rse/: what it adds to the application."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    cli: tuple[AppGroup, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    index: tuple[IndexSource, ...] = ()
    activity: tuple[Activity, ...] = ()
    kinds: tuple[PostKind, ...] = ()
    notices: tuple[Notice, ...] = ()
    nav: tuple[NavItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    guards: tuple[Guard, ...] = ()
    exports: tuple[Export, ...] = ()
    holders: tuple[Holder, ...] = ()
    # Of files that hang on nothing, by {id: whose}: those that somebody's own unpublished text names.
    names_files: Callable[[Session, Mapping[int, int]], Collection[int]] | None = None
    # (session, person id, kind, what the viewer shall know) gives audience tokens
    tokens: Callable[[Session, int, str, dict[str, Any]], Iterable[str]] | None = None
    # The same for many people at once, by {person id: kind}, where sockets are looked after.
    tokens_of: Callable[[Session, Mapping[int, str]], Mapping[int, Collection[str]]] | None = None
    frame: tuple[Callable[[Session, Viewer], Mapping[str, Any]], ...] = ()  # values for every page's layout
    live: Callable[[], None] | None = None  # registers what sockets ask for
    init: Callable[[Flask], None] | None = None  # anything else, once per application
    checks: tuple[Callable[[], str | None], ...] = ()  # for `flask check` and /readyz: a problem, or None
    warnings: tuple[Callable[[], str | None], ...] = ()  # what needs somebody soon; nothing stops for it
    derived: tuple[str, ...] = ()  # folders of the data directory that a backup leaves out: made anew
    keeps: tuple[Keep, ...] = ()  # how long its rows are kept, where that is not for ever
    # Seals anew what it keeps sealed: (session, key, those before) gives names, (renewed, lost).
    seals: tuple[Callable[[Session, str, Sequence[str]], tuple[list[str], list[str]]], ...] = ()
    restored: tuple[Callable[[], str], ...] = ()  # what a restored backup needs; each says what it did


class Registry:
    """The features of this application, in order, seen by what they declare."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)

    def all(self, what: str) -> tuple[Any, ...]:
        """Give every object declared under a field name, in the order of the features."""
        return tuple(item for feature in self.features for item in getattr(feature, what))

    def panels(self, place: str) -> list[Panel]:
        """Give the panels of a place, by their order."""
        return sorted((p for p in self.all("panels") if p.place == place), key=lambda p: p.order)
