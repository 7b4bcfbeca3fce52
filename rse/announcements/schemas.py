"""What announcements take, from forms and from programs alike."""

from datetime import date

from rse.core.api import Schema


class PublishAnnouncement(Schema):
    """What an announcement takes beside its text; it stays on top to the end of `pinned_until`."""

    acknowledge: bool = False
    pinned_until: date | None = None
