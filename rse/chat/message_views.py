"""Pages and forms of single messages: what one can do with them, what is pinned, what somebody keeps."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from werkzeug.wrappers import Response

from rse.chat import (
    keeping,
    listing,
    policy,
    previews,
    queries,
    reacting,
    reading,
    service,
    shapes,
    threads,
    views,
)
from rse.chat.models import Message
from rse.chat.policy import Place
from rse.chat.schemas import ReactByForm, SwitchByForm, ThreadQuery
from rse.chat.views import ROOM, blueprint
from rse.core import db
from rse.core.api import Page
from rse.core.policy import NotFound
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    is_fragment,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.feed.cards import REACTIONS

ON = ROOM + "/on/<pid:message_id>"
PAGE = 30


def found(conversation_id: int, message_id: int) -> tuple[Place, Message]:
    """Give a message and where it stands. Raises NotFound, also when it stands elsewhere."""
    session, who = db.session(), viewer()
    message = queries.message(session, who, message_id)
    if message.conversation_id != conversation_id:
        raise NotFound
    return queries.place(session, who, conversation_id), message


def _back(conversation_id: int, message: Message) -> Response:
    return see_other("chat.room", conversation_id=conversation_id, at=message.seq)


@route(blueprint, ON, rule=SIGNED_IN)
def actions(conversation_id: int, message_id: int) -> Any:
    """Show what the viewer can do with a message: a menu for the page's script, else a page."""
    place, message = found(conversation_id, message_id)
    (line,) = reading.lines(db.session(), viewer(), place, [message])
    href = f"/messages/{line.message['conversation_id']}"
    values: dict[str, Any] = {"line": line, "href": href, "signs": REACTIONS}
    values["can_send"] = policy.may_send(viewer(), place)
    values["takes_part"] = place.takes_part
    if is_fragment():
        return page("chat/_actions.html", **values)
    return page("chat/actions.html", **values)


@route(blueprint, ON + "/react", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def react(conversation_id: int, message_id: int) -> Any:
    """Give a sign under a message, or take it back."""
    found(conversation_id, message_id)
    name = read_form(ReactByForm).input.name
    return _back(conversation_id, reacting.toggle(db.session(), viewer(), message_id, name))


@route(blueprint, ON + "/pin", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def pin(conversation_id: int, message_id: int) -> Any:
    """Pin a message for everybody in the conversation, or let it go."""
    found(conversation_id, message_id)
    on = read_form(SwitchByForm).input.on
    return _back(conversation_id, keeping.pin(db.session(), viewer(), message_id, on=on))


@route(blueprint, ON + "/save", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def save(conversation_id: int, message_id: int) -> Any:
    """Keep a message for later, or stop to."""
    found(conversation_id, message_id)
    asked = read_form(SwitchByForm).input
    message = keeping.save(db.session(), viewer(), message_id, on=asked.on)
    return see_other("chat.saved") if asked.back else _back(conversation_id, message)


@route(blueprint, ON + "/preview", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def remove_preview(conversation_id: int, message_id: int) -> Any:
    """Take what is shown of its link from one's own message."""
    found(conversation_id, message_id)
    return _back(conversation_id, previews.remove(db.session(), viewer(), message_id))


@route(blueprint, ON + "/unread", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def unread(conversation_id: int, message_id: int) -> Any:
    """Let a message and those after it count as unread again; goes to the list, where it shows."""
    _place, message = found(conversation_id, message_id)
    service.mark_unread(db.session(), viewer(), conversation_id, message.seq)
    return see_other("chat.index")


@route(blueprint, ON + "/thread", rule=SIGNED_IN)
def thread(conversation_id: int, message_id: int) -> Any:
    """Show what stands under a message, beside the conversation."""
    session, who = db.session(), viewer()
    place, root = found(conversation_id, message_id)
    if root.thread_id is not None:
        place, root = threads.thread(session, who, message_id)
    query = views.read_query(ThreadQuery)
    rows, older = threads.replies(session, place, root.id, before=query.before)
    said = listing.about(session, [root, *rows], listing.UNKNOWN)
    signs = keeping.mine(session, who, [one.id for one in (root, *rows)])
    (first,) = reading.lines(session, who, place, [root], said=said, signs=signs)
    return views.beside(
        "chat/_thread.html", place,
        root=first, replies=reading.lines(session, who, place, rows, said=said, signs=signs),
        older_replies=rows[0].seq if older else None,
        can_send=policy.may_send(who, place), thread_client_id=token_hex(12),
    )  # fmt: skip


@route(blueprint, ROOM + "/pinned", rule=SIGNED_IN)
def pinned(conversation_id: int) -> Any:
    """Show what is pinned in a conversation, beside it."""
    session, place = db.session(), queries.place(db.session(), viewer(), conversation_id)
    shown = shapes.messages(session, keeping.pinned(session, place))
    return views.beside("chat/_pinned.html", place, pinned=shown)


@route(blueprint, "/messages/saved", rule=SIGNED_IN)
def saved() -> Any:
    """Show the messages that the viewer keeps for later."""
    session, who = db.session(), viewer()
    query = views.read_query(Page)
    before = decode_cursor(query.cursor, datetime, int)
    listed = keeping.saved(session, who, before=before, limit=PAGE)
    rows = listed[:PAGE]
    last = rows[-1] if len(listed) > PAGE else None
    return page(
        "chat/saved.html",
        saved=kept(rows),
        next_cursor=encode_cursor(last[1], last[0].id) if last else None,
        **views.listed(),
    )


def kept(rows: Any) -> list[dict[str, Any]]:
    """Write kept messages with the names of their conversations."""
    session, who = db.session(), viewer()
    places = queries.places(session, who, {message.conversation_id for message, _at in rows})
    people = queries.people(session, [p.conversation.id for p in places if p.direct])
    names = {p.conversation.id: shapes.name(p, people.get(p.conversation.id, ()), who) for p in places}
    shown = shapes.messages(session, [message for message, _at in rows])
    return [
        {**one, "place": names[message.conversation_id], "saved_at": at}
        for one, (message, at) in zip(shown, rows, strict=True)
        if message.conversation_id in names
    ]
