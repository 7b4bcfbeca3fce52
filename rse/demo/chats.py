"""The demo company's conversations, direct and of groups, stored in bulk as old messages."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from rse.accounts.names import folded_name
from rse.chat.events import MessagesChanged
from rse.chat.members import people_key
from rse.chat.models import (
    Conversation,
    ConversationEvent,
    Message,
    MessageReaction,
    Participation,
    SavedMessage,
    Topic,
)
from rse.core import text
from rse.core.audience import conversation_token
from rse.core.events import emit
from rse.core.model import new_id
from rse.demo import source
from rse.demo.company import Company
from rse.demo.source import ChatText

UNREAD = {"amelie.rousseau": 1, "sofia.marchetti": 2, "karim.benali": 1}  # what the cast has still to read
ERA = 1


def load(company: Company) -> None:
    """Store every conversation with its messages, participants and what each has read."""
    for lines in _conversations().values():
        _store(company, lines)


def _conversations() -> dict[str, list[ChatText]]:
    found: dict[str, list[ChatText]] = {}
    for line in source.chats():
        found.setdefault(line.conversation, []).append(line)
    return found


def _store(company: Company, lines: list[ChatText]) -> None:
    first, times = lines[0], _times(company, lines)
    conversation = _conversation(company, first, times)
    company.session.add(conversation)
    company.session.flush()
    rows = [_message(company, conversation, line, at) for line, at in zip(lines, times, strict=True)]
    rows = [row | {"seq": number} for number, row in enumerate(rows, 1)]
    _thread(lines, rows)
    _topics(company, conversation, lines, rows)
    company.session.execute(insert(Message), rows)
    company.session.execute(insert(ConversationEvent), [_event(row) for row in rows])
    for table, marks in _marks(company, lines, rows).items():
        if marks:
            company.session.execute(insert(table), marks)
    conversation.seq = conversation.pos = len(rows)
    conversation.last_id = rows[-1]["id"]
    company.session.flush()
    emit(company.session, MessagesChanged(conversation.id, tuple(row["id"] for row in rows)))
    takers = first.members or sorted({line.author for line in lines})
    company.session.execute(insert(Participation), _reading(company, conversation, takers, lines))


def _times(company: Company, lines: list[ChatText]) -> list[datetime]:
    before = [None, *range(len(lines) - 1)]
    return company.calendar.settle([company.calendar.read(line.at) for line in lines], before)


def _conversation(company: Company, first: ChatText, times: list[datetime]) -> Conversation:
    group = company.groups[first.group] if first.group else None
    ids = [company.people[uid] for uid in first.members]
    return Conversation(
        kind="group" if group else "direct", group_id=group.id if group else None, title=None, era=ERA,
        people_key=None if group else people_key(ids), history="all" if group else "from_invitation",
        created_at=times[0], active_at=times[-1], created_by=company.people[first.author], demo=True,
        seq=0, pos=0,
    )  # fmt: skip


def _message(company: Company, place: Conversation, line: ChatText, at: datetime) -> dict[str, Any]:
    group = company.groups[line.group] if line.group else None
    links = company.within(line.group) if group else {uid: company.links[uid] for uid in line.members}
    own = new_id()
    return {
        "id": own, "conversation_id": place.id, "era": ERA, "author_id": company.people[line.author],
        "audience": group.posts_audience if group else conversation_token(place.id, ERA), "at": at,
        "client_id": f"demo-{own}", "body": line.text, "body_html": text.render(line.text, links),
        "thread_id": None, "topic_id": None, "replies": 0, "replied_at": None,
        "reply_to": None, "reactions": dict(Counter(line.signs.values())), "edited_at": None,
        "deleted_at": None, "version": 1, "pinned_at": at if line.pinned else None,
        "pinned_by": company.people[line.author] if line.pinned else None,
    }  # fmt: skip


def _marks(company: Company, lines: list[ChatText], rows: list[dict[str, Any]]) -> dict[Any, list[Any]]:
    """Give the signs under the messages, and who keeps which."""
    found: dict[Any, list[Any]] = {MessageReaction: [], SavedMessage: []}
    for line, row in zip(lines, rows, strict=True):
        for uid, name in line.signs.items():
            of = {"message_id": row["id"], "person_id": company.people[uid], "at": row["at"]}
            found[MessageReaction].append({**of, "name": name})
        found[SavedMessage] += [
            {"message_id": row["id"], "person_id": company.people[uid], "at": row["at"]}
            for uid in line.kept_by
        ]
    return found


def _thread(lines: list[ChatText], rows: list[dict[str, Any]]) -> None:
    """Put what stands under another message there."""
    for line, row in zip(lines, rows, strict=True):
        if line.under:
            root = next(one for one in rows if one["body"].startswith(line.under))
            row["thread_id"] = root["id"]
            root["replies"], root["replied_at"] = root["replies"] + 1, row["at"]


def _topics(company: Company, place: Conversation, lines: list[ChatText], rows: list[dict[str, Any]]) -> None:
    """Make the topics that messages name, and put these under them."""
    made: dict[str, Topic] = {}
    for line, row in zip(lines, rows, strict=True):
        if not line.topic:
            continue
        topic = made.setdefault(line.topic, Topic(
            conversation_id=place.id, name=line.topic, folded=folded_name(line.topic), created_at=row["at"],
            created_by=row["author_id"], active_at=row["at"],
        ))  # fmt: skip
        topic.active_at = row["at"]
        company.session.add(topic)
        company.session.flush()
        row["topic_id"] = topic.id


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """Give what a client that was away catches up with: the message is named, not copied."""
    same = {"conversation_id": row["conversation_id"], "pos": row["seq"], "era": ERA, "at": row["at"]}
    return {**same, "kind": "message:new", "payload": {"message_id": row["id"]}}


def _reading(
    company: Company, place: Conversation, takers: list[str], lines: list[ChatText]
) -> list[dict[str, Any]]:
    """Give the participations: all is read but the last words of others to some of the cast."""
    rows = []
    for uid in takers:
        own = max((n for n, line in enumerate(lines, 1) if line.author == uid), default=0)
        read = max(own, len(lines) - UNREAD.get(uid, 0))
        ids = {"conversation_id": place.id, "person_id": company.people[uid]}
        rows.append({**ids, "since_era": ERA, "read_seq": read, "joined_at": place.created_at})
    return rows
