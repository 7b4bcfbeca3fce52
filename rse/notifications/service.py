"""Writes of notifications: stored once, counted again, read, muted, forgotten. They never commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from rse.accounts.models import Inbox
from rse.core import clock
from rse.core.among import among
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import UTCDateTime, new_id
from rse.core.notice import Notice, Told
from rse.core.policy import Invalid
from rse.notifications.events import NotificationsRead
from rse.notifications.models import MutedThread, Notification, NotificationSettings
from rse.notifications.queries import Place
from rse.notifications.wishes import Wishes, mail_at, push_at

MOST_MUTED = 2000  # threads; nobody comes near


def new(session: Session, table: Any) -> Any:
    """Give the statement that inserts those rows that are not there yet.

    The rows are given to its execution: it is compiled once, where one that holds them is compiled each time.
    """
    dialect = session.get_bind().dialect.name
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table.__table__).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who will be told, and where: not in the bell when `hidden`."""

    person_id: int
    hidden: bool = False
    mail_at: datetime | None = None
    push_at: datetime | None = None


def store(session: Session, kind: str, told: Told, receivers: Sequence[Receiver]) -> list[int]:
    """Keep a notification for each who has none by its key, and count theirs. Gives who is told now."""
    if not receivers:
        return []
    if session.get_bind().dialect.name == "postgresql":
        people = list(session.scalars(_stored_at_once(), _as_arrays(kind, told, receivers)))
        count(session, people)
        return people
    same = {
        "kind": kind, "key": told.key, "thread": told.thread, "object_id": told.object_id,
        "by_id": told.by_id, "group_id": told.group_id, "at": told.at,
    }  # fmt: skip
    rows = [
        {
            **same, "id": new_id(), "person_id": r.person_id, "hidden": r.hidden, "mail_at": r.mail_at,
            "push_at": r.push_at,
        }
        for r in receivers
    ]  # fmt: skip
    stored = new(session, Notification).returning(Notification.__table__.c.person_id)
    people = list(session.scalars(stored, rows))
    count(session, people)
    return people


def _as_arrays(kind: str, told: Told, receivers: Sequence[Receiver]) -> dict[str, Any]:
    """Give the values of many as a few arrays: a place for each value costs more than its row."""
    return {
        "kind": kind, "key": told.key, "thread": told.thread, "object_id": told.object_id,
        "by_id": told.by_id, "group_id": told.group_id, "at": told.at,
        "id": [new_id() for _ in receivers], "person_id": [r.person_id for r in receivers],
        "hidden": [r.hidden for r in receivers], "mail_at": [r.mail_at for r in receivers],
        "push_at": [r.push_at for r in receivers],
    }  # fmt: skip


@lru_cache(maxsize=1)
def _stored_at_once() -> Any:
    """Build the statement that stores what stands in those arrays (PostgreSQL)."""
    table: Any = Notification.__table__
    each = ("id", "person_id", "hidden", "mail_at", "push_at")
    same = ("kind", "key", "thread", "object_id", "by_id", "group_id", "at")
    values: list[Any] = [func.unnest(bindparam(name, type_=ARRAY(table.c[name].type))) for name in each]
    values += [cast(bindparam(name, type_=table.c[name].type), table.c[name].type) for name in same]
    rows: Any = postgresql.insert(table).from_select([*each, *same], select(*values))
    return rows.on_conflict_do_nothing().returning(table.c.person_id)


@lru_cache(maxsize=1)
def _counted_at_once() -> Any:
    """Build the statement that gives people a count, where they have none yet (PostgreSQL)."""
    people = func.unnest(bindparam("people", type_=ARRAY(BigInteger())))
    now = cast(bindparam("now", type_=UTCDateTime()), UTCDateTime())
    rows = select(people, literal(0), cast(literal(0), BigInteger), now)
    names = ["person_id", "unread", "newest_id", "changed_at"]
    table: Any = Inbox.__table__
    return postgresql.insert(table).from_select(names, rows).on_conflict_do_nothing()


def count(session: Session, people: Collection[int]) -> None:
    """Count the unread notifications of people again, from the rows: a count can never drift."""
    if not people:
        return
    now = clock.now()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_counted_at_once(), {"people": list(people), "now": now})
    else:
        rows = [{"person_id": one, "unread": 0, "newest_id": 0, "changed_at": now} for one in people]
        session.execute(new(session, Inbox), rows)
    theirs = (Notification.person_id == Inbox.person_id, ~Notification.hidden)
    unread = select(func.count()).where(*theirs, Notification.read_at.is_(None)).scalar_subquery()
    newest = select(func.coalesce(func.max(Notification.id), 0)).where(*theirs).scalar_subquery()
    values = {"unread": unread, "newest_id": newest, "changed_at": now}
    counted = update(Inbox).where(among(session, Inbox.person_id, people)).values(values)
    session.execute(counted.execution_options(synchronize_session=False))
    session.flush()


