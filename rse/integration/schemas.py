"""What programs and forms send and get of integration."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, Field, model_validator

from rse.core.api import PublicId, Schema
from rse.core.i18n import lazy
from rse.feed.schemas import Body, Title

NOTHING_CHOSEN = lazy("Choose all open places, or groups.")
EventName = Literal[
    "post.published", "post.deleted", "comment.added", "answer.accepted", "member.joined", "member.left"
]


def _distinct(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


class NewWebhook(Schema):
    """An address that is to be told: what for, of which events, of which places."""

    name: str = Field(min_length=1, max_length=100)
    url: str = Field(min_length=1, max_length=2000)
    events: Annotated[list[EventName], AfterValidator(_distinct)] = Field(min_length=1, max_length=20)
    everyone: bool = False
    groups: Annotated[list[Annotated[str, Field(max_length=80)]], AfterValidator(_distinct)] = Field(
        default_factory=list, max_length=100
    )

    @model_validator(mode="after")
    def _somewhere(self) -> "NewWebhook":
        if not self.everyone and not self.groups:
            raise ValueError(NOTHING_CHOSEN)
        return self


class WebhookOut(BaseModel):
    """A webhook; its secret is shown once, when it is made."""

    id: PublicId
    name: str
    url: str
    events: list[str]
    everyone: bool
    groups: list[str]  # slugs of those that the caller may know
    created_at: datetime
    waiting: int
    failed: int


class WebhookMade(WebhookOut):
    """A new webhook with the secret that signs what it is sent; empty when a key repeats the call."""

    secret: str


class WebhookPage(BaseModel):
    """The webhooks."""

    items: list[WebhookOut]
    next_cursor: str | None


class DeliveryOut(BaseModel):
    """One thing that a webhook was told, or is to be told: no content."""

    id: PublicId
    event: str
    at: datetime
    state: Literal["waiting", "sent", "failed", "dropped"]
    attempts: int
    next_at: datetime | None
    answer: int | None
    problem: str


class DeliveryPage(BaseModel):
    """A page of the log of a webhook, the newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None


class NewHook(Schema):
    """A hook into a group: the name under which it writes."""

    name: str = Field(min_length=1, max_length=60)


class Incoming(Schema):
    """What a program writes in the group of its hook: Markdown, `text` for those that call it so."""

    body: Body = Field(validation_alias=AliasChoices("body", "text"))
    title: Title | None = None


class Written(BaseModel):
    """The post that a program has written."""

    id: PublicId
    url: str
