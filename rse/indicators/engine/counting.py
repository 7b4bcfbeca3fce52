"""Which events count: rules N1 to N6 of the indicators' definitions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rse.core.activity import ActivityEvent, Content
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.windows import Calendar

CONTRIBUTIONS = frozenset({"post", "reply"})
REACTIONS = frozenset({"reaction", "accept", "promote", "idea_status"})
ON_CONTENT = REACTIONS | {"mention"}


@dataclass(frozen=True)
class Rules:
    """The rules as they apply at E: what happens at or after it is not known yet."""

    staff: Staff
    calendar: Calendar
    end: datetime

    def counted(self, events: Iterable[ActivityEvent]) -> Iterator[ActivityEvent]:
        """Keep the counted events."""
        return (event for event in events if self.counts(event))

    def counts(self, event: ActivityEvent) -> bool:
        """Apply N1 to N6 to one event."""
        if event.at >= self.end:  # N1
            return False
        if not self.staff.employed(event.actor_id, self.calendar.local_day(event.at)):  # N2, N3
            return False
        if event.type in CONTRIBUTIONS:  # N4
            return self.stands(event.at, event.deleted_at)
        if event.type in ON_CONTENT:
            return self.known(event.parent) and not _on_oneself(event)  # N5, N6
        return True

    def known(self, content: Content | None) -> bool:
        """Tell whether a content is in C: it exists, it is not deleted, whoever wrote it."""
        return content is not None and self.stands(content.at, content.deleted_at)

    def stands(self, at: datetime, deleted_at: datetime | None) -> bool:
        """Tell whether a content had been written and not deleted before E."""
        return at < self.end and (deleted_at is None or deleted_at >= self.end)

    def partner(self, event: ActivityEvent) -> int | None:
        """Give the colleague whom a counted event addresses, None when it is no interaction."""
        if event.type == "reply" and event.parent is not None and self.known(event.parent):
            other: int | None = event.parent.author_id
        elif event.type == "mention":
            other = event.target_id
        else:
            return None
        return other if other != event.actor_id and self.staff.is_employee(other) else None


def _on_oneself(event: ActivityEvent) -> bool:
    if event.type == "reaction":
        return event.parent is not None and event.parent.author_id == event.actor_id
    return event.type == "mention" and event.target_id == event.actor_id
