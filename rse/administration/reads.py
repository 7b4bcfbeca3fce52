"""An administrator's read of private content: two people decide, those concerned are told, it has an end.

Who asks is the first of the two; the second is another administrator or the data protection officer. The
reader then holds the group's audience token in requests that change nothing, until the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from rse.accounts import audit, keepers
from rse.accounts.models import Person
from rse.administration.models import GrantRequest, GrantSubject
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.company import Remembered
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, Refused
from rse.feed.models import Post
from rse.groups.models import Group, Membership

OVERSEERS = frozenset({"admin", "dpo"})
MOST_HOURS = 72


@dataclass(frozen=True)
class Read:
    """A read, with the names of those who asked for it and decided about it."""

    id: int
    label: str
    reason: str
    hours: int
    state: str
    asked_at: datetime
    decided_at: datetime | None
    until: datetime | None
    reader_id: int
    reader: str
    approver: str | None
    told: int = 0

    @property
    def stands(self) -> bool:
        """Tell whether it opens something now."""
        return self.state == "granted" and self.until is not None and self.until > clock.now()


def group_named(session: Session, address: str) -> Group:
    """Give the group that an address or its last part names. Raises Invalid."""
    slug = address.strip().rstrip("/").rpartition("/")[2]
    group = session.scalar(select(Group).where(Group.slug == slug)) if slug else None
    if group is None:
        raise Invalid(group=_("There is no group at this address."))
    if group.visibility == "open":
        raise Invalid(group=_("This group is open: everybody in the company reads it already."))
    return group


def ask(session: Session, reader: Viewer, group: Group, reason: str, hours: int) -> GrantRequest:
    """Ask to read a group; the first of two. Raises Refused for who is no administrator. Flushes."""
    if keepers.ADMIN not in reader.roles:
        raise Refused(Action.ADMINISTER, _("Only an administrator can ask."))
    # The name of a secret group is content: nobody outside reads it before a second person has agreed.
    label = f"/groups/{group.slug}" if group.visibility == "secret" else group.name
    row = GrantRequest(reader_id=reader.id, token=group.posts_audience, label=label, reason=reason)
    row.hours, row.asked_at = min(hours, MOST_HOURS), clock.now()
    session.add(row)
    session.flush()
    _note(session, "read.ask", row, reader.id, reason=reason, hours=row.hours)
    return row


def _note(session: Session, action: str, row: GrantRequest, actor_id: int, **about: object) -> None:
    target = f"read:{row.id}"
    audit.record(
        session, action, actor_id=actor_id, target=target, reader=row.reader_id, token=row.token, **about
    )


def _asked(session: Session, row_id: int) -> GrantRequest:
    row = session.get(GrantRequest, row_id, with_for_update=True)
    if row is None or row.state != "asked":
        raise NotFound
    return row


def approve(session: Session, viewer: Viewer, row_id: int) -> None:
    """Grant a read as the second person. Raises Refused for the reader, NotFound when it is not asked."""
    row = _asked(session, row_id)
    if viewer.id == row.reader_id or not OVERSEERS & viewer.roles:
        raise Refused(Action.ADMINISTER, _("It takes a second person: an administrator or the DPO."))
    now = clock.now()
    row.state, row.approver_id, row.decided_at = "granted", viewer.id, now
    row.until = now + timedelta(hours=row.hours)
    row.label = session.scalar(select(Group.name).where(Group.posts_audience == row.token)) or row.label
    session.flush()
    told = _tell(session, row)
    _note(session, "read.grant", row, viewer.id, until=row.until, told=told)
    _standing.forget(session)


def _tell(session: Session, row: GrantRequest) -> int:
    """Write down whom a read concerns: the members of the group, and who wrote in it."""
    members = select(Membership.person_id).join(Group, Group.id == Membership.group_id)
    members = members.where(Group.posts_audience == row.token, Membership.state == "active")
    authors = select(Post.author_id).where(Post.audience == row.token).distinct()
    people = {*session.scalars(members), *session.scalars(authors)} - {row.reader_id}
    if people:
        session.execute(insert(GrantSubject), [{"grant_id": row.id, "person_id": p} for p in sorted(people)])
    return len(people)


def refuse(session: Session, viewer: Viewer, row_id: int) -> None:
    """Refuse a read, or take one's own request back."""
    row = _asked(session, row_id)
    row.state = "withdrawn" if viewer.id == row.reader_id else "refused"
    row.approver_id = None if viewer.id == row.reader_id else viewer.id
    row.decided_at = clock.now()
    session.flush()
    _note(session, "read.refuse", row, viewer.id, state=row.state)


