"""Reads of conversations. The rule of who reads them stands in `_PLACES` and `readable_messages`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.chat.models import Conversation, ConversationEvent, Message, Participation
from rse.chat.policy import Place
from rse.core.audience import EVERYONE, Viewer, conversation_token, prepared, readable, tokens_of
from rse.core.policy import NotFound
from rse.groups.models import Group, Membership


def _of(person: Any) -> ColumnElement[bool]:
    return and_(
        Participation.conversation_id == Conversation.id,
        Participation.person_id == person,
        Participation.left_at.is_(None),
    )


def _select_places() -> Any:
    """Select the conversations that exist for a viewer, each with their place in it: built once."""
    viewer: Any = bindparam("viewer")
    tie = and_(Membership.group_id == Group.id, Membership.person_id == viewer, Membership.state == "active")
    return (
        select(Conversation, Participation, Group, Membership)
        .outerjoin(Participation, _of(viewer))
        .outerjoin(Group, Group.id == Conversation.group_id)
        .outerjoin(Membership, tie)
        .where(
            or_(
                and_(Conversation.group_id.is_(None), Participation.person_id.is_not(None)),
                prepared(Group.posts_audience),
            ),
        )
    )


_PLACES = _select_places()
_PLACE = _PLACES.where(Conversation.id == bindparam("conversation")).execution_options(populate_existing=True)


def _given(viewer: Viewer) -> dict[str, Any]:
    return {"viewer": viewer.id, **tokens_of(viewer)}


def place(session: Session, viewer: Viewer, conversation_id: int) -> Place:
    """Give a conversation as the viewer stands in it now. Raises NotFound when it does not exist for them."""
    row = session.execute(_PLACE, {"conversation": conversation_id, **_given(viewer)}).first()
    if row is None:
        raise NotFound
    return Place.of(*row)


def places(session: Session, viewer: Viewer, conversation_ids: Iterable[int]) -> list[Place]:
    """Give those of these conversations that exist for the viewer."""
    wanted = list(conversation_ids)
    query = _PLACES.where(Conversation.id.in_(wanted))
    return [Place.of(*row) for row in session.execute(query, _given(viewer))] if wanted else []


def group_place(session: Session, viewer: Viewer, group_id: int) -> Place | None:
    """Give a group's discussion as the viewer stands in it; None when there is none yet, or not for them."""
    row = session.execute(_PLACES.where(Conversation.group_id == group_id), _given(viewer)).first()
    return Place.of(*row) if row else None


def listed(
    session: Session,
    viewer: Viewer,
    *,
    q: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = 30,
) -> list[Place]:
    """Give `limit + 1` conversations that the viewer takes part in or whose group they are in, newest first.

    Groups' discussions that nobody has written in are left out until the viewer takes part.
    """
    begun = and_(Membership.person_id.is_not(None), Conversation.seq > 0)
    query = _PLACES.where(or_(Participation.person_id.is_not(None), begun))
    if q:
        query = query.where(_named(q))
    if after:
        older = and_(Conversation.active_at == after[0], Conversation.id < after[1])
        query = query.where(or_(Conversation.active_at < after[0], older))
    query = query.order_by(Conversation.active_at.desc(), Conversation.id.desc()).limit(limit + 1)
    return [Place.of(*row) for row in session.execute(query, _given(viewer))]


def _named(q: str) -> ColumnElement[bool]:
    """Give the criterion of a search by name: of the conversation, its group, or somebody in it."""
    words, shown = fold(q).split(), Person.display_name.icontains(q, autoescape=True)
    called = and_(*(Person.sort_name.contains(word, autoescape=True) for word in words)) if words else shown
    somebody = (
        exists()
        .where(Participation.conversation_id == Conversation.id, Participation.left_at.is_(None))
        .where(Person.id == Participation.person_id, or_(shown, called))
        .correlate(Conversation)
    )
    return or_(
        Conversation.folded.contains(fold(q), autoescape=True),
        Group.folded.contains(fold(q), autoescape=True),
        and_(Conversation.group_id.is_(None), somebody),
    )


