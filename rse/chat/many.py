"""Reads for several people at once: what is asked when messages are stored or told together."""

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.chat.models import Conversation, Message, Participation
from rse.core.among import among
from rse.groups.models import Group, Membership

_SENT, _PART = Message.__table__.c, Participation.__table__.c


def locked(session: Session, ids: Collection[int]) -> dict[int, tuple[Conversation, Group | None]]:
    """Give conversations with their groups, and hold them until the end of the transaction.

    In the order of their ids: two processes that need the same ones never wait for each other.
    """
    return _with_groups(session, ids, lambda query: query.with_for_update(of=Conversation))


def found(session: Session, ids: Collection[int]) -> dict[int, tuple[Conversation, Group | None]]:
    """Give conversations with their groups, as they are now."""
    return _with_groups(session, ids, lambda query: query)


def _with_groups(
    session: Session, ids: Collection[int], held: Callable[[Any], Any]
) -> dict[int, tuple[Conversation, Group | None]]:
    query = (
        select(Conversation, Group)
        .outerjoin(Group, Group.id == Conversation.group_id)
        .where(among(session, Conversation.id, ids))
        .order_by(Conversation.id)
        .execution_options(populate_existing=True)
    )
    return {one.id: (one, group) for one, group in session.execute(held(query))}


def parts(
    session: Session, ids: Collection[int], people: Collection[int]
) -> dict[tuple[int, int], Participation]:
    """Give {(person, conversation): their part in it} of those who take part now."""
    query = select(Participation).where(
        among(session, Participation.conversation_id, ids),
        among(session, Participation.person_id, people),
        Participation.left_at.is_(None),
    )
    found = session.scalars(query.execution_options(populate_existing=True))
    return {(one.person_id, one.conversation_id): one for one in found}


def ties(
    session: Session, groups: Collection[int], people: Collection[int]
) -> dict[tuple[int, int], Membership]:
    """Give {(person, group): their membership} of those who are members now."""
    if not groups:
        return {}
    query = select(Membership).where(
        among(session, Membership.group_id, groups),
        among(session, Membership.person_id, people),
        Membership.state == "active",
    )
    found = session.scalars(query.execution_options(populate_existing=True))
    return {(one.person_id, one.group_id): one for one in found}


def sent(session: Session, ids: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Tell which of these (author, id of their own) are stored already."""
    query = select(_SENT.author_id, _SENT.client_id).where(
        among(session, _SENT.author_id, {author for author, _own in ids}),
        _SENT.client_id.in_({own for _author, own in ids}),
    )
    return {(row[0], row[1]) for row in session.connection().execute(query)}


def recipients(session: Session, ids: Collection[int]) -> dict[int, list[tuple[int, bool, int]]]:
    """Give [(person, muted, first era that they read)] of those who take part in each conversation."""
    found: defaultdict[int, list[tuple[int, bool, int]]] = defaultdict(list)
    query = select(_PART.conversation_id, _PART.person_id, _PART.muted, _PART.since_era).where(
        among(session, _PART.conversation_id, ids), _PART.left_at.is_(None)
    )
    for row in session.connection().execute(query):
        found[row[0]].append((row[1], row[2], row[3]))
    return found
