"""What the actions of live discussion take, from forms, programs and sockets alike."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from rse.core.api import Page, PublicId, Schema
from rse.files.queries import Link
from rse.files.schemas import FileOut, WithFiles

MAX_BODY = 8_000
MAX_CLIENT_ID = 64


NOT_VALID = "This value is not valid."


def said(text: str) -> str:
    """Refuse a text without one visible character."""
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError("Write something first.")
    if "\x00" in text:
        raise ValueError(NOT_VALID)
    return text


Body = Annotated[str, Field(max_length=MAX_BODY), AfterValidator(said)]
ClientId = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_ID, pattern=r"^[\w.:-]+$")]
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9998, 12, 31))]
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]


class BeginConversation(Schema):
    """A direct conversation with these people; without a title, the one that they have already is found."""

    member_ids: list[PublicId] = Field(min_length=1, max_length=100)
    title: Annotated[str, Field(max_length=120)] | None = None
    history: Literal["all", "from_invitation"] = "from_invitation"


class BeginByForm(BeginConversation):
    """The same by a form, with a first message."""

    body: Annotated[str, Field(max_length=MAX_BODY)] | None = None
    client_id: ClientId | None = None


class InviteByForm(Schema):
    """People to bring in."""

    member_ids: list[PublicId] = Field(min_length=1, max_length=20)


class PeopleQuery(Schema):
    """Query of the choice of people: what is typed, who is chosen already."""

    q: str = Field("", max_length=100)
    member_ids: list[PublicId] = Field(default_factory=list, max_length=100)


class RoomQuery(Schema):
    """Query of a conversation's page: which part of it, what is being answered or changed."""

    before: Seq | None = None
    after: Seq | None = None
    at: Seq | None = None
    date: Day | None = None
    newest: bool = False
    topic: PublicId | None = None
    reply: str | None = Field(None, max_length=13)
    edit: str | None = Field(None, max_length=13)


class SendMessage(WithFiles):
    """A message; `client_id` is the sender's own name for it: it is stored once however often it is sent.

    With files it needs no text.
    """

    body: Annotated[str, Field(max_length=MAX_BODY)] = ""
    client_id: ClientId | None = None
    reply_to: PublicId | None = None
    thread_id: PublicId | None = None  # the message under which it stands

    @model_validator(mode="after")
    def _says_something(self) -> "SendMessage":
        if not self.attachments or self.body:
            said(self.body)
        return self


class SendByForm(SendMessage):
    """The same by a form, which says where it stands."""

    back: Literal["group"] | None = None


class SendLive(SendMessage):
    """The same over a socket."""

    conversation_id: PublicId
    client_id: ClientId


class EditMessage(Schema):
    """New words for a message."""

    body: Body


class MarkRead(Schema):
    """Read up to this message."""

    seq: Seq


class KeepDraft(Schema):
    """What somebody has begun to write; nothing forgets it."""

    body: Annotated[str, Field(max_length=MAX_BODY)]


class AskPromotion(Schema):
    """What the author of a message is asked to make of it."""

    kind: Literal["message", "question"] = "message"


class ShowPresence(Schema):
    """Whether colleagues see that somebody is present."""

    shown: bool


class MarkUnread(Schema):
    """Unread from this message on."""

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReactByForm(Schema):
    """A sign under a message."""

    name: Annotated[str, Field(max_length=16)]


class SwitchByForm(Schema):
    """Whether something is to be so; the form says where it stands."""

    on: bool
    back: Literal["saved"] | None = None


class ThreadQuery(Schema):
    """Query of a thread: the messages before a number."""

    before: Seq | None = None


class MarkReadByForm(MarkRead):
    """The same by a form, which says where it stands."""

    back: Literal["group"] | None = None


class Mute(Schema):
    """Whether a conversation counts in the unread messages."""

    muted: bool


class MarkReadLive(MarkRead):
    """The same over a socket."""

    conversation_id: PublicId


class Typing(Schema):
    """Somebody writes in a conversation."""

    conversation_id: PublicId


class WatchPresence(Schema):
    """The people on the screen."""

    person_ids: list[PublicId] = Field(max_length=200)


class Sync(Schema):
    """The last position seen of each conversation."""

    conversations: dict[str, Seq] = Field(max_length=50)


class ListConversations(Page):
    """Query of the list of conversations."""

    q: str = Field("", max_length=100)


class ListMessages(Schema):
    """Query of a conversation's messages: the newest, those after a number, or those before one."""

    after_seq: Seq | None = None
    before_seq: Seq | None = None
    thread: PublicId | None = None  # those under this message
    topic: PublicId | None = None  # those of a topic, in a group's discussion
    cursor: str | None = None
    limit: int = Field(50, ge=1, le=100)


class ListEvents(Schema):
    """Query of what happened after a position."""

    after: Seq
    limit: int = Field(200, ge=1, le=500)


class Person(BaseModel):
    """Somebody beside what they wrote."""

    id: str
    uid: str
    display_name: str
    title: str
    kind: str
    avatar_url: str | None
    initials: str
    colour: int


class MineOut(BaseModel):
    """What the caller has done to a message."""

    saved: bool
    reactions: list[str]


class QuoteOut(BaseModel):
    """The beginning of what a message answers."""

    id: str
    name: str
    text: str


class MessageOut(BaseModel):
    """One message. `mine` and `quote` stand where it is asked for, not in what sockets bring."""

    id: str
    conversation_id: str
    seq: int
    author: Person
    body: str
    body_html: str
    client_id: str
    created_at: str
    edited_at: str | None
    deleted_at: str | None
    reply_to: str | None
    thread_id: str | None
    thread_replies: int | None  # of the thread in which it stands
    replies: int
    replied_at: str | None
    reactions: dict[str, int]
    pinned_at: str | None
    attachments: list[FileOut]
    link_preview: Link | None = None
    topic: dict[str, str] | None = None  # its id and name
    mine: MineOut | None = None
    quote: QuoteOut | None = None


class ConversationOut(BaseModel):
    """One conversation as the caller stands in it."""

    id: str
    kind: Literal["direct", "group"]
    title: str | None
    name: str
    group: dict[str, str] | None
    members: list[Person]
    history: str
    seq: int
    pos: int
    read_seq: int
    unread: int
    muted: bool
    can_send: bool
    created_at: str
    active_at: str
    last_message: MessageOut | None = None
