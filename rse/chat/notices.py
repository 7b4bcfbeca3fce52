"""What somebody is told of conversations: a direct message unread, a mention in a discussion."""

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.chat import queries
from rse.chat.events import MessageSent, PromotionAnswered, PromotionAsked
from rse.chat.models import Conversation, Message, Participation, Promotion
from rse.core import text
from rse.core.audience import Viewer, group_token, person_token
from rse.core.i18n import _, enumeration, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.groups import mentioning

EXCERPT = 200


def _sent(session: Session, event: MessageSent) -> tuple[Conversation, Message] | None:
    message = session.get(Message, event.message_id)
    conversation = session.get(Conversation, event.conversation_id)
    if message is None or conversation is None or message.deleted_at:
        return None
    return conversation, message


def tell_message(session: Session, event: MessageSent) -> Iterator[Told]:
    """Tell those of a direct conversation who have not read it: once, until they have."""
    found = _sent(session, event)
    if found is None or found[0].group_id is not None:
        return
    conversation, message = found
    query = select(Participation.person_id, Participation.read_seq).where(
        Participation.conversation_id == conversation.id,
        Participation.left_at.is_(None),
        Participation.since_era <= message.era,
        ~Participation.muted,
        Participation.read_seq < message.seq,
    )
    for person_id, read_seq in session.execute(query).all():
        yield Told(
            f"conversation:{conversation.id}:{read_seq}", f"conversation:{conversation.id}", message.id,
            message.at, person_token(person_id), [person_id], message.author_id,
        )  # fmt: skip


def tell_mention(session: Session, event: MessageSent) -> Iterator[Told]:
    """Tell who is named in the discussion of a group."""
    found = _sent(session, event)
    if found is not None and found[0].group_id is not None and event.mentioned:
        conversation, message = found
        yield Told(
            f"message:{message.id}", f"conversation:{conversation.id}", message.id, message.at,
            message.audience, event.mentioned, message.author_id, conversation.group_id,
        )  # fmt: skip


def tell_group(session: Session, event: MessageSent) -> Iterator[Told]:
    """Tell those who look after a group that is named in a discussion; in a direct one all are told."""
    found = _sent(session, event)
    if found is None or found[0].group_id is None or not event.groups:
        return
    conversation, message = found
    staff = {person for group_id in event.groups for person in mentioning.staff_of(session, group_id)}
    yield Told(
        f"message:{message.id}", f"conversation:{conversation.id}", message.id, message.at,
        message.audience, sorted(staff - set(event.mentioned)), message.author_id, conversation.group_id,
    )  # fmt: skip


