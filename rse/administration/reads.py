"""An administrator's read of private content: two people decide, those concerned are told, it has an end.

Who asks is the first of the two; the second is another administrator or the data protection officer, and is
not one of those concerned. The reader of a group then holds its audience token in requests that change
nothing, until the end; a conversation is read on a page of its own, see `conversation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from rse.accounts import audit, keepers
from rse.accounts.models import Person
from rse.administration.models import GrantRequest, GrantSubject
from rse.chat.models import Conversation, Message, Participation
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.company import Remembered
from rse.core.i18n import _
from rse.core.model import decode_id, encode_id
from rse.core.policy import Action, Invalid, NotFound, Refused
from rse.feed.models import Post
from rse.groups.models import Group, Membership

OVERSEERS = frozenset({"admin", "dpo"})
MOST_HOURS = 72
CONVERSATION = "conversation:"  # a whole one, all its eras; nobody holds this as an audience token
PATH = "/messages/"


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
    token: str = ""

    @property
    def opens_conversation(self) -> bool:
        """Tell whether it is of a conversation, not of a group."""
        return conversation_of(self.token) is not None

    @property
    def stands(self) -> bool:
        """Tell whether it opens something now."""
        return self.state == "granted" and self.until is not None and self.until > clock.now()


@dataclass(frozen=True)
class Wanted:
    """What a read is asked of: the audience token, and what it is called until a second person has agreed."""

    token: str
    label: str


def place_named(session: Session, reader: Viewer, address: str) -> Wanted:
    """Give the group or conversation that an address names. Raises Invalid, also where the asker is in it."""
    said = address.strip().rstrip("/")
    if PATH in said:
        found = _conversation_named(session, said.rpartition("/")[2])
    else:
        group = group_named(session, said)
        # The name of a secret group is content: nobody outside reads it before a second person has agreed.
        label = f"/groups/{group.slug}" if group.visibility == "secret" else group.name
        found = Wanted(group.posts_audience, label)
    if reader.id in _present(session, found.token):
        raise Invalid(group=_("You are in it: you read it already."))
    return found


def _conversation_named(session: Session, public_id: str) -> Wanted:
    try:
        found = session.get(Conversation, decode_id(public_id))
    except ValueError:
        found = None
    if found is None:
        raise Invalid(group=_("There is no conversation at this address."))
    if found.group_id is not None:
        raise Invalid(group=_("This is the discussion of a group: ask for the group."))
    return Wanted(f"{CONVERSATION}{found.id}", f"{PATH}{encode_id(found.id)}")


def conversation_of(token: str) -> int | None:
    """Give the conversation that a read opens; None when it opens a group."""
    return int(token.removeprefix(CONVERSATION)) if token.startswith(CONVERSATION) else None


def group_named(session: Session, address: str) -> Group:
    """Give the group that an address or its last part names. Raises Invalid."""
    slug = address.strip().rstrip("/").rpartition("/")[2]
    group = session.scalar(select(Group).where(Group.slug == slug)) if slug else None
    if group is None:
        raise Invalid(group=_("There is no group at this address."))
    if group.visibility == "open":
        raise Invalid(group=_("This group is open: everybody in the company reads it already."))
    return group


def ask(session: Session, reader: Viewer, wanted: Wanted, reason: str, hours: int) -> GrantRequest:
    """Ask to read a place; the first of two. Raises Refused for who is no administrator. Flushes."""
    if keepers.ADMIN not in reader.roles:
        raise Refused(Action.ADMINISTER, _("Only an administrator can ask."))
    row = GrantRequest(reader_id=reader.id, token=wanted.token, label=wanted.label, reason=reason)
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


def others_who_decide(session: Session, person_id: int) -> bool:
    """Tell whether anybody else could approve what this person asks for."""
    held = or_(*(keepers.holding(role) for role in sorted(OVERSEERS)))
    another = select(Person.id).where(held, Person.id != person_id, Person.status == "active")
    return session.scalar(another.limit(1)) is not None


def approve(session: Session, viewer: Viewer, row_id: int) -> None:
    """Grant a read as the second person. Raises NotFound when it is not asked.

    Raises Refused for the reader, and for whoever is in the place or wrote there.
    """
    row = _asked(session, row_id)
    if viewer.id == row.reader_id or not OVERSEERS & viewer.roles:
        raise Refused(Action.ADMINISTER, _("It takes a second person: an administrator or the DPO."))
    concerned = _concerned(session, row.token)
    if viewer.id in concerned:
        raise Refused(Action.ADMINISTER, _("Whoever is concerned does not decide: ask somebody else."))
    now = clock.now()
    row.state, row.approver_id, row.decided_at = "granted", viewer.id, now
    row.until = now + timedelta(hours=row.hours)
    row.label = session.scalar(select(Group.name).where(Group.posts_audience == row.token)) or row.label
    session.flush()
    told = _tell(session, row, concerned - {row.reader_id})
    _note(session, "read.grant", row, viewer.id, until=row.until, told=told)
    _standing.forget(session)


def _present(session: Session, token: str) -> set[int]:
    """Give who is in a group or conversation now."""
    conversation_id = conversation_of(token)
    if conversation_id is not None:
        inside = (Participation.conversation_id == conversation_id, Participation.left_at.is_(None))
        return set(session.scalars(select(Participation.person_id).where(*inside)))
    members = select(Membership.person_id).join(Group, Group.id == Membership.group_id)
    return set(session.scalars(members.where(Group.posts_audience == token, Membership.state == "active")))


def _concerned(session: Session, token: str) -> set[int]:
    """Give whom a read concerns: who is in the place, who was in the conversation, who wrote there."""
    conversation_id = conversation_of(token)
    if conversation_id is None:
        authors = select(Post.author_id).where(Post.audience == token)
        return _present(session, token) | set(session.scalars(authors.distinct()))
    were = select(Participation.person_id).where(Participation.conversation_id == conversation_id)
    wrote = select(Message.author_id).where(Message.conversation_id == conversation_id)
    return {*session.scalars(were), *session.scalars(wrote.distinct())}


def _tell(session: Session, row: GrantRequest, people: set[int]) -> int:
    """Write down whom a read concerns; each of them sees it on a page of theirs."""
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
    held = [token for who, token, until in _standing.get(session) if who == person_id and until > now]
    return [token for token in held if conversation_of(token) is None]


def _query(*criteria: ColumnElement[bool]) -> Any:
    reader, approver = aliased(Person), aliased(Person)
    told = select(func.count()).where(GrantSubject.grant_id == GrantRequest.id).scalar_subquery()
    query = select(
        GrantRequest.id, GrantRequest.label, GrantRequest.reason, GrantRequest.hours, GrantRequest.state,
        GrantRequest.asked_at, GrantRequest.decided_at, GrantRequest.until, GrantRequest.reader_id,
        reader.display_name, approver.display_name, told, GrantRequest.token,
    )  # fmt: skip
    query = query.join(reader, reader.id == GrantRequest.reader_id)
    query = query.outerjoin(approver, approver.id == GrantRequest.approver_id)
    return query.where(*criteria).order_by(GrantRequest.id.desc()).limit(200)


def conversation(session: Session, viewer: Viewer, row_id: int) -> tuple[Read, int]:
    """Give a read of the viewer's that stands, and the conversation that it opens. Raises NotFound."""
    found = session.execute(_query(GrantRequest.id == row_id, GrantRequest.reader_id == viewer.id)).first()
    read = Read(*found) if found else None
    conversation_id = conversation_of(read.token) if read else None
    if read is None or conversation_id is None or not read.stands or keepers.ADMIN not in viewer.roles:
        raise NotFound
    return read, conversation_id


def messages(
    session: Session, conversation_id: int, until: datetime, before: int | None, limit: int
) -> list[Message]:
    """Give `limit + 1` messages that were sent until a moment, the newest first, below a number."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.at <= until)
    if before is not None:
        query = query.where(Message.seq < before)
    return list(session.scalars(query.order_by(Message.seq.desc()).limit(limit + 1)))


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
