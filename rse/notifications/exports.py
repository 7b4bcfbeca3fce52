"""What a person was told, in their own export; an erasure removes it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts.models import Inbox
from rse.core.feature import Export
from rse.notifications.models import (
    MailReply,
    MutedThread,
    Notification,
    NotificationSettings,
    PushSubscription,
)


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the notifications of a person and the threads that they have muted."""
    told = select(Notification.kind, Notification.thread, Notification.at, Notification.read_at)
    told = told.where(Notification.person_id == person_id).order_by(Notification.id)
    for row in session.execute(told).mappings():
        yield {"what": "notification", **row}
    muted = select(MutedThread.thread, MutedThread.at).where(MutedThread.person_id == person_id)
    for row in session.execute(muted).mappings():
        yield {"what": "muted thread", **row}
    held = session.get(NotificationSettings, person_id)
    if held is not None:
        said = {"frequency": held.frequency, "kinds": held.kinds, "groups": held.groups, "quiet": held.quiet}
        yield {"what": "notification settings", **said, "push_text": held.push_text}
    answered = select(MailReply.at).where(MailReply.person_id == person_id)
    for row in session.execute(answered).mappings():
        yield {"what": "answer by mail", **row}
    pushed = select(PushSubscription.endpoint, PushSubscription.created_at)
    for row in session.execute(pushed.where(PushSubscription.person_id == person_id)).mappings():
        yield {"what": "browser that is pushed to", **row}


def erase(session: Session, person_id: int) -> None:
    """Remove all of it. What others were told of the person names a row only, and takes its new name."""
    for model in (Notification, MutedThread, NotificationSettings, PushSubscription, MailReply, Inbox):
        session.execute(delete(model).where(model.person_id == person_id))


export = Export("notifications", rows, erase)