def tell_thread(session: Session, event: MessageSent) -> Iterator[Told]:
    """Tell of an answer in a group's discussion those who have written in its thread: once, until they read.

    Who is named in it is told of that.
    """
    found = _sent(session, event)
    if found is None or found[0].group_id is None or found[1].thread_id is None:
        return
    conversation, message = found
    root = message.thread_id
    wrote = select(Message.author_id).where(
        or_(Message.id == root, Message.thread_id == root), Message.deleted_at.is_(None)
    )
    query = select(Participation.person_id, Participation.read_seq).where(
        Participation.conversation_id == conversation.id,
        Participation.person_id.in_(wrote),
        Participation.person_id.not_in(event.mentioned),
        Participation.left_at.is_(None),
        ~Participation.muted,
        Participation.read_seq < message.seq,
    )
    for person_id, read_seq in session.execute(query).all():
        yield Told(
            f"thread:{root}:{read_seq}", f"conversation:{conversation.id}", message.id, message.at,
            message.audience, [person_id], message.author_id, conversation.group_id,
        )  # fmt: skip


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say the notifications of conversations; messages that cannot be read (any more) are left out."""
    wanted = {n.object_id for n in noted}
    query = (
        select(Message, Person.display_name)
        .join(Person, Person.id == Message.author_id)
        .where(Message.id.in_(wanted), Message.deleted_at.is_(None), queries.readable_messages(viewer))
    )
    messages = {row[0].id: (row[0], row[1]) for row in session.execute(query)}
    places = queries.places(session, viewer, {row[0].conversation_id for row in messages.values()})
    standing = {place.conversation.id: place for place in places}
    found = {}
    for note in noted:
        message, name = messages.get(note.object_id, (None, ""))
        place = standing.get(message.conversation_id) if message else None
        if message is None or place is None:
            continue
        group = place.group
        subject = group.name if group else place.conversation.title or _("Message from %(name)s", name=name)
        said, url = _said(note, name, message, viewer), f"/messages/{encode_id(place.conversation.id)}"
        if note.kind == "thread":
            url += f"/on/{encode_id(message.thread_id or message.id)}/thread"
        elif group:
            url = f"/groups/{group.slug}/discussion"
        words = text.excerpt(text.plain(message.body_html), EXCERPT)
        found[note.id] = Line(said, url, subject, words)
    return found


def _said(note: Noted, name: str, message: Message, viewer: Viewer) -> str:
    """Say what somebody did."""
    if note.kind == "discussion_group":
        named = mentioning.in_html(message.body_html).items()
        mine = [group for number, group in named if viewer.holds(group_token(number))]
        return _("%(name)s mentioned “%(group)s”", name=name, group=enumeration(mine))
    if note.kind == "thread":
        return _("%(name)s replied in a thread in which you wrote", name=name)
    if note.kind == "discussion":
        return _("%(name)s mentioned you", name=name)
    return _("%(name)s wrote to you", name=name)


def tell_asked(session: Session, event: PromotionAsked) -> Iterator[Told]:
    """Tell the author of a message that somebody asks them to make a post of it."""
    if session.get(Promotion, event.promotion_id) is not None:
        yield Told(
            f"promotion:{event.promotion_id}:asked", f"promotion:{event.promotion_id}", event.promotion_id,
            event.at, person_token(event.author_id), [event.author_id], event.asked_by,
        )  # fmt: skip


def tell_answered(session: Session, event: PromotionAnswered) -> Iterator[Told]:
    """Tell who asked what became of it."""
    if session.get(Promotion, event.promotion_id) is not None:
        yield Told(
            f"promotion:{event.promotion_id}:answered", f"promotion:{event.promotion_id}",
            event.promotion_id, event.at, person_token(event.asked_by), [event.asked_by], event.author_id,
        )  # fmt: skip


def tell_promotion(session: Session, event: PromotionAsked | PromotionAnswered) -> Iterator[Told]:
    """Tell of a request, or of its answer."""
    if isinstance(event, PromotionAsked):
        yield from tell_asked(session, event)
    else:
        yield from tell_answered(session, event)


def promotion_lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say the notifications of requests, to the two whom they concern."""
    query = (
        select(Promotion, Message, Person.display_name)
        .join(Message, Message.id == Promotion.message_id)
        .join(Person, Person.id.in_((Promotion.asked_by, Promotion.author_id)))
        .where(Promotion.id.in_({n.object_id for n in noted}), Message.deleted_at.is_(None))
        .where(or_(Promotion.asked_by == viewer.id, Promotion.author_id == viewer.id), Person.id != viewer.id)
    )
    rows = {row[0].id: row for row in session.execute(query)}
    readable = select(Message.id).where(
        Message.id.in_({row[1].id for row in rows.values()}), queries.readable_messages(viewer)
    )
    known = set(session.scalars(readable))
    found = {}
    for note in noted:
        if note.object_id not in rows:
            continue
        promotion, message, name = rows[note.object_id]
        line = _promotion_line(viewer, promotion, message, name)
        if line is not None and (message.id in known or promotion.author_id == viewer.id):
            found[note.id] = line
    return found


def _promotion_line(viewer: Viewer, promotion: Promotion, message: Message, name: str) -> Line | None:
    words = text.excerpt(text.plain(message.body_html), EXCERPT)
    subject = _("A message as a post")
    if promotion.author_id == viewer.id:
        said = _("%(name)s asks you to make a post of your message", name=name)
        return Line(said, f"/messages/promotions/{encode_id(promotion.id)}", subject, words)
    if promotion.state == "accepted" and promotion.post_id:
        said = _("%(name)s has published the message as you asked", name=name)
        return Line(said, f"/posts/{encode_id(promotion.post_id)}", subject, words)
    if promotion.state == "refused":
        said = _("%(name)s prefers not to publish the message", name=name)
        return Line(said, f"/messages/{encode_id(message.conversation_id)}?at={message.seq}", subject, words)
    return None


NOTICES = (
    Notice(
        "message", lazy("Direct messages that I have not read"), "message-circle", (MessageSent,),
        tell_message, lines, in_bell=False,
    ),
    Notice(
        "discussion", lazy("Somebody mentions me in a group's discussion"), "messages-square",
        (MessageSent,), tell_mention, lines,
    ),
    Notice(
        "discussion_group", lazy("Somebody mentions a group that I look after, in a group's discussion"),
        "users-round", (MessageSent,), tell_group, lines,
    ),
    Notice(
        "thread", lazy("Somebody replies in a thread in which I wrote, in a group's discussion"),
        "messages-square", (MessageSent,), tell_thread, lines,
    ),
    Notice(
        "promotion", lazy("Somebody asks me to make a post of a message of mine, or answers me"), "share-2",
        (PromotionAsked, PromotionAnswered), tell_promotion, promotion_lines,
    ),
)  # fmt: skip
