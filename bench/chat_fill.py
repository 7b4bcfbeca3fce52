"""People, conversations and messages for the measures of live discussion, written to the database at once."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, text
from sqlalchemy.orm import Session as DbSession

from rse.accounts.models import Person, Session
from rse.accounts.sessions import digest
from rse.app import create_app
from rse.chat.models import Conversation, Participation
from rse.core import clock, revision
from rse.core.model import Base, encode_id, new_id
from rse.groups.models import Group, Membership

SECRET = "test-secret-0123456789-abcdefghijklmnop"
LONG = """
INSERT INTO message (id, conversation_id, seq, era, audience, author_id, client_id, body, body_html,
 reactions, replies, files, at, version)
SELECT :first + n, :place, n, 1, :audience, (:people)[1 + n % :many], 'long-' || n,
 'Message ' || n || ' about the planning, the delivery and the machine.',
 '<p>Message ' || n || ' about the planning, the delivery and the machine.</p>', '{}', 0, 0,
 timestamptz '2020-01-01' + n * interval '90 seconds', 1
FROM generate_series(1, :messages) n
"""


def tables(database: str, data: Path) -> None:
    """Make every table, as the migrations do."""
    create_app({"secret_key": SECRET, "data_dir": data, "database_url": database, "log_level": "error"})
    engine = create_engine(database)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": revision.newest()})
    engine.dispose()


def people(session: DbSession, count: int) -> tuple[list[int], list[str]]:
    """Store people who are signed in; gives their ids and the tokens of their sessions."""
    now = clock.now()
    rows = [
        {"id": new_id(), "uid": f"p{n}", "email": f"p{n}@bench.example", "display_name": f"Person {n}",
         "sort_name": f"person {n}", "roles": frozenset(), "created_at": now}
        for n in range(count)
    ]  # fmt: skip
    tokens = [secrets.token_urlsafe(32) for _ in rows]
    session.execute(insert(Person), rows)
    times = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(days=7), "data": {}}
    signed = [
        {"token_hash": digest(token), "person_id": row["id"], **times}
        for token, row in zip(tokens, rows, strict=True)
    ]
    session.execute(insert(Session), signed)
    return [row["id"] for row in rows], tokens


def conversation(session: DbSession, members: Sequence[int], **values: Any) -> str:
    """Store a direct conversation; gives its public id."""
    now = clock.now()
    made = Conversation(kind="direct", active_at=now, created_at=now, history="all", **values)
    session.add(made)
    session.flush()
    _take_part(session, made.id, members)
    return encode_id(made.id)


def discussion(session: DbSession, members: Sequence[int], slug: str) -> str:
    """Store a closed group with its discussion, in which all of them take part; gives its public id."""
    now, number = clock.now(), new_id()
    group = Group(
        id=number, slug=slug, name=slug, visibility="closed", purpose="professional", created_at=now,
        created_by=members[0], member_count=len(members), audience="everyone",
        posts_audience=f"group:{number}",
    )  # fmt: skip
    session.add(group)
    session.flush()
    ties = [{"group_id": group.id, "person_id": p, "at": now} for p in members]
    session.execute(insert(Membership), ties)
    made = Conversation(kind="group", group_id=group.id, active_at=now, created_at=now, history="all")
    session.add(made)
    session.flush()
    _take_part(session, made.id, members)
    return encode_id(made.id)


def _take_part(session: DbSession, conversation_id: int, members: Sequence[int]) -> None:
    rows = [{"conversation_id": conversation_id, "person_id": p, "joined_at": clock.now()} for p in members]
    session.execute(insert(Participation), rows)


def long(session: DbSession, members: Sequence[int], messages: int) -> str:
    """Store a conversation of many messages, half of them unread by everybody; gives its public id."""
    public = conversation(session, members, title="Long", seq=messages, pos=messages)
    place = session.query(Conversation).where(Conversation.title == "Long").one()
    first = new_id()
    session.execute(
        text(LONG),
        {"first": first, "place": place.id, "audience": f"conversation:{place.id}:1", "people": list(members),
         "many": len(members), "messages": messages},
    )  # fmt: skip
    place.last_id = first + messages
    half = {"half": messages // 2, "place": place.id}
    session.execute(text("UPDATE participation SET read_seq = :half WHERE conversation_id = :place"), half)
    return public


def circle(database: str, data: Path, count: int, places: int) -> list[tuple[str, list[str]]]:
    """Store people and conversations of a tenth of them or more, two for each person; gives who is where."""
    engine = create_engine(database)
    with DbSession(engine) as session:
        ids, tokens = people(session, count)
        each = max(2, 2 * count // places)
        held: list[list[str]] = [[] for _ in ids]
        for n in range(places):
            members = sorted({(n * each // 2 + k) % count for k in range(each)})
            place = conversation(session, [ids[at] for at in members], title=f"Place {n}")
            for at in members:
                held[at].append(place)
        session.commit()
    engine.dispose()
    return list(zip(tokens, held, strict=True))