def end(session: Session, viewer: Viewer, row_id: int) -> None:
    """End a read before its time."""
    row = session.get(GrantRequest, row_id, with_for_update=True)
    if row is None or row.state != "granted" or row.until is None or row.until <= clock.now():
        raise NotFound
    row.until = clock.now()
    session.flush()
    _note(session, "read.end", row, viewer.id)
    _standing.forget(session)


def _read_standing(session: Session) -> Sequence[tuple[int, str, datetime]]:
    query = select(GrantRequest.reader_id, GrantRequest.token, GrantRequest.until)
    query = query.join(Person, Person.id == GrantRequest.reader_id)
    of_admins = (Person.status == "active", keepers.holding(keepers.ADMIN))
    rows = session.execute(
        query.where(GrantRequest.state == "granted", GrantRequest.until > clock.now(), *of_admins)
    )
    return [(row.reader_id, row.token, row.until) for row in rows]


_standing = Remembered(_read_standing)


def tokens(session: Session, person_id: int) -> Iterable[str]:
    """Give the tokens that a person holds by reads that stand, seconds old at most."""
    now = clock.now()
    return [token for who, token, until in _standing.get(session) if who == person_id and until > now]


def _query(*criteria: ColumnElement[bool]) -> Any:
    reader, approver = aliased(Person), aliased(Person)
    told = select(func.count()).where(GrantSubject.grant_id == GrantRequest.id).scalar_subquery()
    query = select(
        GrantRequest.id, GrantRequest.label, GrantRequest.reason, GrantRequest.hours, GrantRequest.state,
        GrantRequest.asked_at, GrantRequest.decided_at, GrantRequest.until, GrantRequest.reader_id,
        reader.display_name, approver.display_name, told,
    )  # fmt: skip
    query = query.join(reader, reader.id == GrantRequest.reader_id)
    query = query.outerjoin(approver, approver.id == GrantRequest.approver_id)
    return query.where(*criteria).order_by(GrantRequest.id.desc()).limit(200)


def all_reads(session: Session) -> list[Read]:
    """Give the last reads, the newest first."""
    return [Read(*row) for row in session.execute(_query())]


def about(session: Session, person_id: int) -> list[tuple[Read, bool]]:
    """Give the reads that concern a person, each with whether they have said that they know."""
    seen = select(GrantSubject.grant_id, GrantSubject.seen_at).where(GrantSubject.person_id == person_id)
    known = {row.grant_id: row.seen_at is not None for row in session.execute(seen)}
    found = session.execute(_query(GrantRequest.id.in_(known)))
    return [(read, known[read.id]) for read in (Read(*row) for row in found)]


def unseen(session: Session, person_id: int) -> int:
    """Count the reads that a person has not said that they know of."""
    mine = (GrantSubject.person_id == person_id, GrantSubject.seen_at.is_(None))
    return session.scalar(select(func.count()).select_from(GrantSubject).where(*mine)) or 0


def mark_seen(session: Session, person_id: int) -> None:
    """Note that a person knows of the reads that concern them."""
    mine = (GrantSubject.person_id == person_id, GrantSubject.seen_at.is_(None))
    session.execute(update(GrantSubject).where(*mine).values(seen_at=clock.now()))
