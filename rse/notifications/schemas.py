"""What can be sent about notifications, and what is given back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from rse.core.api import Page, PublicId, Schema
from rse.core.i18n import lazy
from rse.people.schemas import Preferences, PreferencesOut


class NotificationsPage(Page):
    """Which notifications: only those not read, and where to go on."""

    unread: bool = False


class ReadUpTo(Schema):
    """The notification up to which everything has been read."""

    up_to_id: PublicId


class ReadForm(Schema):
    """What a page notes as read: a thread, or everything up to a notification."""

    up_to_id: PublicId | None = None
    thread: str = Field("", max_length=40)


class MuteForm(Schema):
    """A thread to be silent or to speak again."""

    thread: str = Field(min_length=1, max_length=40)
    muted: bool = True
    back: PublicId | None = None  # the post whose page asked


class NotificationOut(BaseModel):
    """A notification."""

    id: str
    kind: str
    thread: str
    text: str
    subject: str
    excerpt: str
    url: str
    by_id: str | None
    at: datetime
    read: bool


class CountsOut(BaseModel):
    """How many messages and notifications are not read."""

    messages: int
    notifications: int


class UnreadOut(BaseModel):
    """How many are not read."""

    unread: int


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Literal[1, 2, 3, 4, 5, 6, 7]
ENDS_BEFORE = lazy("The hours end after they begin.")


class Switch(Schema):
    """Whether something reaches somebody in the page, by mail and by push; push stays when it is left out."""

    app: bool = True
    mail: bool = True
    push: bool | None = None


class SwitchOut(BaseModel):
    """Whether something reaches you in the page, by mail, and in the browsers that you have switched on."""

    app: bool
    mail: bool
    push: bool


class Quiet(Schema):
    """The hours in which somebody may be mailed, inside those of the company; days from Monday (1)."""

    opens: Clock | None = None
    closes: Clock | None = None
    days: Annotated[list[Day], Field(max_length=7)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _ordered(self) -> "Quiet":
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError(ENDS_BEFORE)
        return self


class NotificationWishes(Schema):
    """What somebody wants to hear, where and when; what is left out stays as it is."""

    frequency: Literal["soon", "daily", "weekly", "never"] | None = None
    kinds: Annotated[dict[str, Switch], Field(max_length=100)] | None = None
    groups: Annotated[dict[str, Switch], Field(max_length=500)] | None = None  # by slug
    quiet: Quiet | None = None
    push_text: bool | None = None  # a push also says what was written, not only who did what


class AllPreferences(Preferences):
    """How the pages speak and look to a person, and what they hear."""

    notifications: NotificationWishes | None = None


class WishesOut(BaseModel):
    """What you hear, where and when."""

    frequency: Literal["soon", "daily", "weekly", "never"]
    kinds: dict[str, SwitchOut]
    groups: dict[str, SwitchOut]
    quiet: Quiet
    push_text: bool


class AllPreferencesOut(PreferencesOut):
    """How the pages speak and look to you, and what you hear."""

    notifications: WishesOut


class WishesForm(Schema):
    """The form of the same: each list names what is switched on."""

    frequency: Literal["soon", "daily", "weekly", "never"] = "soon"
    app: list[str] = Field(default_factory=list, max_length=100)
    mail: list[str] = Field(default_factory=list, max_length=100)
    push: list[str] = Field(default_factory=list, max_length=100)
    group_app: list[str] = Field(default_factory=list, max_length=500)
    group_mail: list[str] = Field(default_factory=list, max_length=500)
    group_push: list[str] = Field(default_factory=list, max_length=500)
    push_text: bool = False
    opens: Clock | None = None
    closes: Clock | None = None
    days: Annotated[list[Literal["1", "2", "3", "4", "5", "6", "7"]], Field(max_length=7)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _ordered(self) -> "WishesForm":
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError(ENDS_BEFORE)
        return self


KEY = r"^[A-Za-z0-9_-]+=*$"  # base64url


class NewSubscription(Schema):
    """What a browser gives for being pushed to: its address and its keys."""

    endpoint: str = Field(min_length=10, max_length=2000)
    p256dh: str = Field(min_length=80, max_length=100, pattern=KEY)
    auth: str = Field(min_length=20, max_length=40, pattern=KEY)
    renewed: bool = False  # by itself, after a new sign-in
