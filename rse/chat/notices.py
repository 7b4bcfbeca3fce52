"""What somebody is told of conversations: a direct message unread, a mention in a discussion."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.chat import queries
from rse.chat.events import MessageSent
from rse.chat.models import Conversation, Message, Participation
from rse.core import text
from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told

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
        said = _("%(name)s mentioned you", name=name) if group else _("%(name)s wrote to you", name=name)
        url = f"/groups/{group.slug}/discussion" if group else f"/messages/{encode_id(place.conversation.id)}"
        words = text.excerpt(text.plain(message.body_html), EXCERPT)
        found[note.id] = Line(said, url, subject, words)
    return found


NOTICES = (
    Notice(
        "message", lazy("Direct messages that I have not read"), "message-circle", (MessageSent,),
        tell_message, lines, in_bell=False,
    ),
    Notice(
        "discussion", lazy("Somebody mentions me in a group's discussion"), "messages-square",
        (MessageSent,), tell_mention, lines,
    ),
)  # fmt: skip
