"""What topics of discussions take and give, from forms and programs alike."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from rse.chat.schemas import NOT_VALID, SendByForm, SendLive, SendMessage, said
from rse.core.api import PublicId, Schema

NEW = 0  # as `topic_id` of the form: the topic whose name stands beside


def _name(text: str) -> str:
    """Write a name on one line, single spaces; refuse one without a visible character."""
    name = " ".join(said(text).split())
    if not all(character.isprintable() for character in name):
        raise ValueError(NOT_VALID)
    return name


Name = Annotated[str, Field(max_length=60), AfterValidator(_name)]


class SendInTopic(SendMessage):
    """A message, in a group's discussion under a topic: one that is there, or a new one by its name."""

    topic_id: PublicId | None = None
    new_topic: Name | None = None


class SendInTopicLive(SendLive):
    """The same over a socket."""

    topic_id: PublicId | None = None
    new_topic: Name | None = None


class SendInTopicByForm(SendByForm):
    """The same by a form, which says whether it shows one topic only."""

    topic_id: PublicId | None = None
    new_topic: Name | None = None
    in_topic: PublicId | None = None


class MakeTopic(Schema):
    """A new topic."""

    name: Name


class ChangeTopic(Schema):
    """Another name, or whether it takes messages; what is not given stays."""

    name: Name | None = None
    closed: bool | None = None


class TopicOut(BaseModel):
    """A topic of a discussion; `messages` counts those that stand."""

    id: str
    conversation_id: str
    name: str
    messages: int
    created_at: str
    active_at: str
    closed_at: str | None
