"""Messages and conversations as programs see them: the same form over REST and over sockets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.chat import keeping, listing, policy, queries
from rse.chat.listing import About
from rse.chat.models import ConversationEvent, Message, Topic
from rse.chat.policy import Place
from rse.core.audience import Viewer
from rse.core.i18n import _, enumeration
from rse.core.model import encode_id
from rse.core.render import iso
from rse.files.queries import Link, Shown, attached, links
from rse.files.schemas import data as file_data

SHOWN_NAMES = 4


def person(card: Card) -> dict[str, Any]:
    """Write who somebody is beside what they wrote."""
    return {
        "id": card.public_id,
        "uid": card.uid,
        "display_name": card.display_name,
        "title": card.title,
        "kind": card.kind,
        "avatar_url": card.avatar_url,
        "initials": card.initials,
        "colour": card.colour,
    }


def message(
    one: Message,
    author: Card,
    files: Sequence[Shown] = (),
    link: Link | None = None,
    topic: Topic | None = None,
) -> dict[str, Any]:
    """Write a message; a deleted one keeps its place, without words."""
    return {
        "id": encode_id(one.id),
        "conversation_id": encode_id(one.conversation_id),
        "seq": one.seq,
        "author": person(author),
        "body": one.body,
        "body_html": one.body_html,
        "client_id": one.client_id,
        "created_at": iso(one.at),
        "edited_at": iso(one.edited_at) if one.edited_at else None,
        "deleted_at": iso(one.deleted_at) if one.deleted_at else None,
        "reply_to": encode_id(one.reply_to) if one.reply_to else None,
        "reactions": one.reactions,
        "pinned_at": iso(one.pinned_at) if one.pinned_at else None,
        "thread_id": encode_id(one.thread_id) if one.thread_id else None,
        "thread_replies": None,
        "replies": one.replies,
        "replied_at": iso(one.replied_at) if one.replied_at else None,
        "attachments": [file_data(file) for file in files],
        "link_preview": asdict(link) if link else None,
        "topic": {"id": encode_id(topic.id), "name": topic.name} if topic else None,
    }


def messages(session: Session, found: Iterable[Message], said: About | None = None) -> list[dict[str, Any]]:
    """Write several messages, their authors fetched together, and their files where there are any."""
    rows = list(found)
    said = said or listing.about(session, rows, listing.UNKNOWN)
    files = attached(session, "message", [row.id for row in rows if row.files and row.deleted_at is None])
    read = links(session, {row.link_id for row in rows if row.link_id and row.deleted_at is None})
    shown = [
        message(
            one,
            said.authors[one.author_id],
            files.get(one.id, ()),
            _link(one, read),
            said.topics.get(one.topic_id or 0),
        )
        for one in rows
    ]
    for one, row in zip(shown, rows, strict=True):
        if row.thread_id is not None and row.thread_id in said.replies:
            one["thread_replies"] = said.replies[row.thread_id]
    return shown


def _link(one: Message, read: Mapping[int, Link]) -> Link | None:
    return read.get(one.link_id) if one.link_id and one.deleted_at is None else None


def own(
    session: Session,
    viewer: Viewer,
    found: Sequence[Message],
    quotes: Mapping[int, Mapping[str, str]] | None = None,
) -> list[dict[str, Any]]:
    """Write several messages for one reader: with what they themselves did to it, and what it answers."""
    marks, quotes = keeping.mine(session, viewer, [one.id for one in found]), quotes or {}
    return [
        {
            **shown,
            "mine": asdict(marks.get(one.id, keeping.NOTHING)),
            "quote": quotes.get(one.reply_to or 0),
        }
        for one, shown in zip(found, messages(session, found), strict=True)
    ]


def events(session: Session, rows: Sequence[ConversationEvent]) -> list[dict[str, Any]]:
    """Write events as the sockets do, with their position; a message is given as it is now."""
    found = queries.by_ids(session, (r.payload["message_id"] for r in rows if "message_id" in r.payload))
    shown = dict(zip(found, messages(session, found.values()), strict=True))
    return [
        {
            **shown.get(row.payload.get("message_id", 0), {}),
            **{name: value for name, value in row.payload.items() if name != "message_id"},
            "event": row.kind,
            "conversation_id": encode_id(row.conversation_id),
            "pos": row.pos,
        }
        for row in rows
    ]


def name(place: Place, people: Sequence[Card], viewer: Viewer) -> str:
    """Name a conversation: its title, its group, or the others in it."""
    if place.conversation.title:
        return place.conversation.title
    if place.group is not None:
        return place.group.name
    others = [card.display_name for card in people if card.id != viewer.id]
    if len(others) > SHOWN_NAMES:
        rest = len(others) - SHOWN_NAMES + 1
        others = [*others[: SHOWN_NAMES - 1], _("%(n)s others", n=rest)]
    return enumeration(others) if others else _("Only you")


def conversation(place: Place, people: Sequence[Card], viewer: Viewer) -> dict[str, Any]:
    """Write a conversation as the viewer stands in it. A group's people are the group's members."""
    one, group = place.conversation, place.group
    return {
        "id": encode_id(one.id),
        "kind": one.kind,
        "title": one.title,
        "name": name(place, people, viewer),
        "group": {"slug": group.slug, "name": group.name} if group else None,
        "members": [person(card) for card in people],
        "history": one.history,
        "seq": one.seq,
        "pos": one.pos,
        "read_seq": place.read_seq,
        "unread": max(0, one.seq - place.read_seq) if place.takes_part else 0,
        "muted": place.muted,
        "can_send": policy.may_send(viewer, place),
        "created_at": iso(one.created_at),
        "active_at": iso(one.active_at),
    }


def conversations(session: Session, places: Sequence[Place], viewer: Viewer) -> list[dict[str, Any]]:
    """Write several conversations with their last message, if the viewer reads it."""
    people = queries.people(session, [p.conversation.id for p in places if p.direct])
    last, said = listing.with_all(session, (p.conversation.last_id for p in places if p.conversation.last_id))
    seen = [
        last[p.conversation.last_id]
        for p in places
        if p.conversation.last_id in last and last[p.conversation.last_id].era >= p.since_era
    ]
    lines = {line["conversation_id"]: line for line in messages(session, seen, said)}
    shown = [conversation(p, people.get(p.conversation.id, ()), viewer) for p in places]
    return [{**one, "last_message": lines.get(one["id"])} for one in shown]


def missed(session: Session, place: Place, after: int, limit: int = 200) -> dict[str, Any]:
    """Write the events after a position as an answer: `pos` is where to go on, `more` that there are more."""
    rows = queries.events(session, place, after, limit)
    if rows is None:
        return {"reset": True, "items": [], "pos": place.conversation.pos, "more": False}
    more = len(rows) > limit
    rows = rows[:limit]
    pos = rows[-1].pos if more else max([place.conversation.pos, *(row.pos for row in rows)])
    return {"reset": False, "items": events(session, rows), "pos": pos, "more": more}