def people(session: Session, conversation_ids: Iterable[int]) -> dict[int, list[Card]]:
    """Give who is in each direct conversation now, by name."""
    wanted = list(conversation_ids)
    found: dict[int, list[Card]] = {conversation_id: [] for conversation_id in wanted}
    query = (
        select(*COLUMNS, Participation.conversation_id)
        .join(Participation, Participation.person_id == Person.id)
        .where(Participation.conversation_id.in_(wanted), Participation.left_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    for row in session.execute(query) if wanted else ():
        found[row.conversation_id].append(card_of(row))
    return found


def readers(session: Session, conversation_id: int) -> dict[int, int]:
    """Give {person: last seq read} of those who take part."""
    query = select(Participation.person_id, Participation.read_seq).where(
        Participation.conversation_id == conversation_id, Participation.left_at.is_(None)
    )
    return {row[0]: row[1] for row in session.execute(query)}


_READS = Participation.__table__.c
_RECIPIENTS = select(_READS.person_id, _READS.muted).where(
    _READS.conversation_id == bindparam("conversation"),
    _READS.left_at.is_(None),
    _READS.since_era <= bindparam("era"),
)


def recipients(session: Session, conversation_id: int, era: int) -> dict[int, bool]:
    """Give {person: muted} of those who take part and read this era; for delivery right after a commit."""
    given = {"conversation": conversation_id, "era": era}
    return {row[0]: row[1] for row in session.connection().execute(_RECIPIENTS, given)}


def by_key(session: Session, key: str) -> Conversation | None:
    """Give the untitled direct conversation between exactly these people."""
    return session.scalars(select(Conversation).where(Conversation.people_key == key)).first()


def mentionable(session: Session, conversation: Conversation, uids: Iterable[str]) -> dict[str, Card]:
    """Give {login: card} of the people named who read the conversation (in a group: its members)."""
    wanted = list(uids)
    if not wanted:
        return {}
    query = select(*COLUMNS).where(Person.uid.in_(wanted), Person.status == "active")
    if conversation.group_id is None:
        inside = select(Participation.person_id).where(
            Participation.conversation_id == conversation.id, Participation.left_at.is_(None)
        )
    else:
        inside = select(Membership.person_id).where(
            Membership.group_id == conversation.group_id, Membership.state == "active"
        )
    return {row.uid: card_of(row) for row in session.execute(query.where(Person.id.in_(inside)))}


def conversation_tokens(session: Session, viewer: Viewer) -> set[str]:
    """Give the tokens of every era of direct conversations that the viewer reads, for the search index.

    Groups' discussions need none: their messages carry the audience of the group's posts.
    """
    query = (
        select(Conversation.id, Participation.since_era, Conversation.era)
        .join(Participation, _of(viewer.id))
        .where(Conversation.group_id.is_(None))
    )
    return {
        conversation_token(row[0], era) for row in session.execute(query) for era in range(row[1], row[2] + 1)
    }


_WAITING = case(
    (Conversation.seq > Participation.read_seq, Conversation.seq - Participation.read_seq), else_=0
)
_UNREAD = (
    select(func.coalesce(func.sum(_WAITING), 0))
    .select_from(Participation)
    .join(Conversation, Conversation.id == Participation.conversation_id)
    .where(Participation.person_id == bindparam("person"), Participation.left_at.is_(None))
    .where(~Participation.muted)
)  # every page asks it: built once


def unread_of(session: Session, person_id: int) -> int:
    """Count the messages that a person has not read in the conversations that they take part in."""
    return int(session.connection().scalar(_UNREAD, {"person": person_id}) or 0)


def readable_messages(viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of reading messages anywhere: the group's token, or an era that is theirs."""
    era = exists().where(
        Participation.conversation_id == Message.conversation_id,
        Participation.person_id == viewer.id,
        Participation.left_at.is_(None),
        Participation.since_era <= Message.era,
    )
    direct = Message.audience.startswith("conversation:")
    return or_(readable(Message.audience, viewer), and_(direct, era))


def message(session: Session, viewer: Viewer, message_id: int) -> Message:
    """Give a message. Raises NotFound when it does not exist for the viewer."""
    query = select(Message).where(Message.id == message_id, readable_messages(viewer))
    found = session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def messages(
    session: Session, place: Place, *, after: int | None = None, before: int | None = None, limit: int = 50
) -> list[Message]:
    """Give `limit + 1` messages by seq: those after a number upwards, else those before one downwards.

    What stands under a message is in its thread, not among these.
    """
    query = select(Message).where(
        Message.conversation_id == place.conversation.id,
        Message.era >= place.since_era,
        Message.thread_id.is_(None),
    )
    return stretch(session, query, after, before, limit)


def stretch(session: Session, query: Any, after: int | None, before: int | None, limit: int) -> list[Message]:
    """Give `limit + 1` of some messages by seq, after a number upwards, or before one downwards."""
    if after is not None:
        query = query.where(Message.seq > after).order_by(Message.seq)
    else:
        query = query.order_by(Message.seq.desc())
    if before is not None:
        query = query.where(Message.seq < before)
    return list(session.scalars(query.limit(limit + 1)))


_SENT = select(Message.__table__.c.id).where(
    Message.__table__.c.author_id == bindparam("author"), Message.__table__.c.client_id == bindparam("client")
)


def by_client_id(session: Session, author_id: int, client_id: str) -> Message | None:
    """Give the message that an author has sent under an id of their own."""
    known = session.connection().scalar(_SENT, {"author": author_id, "client": client_id})
    return session.get(Message, known) if known else None


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Message]:
    """Give messages by id; the caller has checked who reads them."""
    wanted = list(set(ids))
    found = session.scalars(select(Message).where(Message.id.in_(wanted))) if wanted else ()
    return {one.id: one for one in found}


def events(session: Session, place: Place, after: int, limit: int) -> Sequence[ConversationEvent] | None:
    """Give up to `limit + 1` events after a position; None when some are not kept any more (start anew)."""
    conversation = place.conversation
    if after >= conversation.pos:
        return [] if after == conversation.pos else None
    first = session.scalar(
        select(func.min(ConversationEvent.pos)).where(
            ConversationEvent.conversation_id == conversation.id, ConversationEvent.pos > after
        )
    )
    if after < conversation.pos and first != after + 1:
        return None
    query = select(ConversationEvent).where(
        ConversationEvent.conversation_id == conversation.id,
        ConversationEvent.pos > after,
        ConversationEvent.era >= place.since_era,
    )
    return session.scalars(query.order_by(ConversationEvent.pos).limit(limit + 1)).all()


def is_open(place: Place) -> bool:
    """Tell whether the whole company reads it (the discussion of an open group)."""
    return place.group is not None and place.group.posts_audience == EVERYONE
