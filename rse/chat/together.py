"""Messages of several people, stored together: what each of them would ask alone is asked once for all.

Only what is plain is done here, and exactly as `service.send` would: the numbers of a conversation are taken
under its lock, rights are read after it. Whoever may not write, repeats a message, writes in a group's
discussion for the first time or answers something is left to `service.send`, which knows the words for it.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, insert, text, update
from sqlalchemy.orm import Session

from rse.chat import drafting, many, policy, threads
from rse.chat.events import MessageSent
from rse.chat.models import Conversation, ConversationEvent, Message, Participation
from rse.chat.policy import Place
from rse.chat.service import LINK
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit_all
from rse.core.model import new_id


@dataclass(frozen=True, slots=True)
class Plain:
    """A message that names nobody and answers nothing, with its words rendered."""

    conversation_id: int
    client_id: str
    body: str
    body_html: str


Wanted = tuple[Viewer, Plain]
_ROW, _PART = Conversation.__table__.c, Participation.__table__.c
# Told to the connection: the row is locked, and nothing in the session is newer.
_ADVANCE = (
    update(Conversation)
    .where(_ROW.id == bindparam("place"))
    .values(seq=bindparam("to_seq"), pos=bindparam("to_pos"), last_id=bindparam("last"))
    .values(active_at=bindparam("now"))
)
_READ = (
    update(Participation)
    .where(_PART.conversation_id == bindparam("place"), _PART.person_id == bindparam("person"))
    .values(read_seq=case((_PART.read_seq < bindparam("upto"), bindparam("upto")), else_=_PART.read_seq))
)
# With RETURNING they go out as one statement, not as one for each row.
_STORE = insert(Message).returning(Message.__table__.c.id)
_LOG = insert(ConversationEvent).returning(ConversationEvent.__table__.c.pos)
# PostgreSQL does all of that in one statement (its rows are locked already).
_AT_ONCE = text("""
WITH said AS MATERIALIZED (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS one(
    id bigint, conversation_id bigint, seq int, era int, audience text, author_id bigint, client_id text,
    body text, body_html text, at timestamptz, pos int)
), advanced AS (
  UPDATE conversation SET seq = newest.seq, pos = newest.pos, last_id = newest.id, active_at = newest.at
  FROM (SELECT DISTINCT ON (conversation_id) * FROM said ORDER BY conversation_id, seq DESC) AS newest
  WHERE conversation.id = newest.conversation_id
), stored AS (
  INSERT INTO message (id, conversation_id, seq, era, audience, author_id, client_id, body, body_html, at,
    reactions, version, replies, files)
  SELECT id, conversation_id, seq, era, audience, author_id, client_id, body, body_html, at, '{}', 1, 0, 0
  FROM said
), logged AS (
  INSERT INTO conversation_event (conversation_id, pos, kind, era, payload, at)
  SELECT conversation_id, pos, 'message:new', era, json_build_object('message_id', id), at FROM said
), read AS (
  UPDATE participation SET read_seq = greatest(read_seq, mine.upto)
  FROM (SELECT conversation_id, author_id, max(seq) AS upto FROM said GROUP BY 1, 2) AS mine
  WHERE participation.conversation_id = mine.conversation_id AND person_id = mine.author_id
)
DELETE FROM message_draft USING said
WHERE message_draft.conversation_id = said.conversation_id AND person_id = said.author_id
""")


def send(session: Session, wanted: Sequence[Wanted | None]) -> list[tuple[Message, Place] | None]:
    """Store plain messages under the next numbers of their conversations; None for what is not done here.

    The messages given are not of the session. In a transaction that writes.
    """
    asked = [one for one in wanted if one is not None]
    places = _places(session, asked)
    known = many.sent(session, {(viewer.id, plain.client_id) for viewer, plain in asked})
    given: Counter[int] = Counter()
    made: list[tuple[Message, Place] | None] = []
    for one in wanted:
        place = places.get((one[0].id, one[1].conversation_id)) if one else None
        if one is None or place is None or (one[0].id, one[1].client_id) in known:
            made.append(None)
            continue
        known.add((one[0].id, one[1].client_id))
        given[place.conversation.id] += 1
        made.append((_message(one, place, given[place.conversation.id]), place))
    _store(session, [one for one in made if one], given)
    return made


def _places(session: Session, asked: Sequence[Wanted]) -> dict[tuple[int, int], Place]:
    """Give {(person, conversation): where they stand}, of those who write there and have done before."""
    people, ids = {viewer.id for viewer, _plain in asked}, {plain.conversation_id for _viewer, plain in asked}
    rows = many.locked(session, ids)
    mine = many.parts(session, ids, people)
    ties = many.ties(session, {group.id for _one, group in rows.values() if group}, people)
    found = {}
    for viewer, plain in asked:
        conversation, group = rows.get(plain.conversation_id, (None, None))
        part = mine.get((viewer.id, plain.conversation_id))
        if conversation is None or part is None or (group and not viewer.holds(group.posts_audience)):
            continue
        tie = ties.get((viewer.id, group.id)) if group else None
        place = Place(conversation, part.since_era, part.read_seq, part.muted, True, group, tie, part)
        if policy.may_send(viewer, place):
            found[viewer.id, conversation.id] = place
    return found


def _message(one: Wanted, place: Place, number: int) -> Message:
    viewer, plain = one
    conversation = place.conversation
    return Message(
        id=new_id(), conversation_id=conversation.id, seq=conversation.seq + number, era=conversation.era,
        audience=threads.audience(place, conversation.era), author_id=viewer.id,
        client_id=plain.client_id, body=plain.body, body_html=plain.body_html, reactions={},
        version=1, replies=0, files=0, at=clock.now(),
    )  # fmt: skip


COLUMNS = (
    "id", "conversation_id", "seq", "era", "audience", "author_id", "client_id", "body", "body_html",
    "reactions", "version", "replies", "files", "at",
)  # fmt: skip


def _store(session: Session, made: Sequence[tuple[Message, Place]], given: Counter[int]) -> None:
    if not made:
        return
    connection = session.connection()
    positions = [(message, _position(message, place)) for message, place in made]
    if connection.dialect.name == "postgresql":
        rows = [{name: _plain(getattr(message, name)) for name in COLUMNS} for message, _place in made]
        said = [{**row, "pos": pos} for row, (_message, pos) in zip(rows, positions, strict=True)]
        connection.execute(_AT_ONCE, {"rows": json.dumps(said)})
    else:
        _one_after_the_other(session, made, given, positions)
    emit_all(session, [
        MessageSent(
            message.conversation_id, message.id, message.author_id, pos, message.at,
            linked=LINK in message.body_html,
        )
        for message, pos in positions
    ])  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _one_after_the_other(
    session: Session,
    made: Sequence[tuple[Message, Place]],
    given: Counter[int],
    positions: Sequence[tuple[Message, int]],
) -> None:
    connection = session.connection()
    newest = {place.conversation.id: (message, place.conversation) for message, place in made}
    connection.execute(_ADVANCE, [
        {
            "place": one.id, "to_seq": one.seq + given[one.id], "to_pos": one.pos + given[one.id],
            "last": message.id, "now": message.at,
        }
        for message, one in newest.values()
    ])  # fmt: skip
    connection.execute(_STORE, [{name: getattr(message, name) for name in COLUMNS} for message, _ in made])
    read = {(place.conversation.id, message.author_id): message.seq for message, place in made}
    connection.execute(_READ, [{"place": at[0], "person": at[1], "upto": seq} for at, seq in read.items()])
    connection.execute(_LOG, [_logged(message, pos) for message, pos in positions])
    drafting.forget_all(session, read)


def _position(message: Message, place: Place) -> int:
    """Give the position of its event: as far from the conversation's as its number is."""
    return place.conversation.pos + message.seq - place.conversation.seq


def _logged(message: Message, pos: int) -> dict[str, Any]:
    return {
        "conversation_id": message.conversation_id, "pos": pos, "kind": "message:new", "era": message.era,
        "payload": {"message_id": message.id}, "at": message.at,
    }  # fmt: skip
