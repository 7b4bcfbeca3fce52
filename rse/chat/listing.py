"""What pages of conversations read together: last messages with all that is said of them, who sits where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.chat.models import Message, Participation, Topic

ROOT = aliased(Message)


@dataclass(frozen=True, slots=True)
class About:
    """What is said of messages beside their own row, by id: authors, topics, how many replies a root has."""

    authors: Mapping[int, Card]
    topics: Mapping[int, Topic]
    replies: Mapping[int, int]


UNKNOWN = About({}, {}, {})


def with_all(session: Session, ids: Iterable[int]) -> tuple[dict[int, Message], About]:
    """Give messages with what is said of them, in one query; the caller checks who reads them."""
    wanted = list(ids)
    query = select(Message, Topic, ROOT.replies, *COLUMNS).where(Message.id.in_(wanted))
    rows = session.execute(_beside(query)).all() if wanted else []
    return {row[0].id: row[0] for row in rows}, _about(row[1:] for row in rows)


def about(session: Session, rows: Sequence[Message], known: About) -> About:
    """Read what is said of messages in one query; none where all of it is known."""
    asked = [
        row.id
        for row in rows
        if row.author_id not in known.authors
        or row.thread_id is not None
        or (row.topic_id is not None and row.topic_id not in known.topics)
    ]
    if not asked:
        return known
    query = select(Topic, ROOT.replies, *COLUMNS).select_from(Message).where(Message.id.in_(asked))
    read = _about(session.execute(_beside(query)))
    return About(
        {**known.authors, **read.authors}, {**known.topics, **read.topics}, {**known.replies, **read.replies}
    )


def _beside(query: Any) -> Any:
    query = query.add_columns(Message.thread_id).join(Person, Person.id == Message.author_id)
    query = query.outerjoin(Topic, Topic.id == Message.topic_id)
    return query.outerjoin(ROOT, ROOT.id == Message.thread_id)


def _about(rows: Iterable[Any]) -> About:
    authors, topics, replies = dict[int, Card](), dict[int, Topic](), dict[int, int]()
    for topic, number, *person, root_id in rows:
        authors[person[0]] = card_of(person)
        if topic is not None:
            topics[topic.id] = topic
        if root_id is not None and number is not None:
            replies[root_id] = number
    return About(authors, topics, replies)


def seated(session: Session, conversation_id: int) -> list[tuple[Card, int]]:
    """Give who takes part in a direct conversation, by name, with the last number they have read."""
    query = (
        select(*COLUMNS, Participation.read_seq)
        .join(Participation, Participation.person_id == Person.id)
        .where(Participation.conversation_id == conversation_id, Participation.left_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return [(card_of(row), row.read_seq) for row in session.execute(query)]
