"""What can be sent about notifications, and what is given back."""

from datetime import datetime

from pydantic import BaseModel, Field

from rse.core.api import Page, PublicId, Schema


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


class UnreadOut(BaseModel):
    """How many are not read."""

    unread: int
