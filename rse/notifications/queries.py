"""Reads of notifications: threads and their lines, for one person, with the audience applied again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Inbox, Person
from rse.core.among import among
from rse.core.audience import Viewer
from rse.core.company import WorkingTime, working_time
from rse.core.model import decode_id, encode_id
from rse.core.notice import Line, Noted, Notice
from rse.core.policy import NotFound
from rse.notifications.models import MutedThread, Notification, NotificationSettings
from rse.notifications.wishes import Wishes

SHOWN = 3  # lines of a thread
KINDS_OF_THREAD = (
    "post", "group", "conversation", "promotion", "endorsements", "report", "draft", "coffee", "search",
    "export",
)  # fmt: skip
COLUMNS = (
    Notification.id, Notification.kind, Notification.thread, Notification.object_id, Notification.by_id,
    Notification.group_id, Notification.at, Notification.read_at,
)  # fmt: skip
Kinds = Mapping[str, Notice]


@dataclass(frozen=True, slots=True)
class Item:
    """A notification with its words."""

    noted: Noted
    line: Line
    icon: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What happened in one thread, the latest first."""

    key: str
    subject: str
    items: Sequence[Item]
    total: int
    unread: int
    newest_id: int
    muted: bool

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)

    @property
    def public_key(self) -> str:
        """The thread as named outside."""
        kind, _colon, number = self.key.partition(":")
        return f"{kind}-{encode_id(int(number))}"


def thread_key(public_key: str) -> str:
    """Read the name of a thread. Raises NotFound for what is none."""
    kind, _dash, text = public_key.partition("-")
    try:
        number = decode_id(text)
    except ValueError as error:
        raise NotFound from error
    if kind not in KINDS_OF_THREAD:
        raise NotFound
    return f"{kind}:{number}"


def noted(row: Any) -> Noted:
    """Make a notification from a row that begins with COLUMNS."""
    return Noted(*row[: len(COLUMNS)])


def items(session: Session, viewer: Viewer, kinds: Kinds, rows: Iterable[Noted]) -> list[Item]:
    """Put notifications in words; what the viewer may not read (any more) is left out."""
    by_notice: defaultdict[Any, list[Noted]] = defaultdict(list)
    rows = list(rows)
    for row in rows:
        if row.kind in kinds:
            by_notice[kinds[row.kind].lines].append(row)
    lines: dict[int, Line] = {}
    for say, of_it in by_notice.items():
        lines |= say(session, viewer, of_it)
    return [Item(row, lines[row.id], kinds[row.kind].icon) for row in rows if row.id in lines]


def listed(
    session: Session, viewer: Viewer, kinds: Kinds, *, unread: bool, before: int | None, limit: int
) -> tuple[list[Item], int | None]:
    """Give a page of notifications, the latest first, and where the next one begins."""
    query = select(*COLUMNS).where(Notification.person_id == viewer.id, ~Notification.hidden)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if before is not None:
        query = query.where(Notification.id < before)
    rows = [noted(row) for row in session.execute(query.order_by(Notification.id.desc()).limit(limit + 1))]
    after = rows[limit - 1].id if len(rows) > limit else None
    return items(session, viewer, kinds, rows[:limit]), after


def threads(
    session: Session, viewer: Viewer, kinds: Kinds, *, unread: bool, before: int | None, limit: int
) -> tuple[list[Thread], int | None]:
    """Give a page of threads, the one with the latest notification first, and where the next page begins."""
    newest = func.max(Notification.id)
    waiting = func.sum(case((Notification.read_at.is_(None), 1), else_=0))
    mine = (Notification.person_id == viewer.id, ~Notification.hidden)
    silent = exists().where(MutedThread.person_id == viewer.id, MutedThread.thread == Notification.thread)
    query = select(Notification.thread, newest, func.count(), waiting, silent).where(*mine)
    query = query.group_by(Notification.thread)
    if before is not None:
        query = query.having(newest < before)
    if unread:
        query = query.having(waiting > 0)
    heads = session.execute(query.order_by(newest.desc()).limit(limit + 1)).all()
    after = heads[limit - 1][1] if len(heads) > limit else None
    names = [head[0] for head in heads[:limit]]
    latest = _latest(session, viewer, names)
    said: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items(session, viewer, kinds, latest):
        said[item.noted.thread].append(item)
    found = [
        Thread(
            name,
            said[name][0].line.subject,
            said[name],
            max(total, len(said[name])),
            fresh,
            top,
            bool(muted),
        )
        for name, top, total, fresh, muted in heads[:limit]
        if said[name]
    ]
    return found, after


def _latest(session: Session, viewer: Viewer, names: Sequence[str]) -> list[Noted]:
    """Give the latest few notifications of each of these threads."""
    if not names:
        return []
    place = func.row_number().over(partition_by=Notification.thread, order_by=Notification.id.desc())
    mine = (Notification.person_id == viewer.id, ~Notification.hidden, Notification.thread.in_(names))
    ranked = select(*COLUMNS, place.label("place")).where(*mine).subquery()
    query = select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.id.desc())
    return [noted(row) for row in session.execute(query)]


def unread_of(session: Session, person_id: int) -> int:
    """Give how many notifications a person has not read."""
    return session.scalar(select(Inbox.unread).where(Inbox.person_id == person_id)) or 0


def counts_of(session: Session, people: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Give {person: (unread, newest notification)} of those who have any."""
    query = select(Inbox.person_id, Inbox.unread, Inbox.newest_id).where(Inbox.person_id.in_(people))
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def last_change(session: Session) -> Any:
    """Give when the count of anybody changed last."""
    return session.scalar(select(func.max(Inbox.changed_at)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when somebody works."""

    company: WorkingTime
    zone: str


def wishes_of(session: Session, person_id: int) -> Wishes:
    """Give what a person wants to hear."""
    return _wishes(session.get(NotificationSettings, person_id))


def _wishes(held: NotificationSettings | None) -> Wishes:
    if held is None:
        return Wishes()
    return Wishes(held.frequency, held.kinds, held.groups, held.quiet, held.push_text)


def place_of(session: Session, site: str, zone: str) -> Place:
    """Give where and when people of a site work; the hours come from memory."""
    return Place(working_time(session, site), zone)


def wishes_and_places(session: Session, people: Sequence[int], zone: str) -> dict[int, tuple[Wishes, Place]]:
    """Give the same for many people in one query; `zone` is the company's."""
    query = select(Person.id, Person.site, Person.timezone, NotificationSettings)
    query = query.outerjoin(NotificationSettings, NotificationSettings.person_id == Person.id)
    rows = session.execute(query.where(among(session, Person.id, people))).all()
    places = {at: place_of(session, *at) for at in {(row[1], row[2] or zone) for row in rows}}
    return {row[0]: (_wishes(row[3]), places[row[1], row[2] or zone]) for row in rows}


def is_muted(session: Session, viewer: Viewer, thread: str) -> bool:
    """Tell whether a person hears nothing of a thread."""
    return session.get(MutedThread, (viewer.id, thread)) is not None


def muted_threads(session: Session, viewer: Viewer) -> Sequence[str]:
    """Give the threads that a person has muted, the latest first."""
    mine = select(MutedThread.thread).where(MutedThread.person_id == viewer.id)
    return session.scalars(mine.order_by(MutedThread.at.desc())).all()
