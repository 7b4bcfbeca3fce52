"""What making a post of a message takes and gives; the form and the API share it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from rse.chat.schemas import Person
from rse.core.api import Page, Schema
from rse.core.policy import Invalid
from rse.core.schema import errors_of
from rse.feed.schemas import MAX_TAGS, Title, of_kind

KINDS = ("message", "question")


class PublishMessage(Schema):
    """The post to be made of a message; without a body it says what the message says."""

    kind: Literal["message", "question"] = "message"
    title: Title | None = None
    body: str | None = None
    group: Annotated[str, Field(max_length=80)] | None = None  # a slug; nothing: the whole company
    tags: list[Annotated[str, Field(max_length=50)]] = Field(default_factory=list, max_length=MAX_TAGS)


class ListPromotions(Page):
    """Query of requests: those made to the caller (`author`), or by the caller (`asker`)."""

    role: Literal["author", "asker"] = "author"


class PromotionOut(BaseModel):
    """A request to make a post of a message; `post_id` where the caller reads what it became."""

    id: str
    message_id: str
    conversation_id: str
    kind: Literal["message", "question"]
    state: Literal["asked", "accepted", "refused"]
    author: Person
    asked_by: Person
    asked_at: str
    answered_at: str | None
    post_id: str | None


def post_of(data: Mapping[str, Any]) -> Any:
    """Check the post to be made as the feed checks every post. Raises Invalid with the errors per field."""
    try:
        return of_kind(data["kind"]).model_validate(data)
    except ValidationError as error:
        failed = Invalid()
        failed.errors = errors_of(error)
        raise failed from error