def read(
    session: Session,
    person_id: int,
    *,
    up_to_id: int | None = None,
    thread: str | None = None,
    object_up_to: int | None = None,
) -> int:
    """Note that a person has read up to a notification, a thread, or everything. Gives how many were not."""
    unread = [Notification.person_id == person_id, Notification.read_at.is_(None)]
    if up_to_id is not None:
        unread.append(Notification.id <= up_to_id)
    if thread is not None:
        unread.append(Notification.thread == thread)
    if object_up_to is not None:
        unread.append(Notification.object_id <= object_up_to)
    noted = update(Notification).where(*unread).values(read_at=clock.now(), mail_at=None, push_at=None)
    changed = session.execute(noted.execution_options(synchronize_session=False))
    number = int(getattr(changed, "rowcount", 0))
    if number:
        count(session, [person_id])
        emit(session, NotificationsRead(person_id))
    return number


def mute(session: Session, viewer: Viewer, thread: str, *, on: bool = True) -> None:
    """Tell a person nothing (more) of a thread, or again. Raises Invalid for too many."""
    held = session.get(MutedThread, (viewer.id, thread))
    if on and held is None:
        mine = select(func.count()).where(MutedThread.person_id == viewer.id)
        if (session.scalar(mine) or 0) >= MOST_MUTED:
            raise Invalid(thread=_("You have muted too many threads."))
        session.add(MutedThread(person_id=viewer.id, thread=thread, at=clock.now()))
        read(session, viewer.id, thread=thread)
    elif not on and held is not None:
        session.delete(held)
    session.flush()


def forget(session: Session, *criteria: Any, limit: int | None = None) -> int:
    """Delete notifications, at most `limit`, and count again. Gives how many there were."""
    chosen = select(Notification.id, Notification.person_id).where(*criteria)
    rows = session.execute(chosen.limit(limit) if limit else chosen).all()
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        session.execute(delete(Notification).where(Notification.id.in_([row.id for row in part])))
        count(session, {row.person_id for row in part})
    return len(rows)


def without_muted(session: Session, thread: str, people: Iterable[int]) -> list[int]:
    """Give those of these people who have not muted a thread, in order."""
    wanted = sorted(set(people))
    muted = select(MutedThread.person_id).where(MutedThread.thread == thread)
    out = (
        set(session.scalars(muted.where(among(session, MutedThread.person_id, wanted)))) if wanted else set()
    )
    return [person_id for person_id in wanted if person_id not in out]


def muted_of(session: Session, person_id: int, threads: Collection[str]) -> set[str]:
    """Give those of these threads that a person has muted."""
    muted = select(MutedThread.thread).where(MutedThread.person_id == person_id)
    return set(session.scalars(muted.where(MutedThread.thread.in_(threads)))) if threads else set()


def prefer(session: Session, person_id: int, wishes: Wishes) -> None:
    """Keep what a person wants; what waits to be mailed is planned anew by `replan`."""
    values = {
        "frequency": wishes.frequency,
        "kinds": dict(wishes.kinds),
        "groups": dict(wishes.groups),
        "quiet": dict(wishes.quiet),
        "push_text": wishes.push_text,
    }
    held = session.get(NotificationSettings, person_id)
    if held is None:
        session.add(NotificationSettings(person_id=person_id, **values))
    else:
        for name, value in values.items():
            setattr(held, name, value)
    session.flush()


def replan(
    session: Session, person_id: int, kinds: Mapping[str, Notice], wishes: Wishes, place: Place
) -> None:
    """Plan anew what waits for a person, mails and pushes: their wishes have changed, off means off now."""
    waits = or_(Notification.mail_at.is_not(None), Notification.push_at.is_not(None))
    for row in session.scalars(select(Notification).where(Notification.person_id == person_id, waits)):
        notice = kinds.get(row.kind)
        if row.mail_at is not None:
            wanted = notice is not None and wishes.on(notice, "mail", row.group_id)
            row.mail_at = mail_at(wishes, place.company, place.zone, row.at) if wanted else None
        if row.push_at is not None:
            wanted = notice is not None and wishes.on(notice, "push", row.group_id)
            row.push_at = push_at(wishes, place.company, place.zone, row.at) if wanted else None
    session.flush()
