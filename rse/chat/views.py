"""Pages of live discussion. Everything but the liveness works without JavaScript."""

from collections.abc import Iterable
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from flask import Blueprint, Flask, request, url_for
from werkzeug.wrappers import Response

from rse.accounts.cards import Card
from rse.chat import choosing, drafting, members, queries, reading, service, shapes, threads, topics
from rse.chat.discussion import discussion
from rse.chat.policy import Place
from rse.chat.schemas import (
    BeginByForm,
    EditMessage,
    MarkReadByForm,
    PeopleQuery,
    RoomQuery,
)
from rse.chat.topics_schemas import NEW, SendInTopicByForm
from rse.core import calls, db
from rse.core.i18n import format_date, format_time
from rse.core.model import decode_id, encode_id
from rse.core.policy import Invalid, NotFound
from rse.core.text import excerpt, plain
from rse.core.web import (
    SIGNED_IN,
    Form,
    flash,
    is_fragment,
    page,
    read_address,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.feed.cards import REACTIONS
from rse.files import taking
from rse.groups import views as groups
from rse.groups.models import Group
from rse.people import absence

blueprint = Blueprint("chat", __name__)
LISTED = 50
ROOM = "/messages/<pid:conversation_id>"


def read_query(schema: type[Any]) -> Any:
    """Read what an address says, leaving out what is none of ours."""
    known = {k: v for k, v in request.args.items() if k in schema.model_fields and v}
    many = {k: request.args.getlist(k) for k in known if "list" in str(schema.model_fields[k].annotation)}
    return read_address(schema, {**known, **many})


def listed(q: str = "") -> dict[str, Any]:
    """Give what the list of conversations shows."""
    found = queries.listed(db.session(), viewer(), q=q, limit=LISTED)
    places = found[:LISTED]
    ids = [place.conversation.id for place in places]
    return {
        "conversations": shapes.conversations(db.session(), places, viewer()),
        "begun": {encode_id(i): body for i, body in drafting.drafts(db.session(), viewer(), ids).items()},
        "more": len(found) > LISTED,
        "q": q,
    }


@route(blueprint, "/messages", rule=SIGNED_IN)
def index() -> Any:
    """Show the viewer's conversations."""
    return page("chat/messages.html", room=None, **listed(request.args.get("q", "")[:100]))


@route(blueprint, "/messages/list", rule=SIGNED_IN)
def list_only() -> Any:
    """Give the list alone, for a page that is open."""
    current = request.args.get("current", "")
    return page("chat/_list.html", current=current, **listed(request.args.get("q", "")[:100]))


@route(blueprint, "/messages/new", rule=SIGNED_IN)
def new() -> Any:
    """Show the form of a new conversation, with the people chosen so far."""
    query = read_query(PeopleQuery)
    return _new(Form({}, None, {}), query.q, query.member_ids)


def _new(form: Form[Any], q: str, chosen: list[int], status: int = 200) -> Any:
    session, who = db.session(), viewer()
    return page(
        "chat/new.html",
        status,
        form=form,
        typed=q,
        chosen=choosing.known_cards(session, who, ids=chosen),
        found=[card for card in choosing.known_cards(session, who, q=q) if card.id not in chosen]
        if q
        else [],
        **listed(),
    )


@route(blueprint, "/messages/people", rule=SIGNED_IN, limit="120/minute")
def people() -> Any:
    """Give the people whose name begins so, for the completion of the form."""
    query = read_query(PeopleQuery)
    found = choosing.known_cards(db.session(), viewer(), q=query.q) if query.q else []
    offered = [card for card in found if card.id not in query.member_ids]
    return page("chat/_people.html", found=offered, away=_away(offered))


def _away(cards: Iterable[Card]) -> dict[int, date]:
    return absence.away(db.session(), [card.id for card in cards])


@route(blueprint, "/messages/new", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def begin() -> Any:
    """Begin a conversation, or go to the one that these people have; its first message goes with it."""
    form = read_form(BeginByForm)
    if form.value is None:
        return _new(form, "", _known_ids(form.data.get("member_ids", ())), 422)
    asked = form.input
    session = db.session()
    made, _fresh = members.begin(
        session, viewer(), asked.member_ids, title=asked.title, history=asked.history
    )
    if asked.body:
        service.send(session, viewer(), made.id, body=asked.body, client_id=asked.client_id or token_hex(16))
    return see_other("chat.room", conversation_id=made.id)


def _known_ids(texts: Iterable[str]) -> list[int]:
    """Read the ids among what was posted."""
    found = []
    for sent in texts:
        try:
            found.append(decode_id(sent.strip()))
        except ValueError:
            continue
    return found


@route(blueprint, ROOM, rule=SIGNED_IN)
def room(conversation_id: int) -> Any:
    """Show a conversation beside the list."""
    place = queries.place(db.session(), viewer(), conversation_id)
    wanted = read_query(RoomQuery).at
    root_id = threads.root_at(db.session(), place, wanted) if wanted else None
    if root_id is not None:  # what is pointed at stands in a thread
        return see_other("chat.thread", conversation_id=conversation_id, message_id=root_id)
    return page("chat/messages.html", **_with_list(place))


def _with_list(place: Place, pinned: int | None = None) -> dict[str, Any]:
    """Give what a conversation shows, and the list beside it: what was begun there is read once."""
    around = listed()
    own = encode_id(place.conversation.id)
    known = any(one["id"] == own for one in around["conversations"])
    return _room(place, around["begun"].get(own, "") if known else None, pinned) | around


def _room(place: Place, draft: str | None = None, pinned: int | None = None) -> dict[str, Any]:
    query = read_query(RoomQuery)
    session, who = db.session(), viewer()
    topic = topics.of(session, place, query.topic) if query.topic else None
    at = query.at if query.date is None else reading.seq_of_day(session, who, place, query.date)
    asked = {"before": query.before, "after": query.after, "at": at}
    found = reading.room(session, who, place, **asked, newest=query.newest, topic=topic, pinned=pinned)
    chosen = {line.message["id"]: line for line in found.lines}
    if draft is None:
        draft = drafting.drafts(session, who, [place.conversation.id]).get(place.conversation.id, "")
    return {
        "room": found,
        "replying": chosen.get(query.reply or ""),
        "editing": chosen.get(query.edit or ""),
        "client_id": token_hex(12),
        "timezone": who.timezone,
        "people_names": {card.public_id: card.display_name for card in found.people},
        "at": at,
        "away": _away(found.others) if place.direct else {},
        "call": calls.of_conversation(session, place.conversation.id) if place.direct else "",
        "draft": draft,
        "signs": REACTIONS,
        "signs_data": {name: [str(label), sign] for name, (label, sign) in REACTIONS.items()},
    }


def beside(template: str, place: Place, **values: Any) -> Any:
    """Show something beside a conversation: alone for the page's script, else with the conversation."""
    href = url_for("chat.room", conversation_id=place.conversation.id)
    if is_fragment():
        return page(template, href=href, signs=REACTIONS, **values)
    pinned = len(values["pinned"]) if "pinned" in values else None
    return page("chat/messages.html", **_with_list(place, pinned), beside=template, href=href, **values)


@route(blueprint, "/groups/<slug>/discussion", rule=SIGNED_IN)
def group_discussion(slug: str) -> Any:
    """Show a group's discussion under the group's head."""
    place = discussion(slug)
    _group, values = groups.opened(slug)
    return page("chat/discussion.html", **_room(place), **values)


def panel(_session: Any, _viewer: Any, subject: Group) -> str:
    """Give a group's discussion as a part of another page."""
    place = discussion(subject.slug)
    return page("chat/_room.html", **_room(place)).get_data(as_text=True)


@route(blueprint, ROOM, rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def send(conversation_id: int) -> Any:
    """Send a message."""
    form = taking.read_posted(SendInTopicByForm)
    if form.value is None:
        return page_again(conversation_id, form)
    sent = form.input
    try:
        topics.send(
            db.session(), viewer(), conversation_id, body=sent.body,
            client_id=sent.client_id or token_hex(16), reply_to=sent.reply_to,
            thread_id=sent.thread_id, attachments=sent.attachments, alts=taking.alts(),
            topic_id=sent.topic_id, new_topic=sent.new_topic if sent.topic_id == NEW else None,
        )  # fmt: skip
    except Invalid as error:
        db.rollback()
        return page_again(conversation_id, Form(form.data, None, error.errors))
    if sent.thread_id is not None:
        return see_other("chat.thread", conversation_id=conversation_id, message_id=sent.thread_id)
    return _back(conversation_id)


def page_again(conversation_id: int, form: Form[Any]) -> Any:
    """Show the conversation again with what was wrong, and what was attached."""
    flash("; ".join(text for texts in form.errors.values() for text in texts), "error")
    place = queries.place(db.session(), viewer(), conversation_id)
    values = _with_list(place) | {"held": taking.held(form), "written": form.data.get("body", "")}
    return page("chat/messages.html", 422, **values)


def _back(conversation_id: int) -> Response:
    """Go back to where the form was: the group's page or the messages."""
    only = request.form.get("in_topic") or None
    if request.form.get("back") == "group":
        place = queries.place(db.session(), viewer(), conversation_id)
        if place.group is not None:
            return see_other("chat.group_discussion", slug=place.group.slug, topic=only, _anchor="end")
    return see_other("chat.room", conversation_id=conversation_id, topic=only, _anchor="end")


@route(blueprint, ROOM + "/edit/<pid:message_id>", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def edit(conversation_id: int, message_id: int) -> Any:
    """Change one's own words."""
    form = read_form(EditMessage)
    message = service.edit(db.session(), viewer(), message_id, form.input.body)
    return _to(conversation_id, message.conversation_id, message.seq)


@route(blueprint, ROOM + "/delete/<pid:message_id>", rule=SIGNED_IN, methods=("POST",))
def delete(conversation_id: int, message_id: int) -> Any:
    """Take a message's words away."""
    message = service.delete(db.session(), viewer(), message_id)
    return _to(conversation_id, message.conversation_id, message.seq)


def _to(asked: int, conversation_id: int, seq: int) -> Response:
    if asked != conversation_id:
        raise NotFound
    return see_other("chat.room", conversation_id=conversation_id, at=seq)


@route(blueprint, ROOM + "/read", rule=SIGNED_IN, methods=("POST",))
def read(conversation_id: int) -> Any:
    """Note that the viewer has read up to a message."""
    service.mark_read(db.session(), viewer(), conversation_id, read_form(MarkReadByForm).input.seq)
    return _back(conversation_id)


@route(blueprint, ROOM + "/mute", rule=SIGNED_IN, methods=("POST",))
def mute(conversation_id: int) -> Any:
    """Let the conversation count in the unread messages, or not."""
    members.mute(db.session(), viewer(), conversation_id, muted=request.form.get("muted") == "1")
    return _back(conversation_id)


def filters(app: Flask) -> None:
    """Register what the templates of live discussion ask for."""
    app.jinja_env.filters.update(
        clock=format_time,
        words=lambda html, length: excerpt(plain(html), length),
        short_date=lambda iso: format_date(datetime.fromisoformat(iso), "short"),
    )
