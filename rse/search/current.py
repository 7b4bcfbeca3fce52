"""The search of the running application: its engine, and what the features below give it to index."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar

from flask import Flask, current_app
from gevent import monkey
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from rse.chat.queries import conversation_tokens
from rse.core import db
from rse.core.audience import Viewer
from rse.core.events import Event
from rse.core.feature import IndexSource
from rse.core.web import registry
from rse.features import FEATURES
from rse.groups.events import GroupRetokened
from rse.search.asking import Asker, closed_marks
from rse.search.engine import SearchBackend
from rse.search.known import of_texts
from rse.search.postgres import Postgres
from rse.search.service import by_kind
from rse.search.whoosh import Whoosh

P = ParamSpec("P")
R = TypeVar("R")
NAME = "rse_search"
FOLDER = "search"  # in the data directory
_turn = threading.Semaphore(1)


def init(app: Flask) -> None:
    """Open the engine of an application; nothing is read until somebody asks."""
    settings = app.extensions["rse_settings"]
    if settings.search_engine == "postgresql":
        with app.app_context():
            app.extensions[NAME] = Postgres(db.db.engine, _reading)
    else:
        app.extensions[NAME] = Whoosh(settings.data_dir.resolve() / FOLDER)


@contextmanager
def _reading() -> Iterator[Connection]:
    """Ask on the connection that the request has already: a second one for each could use them all up.

    In a savepoint, so that a question that fails leaves the transaction as it was.
    """
    session = db.session()
    with session.begin_nested():
        yield session.connection()


def backend() -> SearchBackend:
    """Give the engine."""
    found: SearchBackend = current_app.extensions[NAME]
    return found


def in_turn(view: Callable[P, R]) -> Callable[P, R]:
    """Let one page of results be made at a time where sockets live in the same thread and Whoosh answers.

    Each takes tens of milliseconds; sockets then wait for a part of one page, not of all that are asked.
    PostgreSQL is waited for, and the others go on meanwhile; what its questions have in common is asked once.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        if isinstance(backend(), Whoosh) and monkey.is_module_patched("threading"):
            with _turn:
                return view(*args, **kwargs)
        with backend().together():
            return view(*args, **kwargs)

    return answer


def sources() -> dict[str, IndexSource]:
    """Give what is indexed, by kind."""
    return by_kind(registry().all("index"))


def indexed_events() -> tuple[type[Event], ...]:
    """Give the events that change what is indexed, as the other features declare them."""
    below = FEATURES[: FEATURES.index("search")]  # those above it index nothing; notifications import us
    declared = [import_module(f"rse.{name}.feature").feature for name in below]
    kinds = dict.fromkeys(kind for feature in declared for source in feature.index for kind in source.events)
    return tuple(dict.fromkeys([*kinds, GroupRetokened]))


def asker(session: Session, viewer: Viewer) -> Asker:
    """Give who asks: with their tokens, those of their conversations, and marks of what is closed to them."""
    tokens = of_texts(viewer.tokens | conversation_tokens(session, viewer), viewer)
    tokens |= closed_marks(session, viewer)
    return Asker(session, viewer, backend(), sources(), tokens)
