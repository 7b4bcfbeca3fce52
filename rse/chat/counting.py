"""How many messages a person has not read, told with what was counted: what comes late is not counted twice.

A message may be heard after a count that it stands in already, or before one that does not know of it yet.
So a count names, for the conversations where something was said lately, the last number that it knows.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from rse.chat.models import Conversation, Participation
from rse.core import clock
from rse.core.among import among
from rse.core.model import encode_id

LATELY = timedelta(seconds=60)  # what was said longer ago is on nobody's way any more
_ROW, _PART = Conversation.__table__.c, Participation.__table__.c
_LATE = _ROW.active_at > bindparam("since")
# One statement: what it counts and what it knows are of the same moment.
_EVERYBODYS = (
    select(_PART.person_id, _ROW.id, _ROW.seq, _PART.read_seq, _PART.muted, _LATE.label("lately"))
    .join_from(Participation.__table__, Conversation.__table__, _ROW.id == _PART.conversation_id)
    .where(_PART.left_at.is_(None))
    .where(or_(_ROW.seq > _PART.read_seq, _LATE))
)
_THEIRS = _EVERYBODYS.where(_PART.person_id == bindparam("person"))


def counts(session: Session, person_id: int) -> dict[str, Any]:
    """Give {"messages": how many are unread, "counted": {conversation: the last number known}}."""
    given = {"person": person_id, "since": clock.now() - LATELY}
    return _told(session.connection().execute(_THEIRS, given))


def counts_of(session: Session, person_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Give that for each of several people."""
    theirs: dict[int, list[Any]] = {person_id: [] for person_id in person_ids}
    query = _EVERYBODYS.where(among(session, _PART.person_id, person_ids))
    for row in session.connection().execute(query, {"since": clock.now() - LATELY}) if theirs else ():
        theirs[row.person_id].append(row)
    return {person_id: _told(rows) for person_id, rows in theirs.items()}


def last(session: Session, group_id: int) -> dict[str, int]:
    """Give {conversation: its last number} of a group's discussion, for who has just left it."""
    query = select(_ROW.id, _ROW.seq).where(_ROW.group_id == group_id)
    return {encode_id(row.id): row.seq for row in session.connection().execute(query)}


def _told(rows: Iterable[Any]) -> dict[str, Any]:
    unread, known = 0, {}
    for row in rows:
        if not row.muted:
            unread += max(0, row.seq - row.read_seq)
        if row.lately:
            known[encode_id(row.id)] = row.seq
    return {"messages": unread, "counted": known}
