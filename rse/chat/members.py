"""Writes of conversations themselves: beginning one, who is in it, who leaves, what is muted."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.chat import choosing, drafting, policy, queries, service
from rse.chat.events import ConversationMuted, ParticipantChanged
from rse.chat.models import Conversation, Participation
from rse.chat.numbers import log, take
from rse.chat.policy import Place
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Action, Invalid, NotFound, require
from rse.groups.models import Group


def people_key(ids: Iterable[int]) -> str:
    """Give the name under which the untitled conversation of these people is found again."""
    return sha256(",".join(str(i) for i in sorted(set(ids))).encode()).hexdigest()


def begin(
    session: Session,
    viewer: Viewer,
    member_ids: Iterable[int],
    *,
    title: str | None = None,
    history: str = "from_invitation",
) -> tuple[Conversation, bool]:
    """Begin a direct conversation, or find the untitled one of the same people; tells whether it is new.

    Raises Invalid(member_ids=...) for nobody, too many, or people whom the viewer does not know.
    """
    others = set(member_ids) - {viewer.id}
    if not others:
        raise Invalid(member_ids=_("Choose somebody to write to."))
    if len(others) >= policy.MAX_PEOPLE:
        raise Invalid(member_ids=_("At most 100 people; make a group for more."))
    if choosing.reachable(session, viewer, others) != others:
        raise Invalid(member_ids=_("One of these people cannot be written to."))
    everyone = others | {viewer.id}
    key = None if title else people_key(everyone)
    known = queries.by_key(session, key) if key else None
    if known is not None:
        return known, False
    return _insert(session, everyone, key=key, title=title, history=history, created_by=viewer.id)


def _insert(
    session: Session, people: set[int], *, key: str | None, **values: Any
) -> tuple[Conversation, bool]:
    now = clock.now()
    made = Conversation(people_key=key, kind="direct", active_at=now, created_at=now, **values)
    made.era, made.seq, made.pos = 1, 0, 0
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody began it in the same moment
        return session.execute(select(Conversation).where(Conversation.people_key == key)).scalar_one(), False
    session.execute(
        insert(Participation),
        [{"conversation_id": made.id, "person_id": p, "joined_at": now} for p in sorted(people)],
    )
    return made, True


def group_discussion(session: Session, group: Group) -> Conversation:
    """Give the discussion of a group, made at its first use. The caller has checked that the group exists."""
    now = clock.now()
    known = session.scalars(select(Conversation).where(Conversation.group_id == group.id)).first()
    if known is not None:
        return known
    made = Conversation(
        kind="group", group_id=group.id, active_at=now, created_at=now, created_by=group.created_by,
        history="all", era=1, seq=0, pos=0, demo=group.demo,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return session.execute(select(Conversation).where(Conversation.group_id == group.id)).scalar_one()
    return made


def mute(session: Session, viewer: Viewer, conversation_id: int, *, muted: bool) -> None:
    """Let a conversation count in the viewer's unread messages, or not. Raises NotFound."""
    place = queries.place(session, viewer, conversation_id)
    service.take_part(session, viewer, place, place.read_seq)
    mine = session.get_one(Participation, (conversation_id, viewer.id))
    mine.muted = muted
    session.flush()
    emit(session, ConversationMuted(conversation_id, viewer.id))


def invite(session: Session, viewer: Viewer, conversation_id: int, person_id: int) -> None:
    """Bring a person into a direct conversation; without history, a new era begins that they read from.

    Raises NotFound, Refused in a group's discussion, Invalid for people who cannot be written to.
    """
    taken = take(session, conversation_id)
    place = queries.place(session, viewer, conversation_id)
    reason = _("Who is in the group is in its discussion.")
    require(policy.may_invite(place), Action.INVITE_TO_CONVERSATION, reason)
    present = queries.readers(session, conversation_id)
    if person_id in present:
        take(session, conversation_id, events=-1)
        return
    if len(present) >= policy.MAX_PEOPLE:
        raise Invalid(person_id=_("At most 100 people; make a group for more."))
    if not choosing.reachable(session, viewer, [person_id]):
        raise Invalid(person_id=_("One of these people cannot be written to."))
    _enter(session, place, person_id)
    _rename(session, place.conversation, {*present, person_id})
    _member(session, viewer, place, person_id, taken.pos, joined=True)


def _enter(session: Session, place: Place, person_id: int) -> None:
    conversation = place.conversation
    if conversation.history != "all":
        conversation.era += 1
    since = 1 if conversation.history == "all" else conversation.era
    values = {"since_era": since, "read_seq": conversation.seq, "joined_at": clock.now(), "left_at": None}
    mine = session.get(Participation, (conversation.id, person_id))
    if mine is None:
        ids = {"conversation_id": conversation.id, "person_id": person_id}
        session.add(Participation(**ids, **values))
    else:
        for name, value in values.items():
            setattr(mine, name, value)
    session.flush()


def remove(session: Session, viewer: Viewer, conversation_id: int, person_id: int) -> None:
    """Leave a direct conversation, or take somebody out of one that the viewer began.

    Raises NotFound, Refused.
    """
    taken = take(session, conversation_id)
    place = queries.place(session, viewer, conversation_id)
    present = queries.readers(session, conversation_id)
    if person_id not in present and place.direct:
        raise NotFound
    reason = _("Only who began the conversation takes others out.")
    require(policy.may_remove(viewer, place, person_id), Action.INVITE_TO_CONVERSATION, reason)
    mine = session.get_one(Participation, (conversation_id, person_id))
    mine.left_at = clock.now()
    session.flush()
    _rename(session, place.conversation, set(present) - {person_id})
    drafting.forget(session, conversation_id, person_id)
    _member(session, viewer, place, person_id, taken.pos, joined=False)


def _rename(session: Session, conversation: Conversation, people: set[int]) -> None:
    """Let an untitled conversation be found by those who are in it now, unless these have one already."""
    if conversation.title:
        return
    key = people_key(people)
    taken = queries.by_key(session, key)
    conversation.people_key = key if people and (taken is None or taken is conversation) else None
    session.flush()


def _member(
    session: Session, viewer: Viewer, place: Place, person_id: int, pos: int, *, joined: bool
) -> None:
    conversation = place.conversation
    said = {"person_id": encode_id(person_id), "by_id": encode_id(viewer.id), "joined": joined}
    log(session, place, pos, "conversation:member", conversation.era, **said)
    emit(session, ParticipantChanged(conversation.id, person_id, joined, viewer.id, pos))
