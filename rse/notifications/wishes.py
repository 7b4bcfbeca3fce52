"""What somebody wants to hear, where and when. Pure: no session, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rse.core import hours
from rse.core.company import WorkingTime
from rse.core.notice import Notice

CHANNELS = ("app", "mail", "push")
FREQUENCIES = ("soon", "daily", "weekly", "never")
# A push, then a mail, go only for what is not read by then; never under 10 seconds, so that what is taken
# back leaves no trace.
PUSH_AFTER = timedelta(seconds=30)
MAIL_AFTER = timedelta(minutes=5)
Switches = Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The preferences of one person; what they have not said is as the kind says."""

    frequency: str = "soon"
    kinds: Switches = field(default_factory=dict)  # {kind: {channel: on}}
    groups: Switches = field(default_factory=dict)  # {group id as text: {channel: on}}
    quiet: Mapping[str, Any] = field(default_factory=dict)  # opens, closes, days: see core.hours
    push_text: bool = False  # a push also says what was written

    def on(self, notice: Notice, channel: str, group_id: int | None) -> bool:
        """Tell whether a kind of a group reaches somebody by a channel: both must be on."""
        usual = True if channel == "app" else notice.mailed
        kind = self.kinds.get(notice.kind, {}).get(channel, usual)
        group = self.groups.get(str(group_id), {}).get(channel, True) if group_id else True
        return kind and group and not (channel == "mail" and self.frequency == "never")


def mail_at(wishes: Wishes, company: WorkingTime, zone: str, at: datetime) -> datetime | None:
    """Give when what happened at a moment is mailed if it is not read by then; None for never.

    Outside working hours it waits for the next morning, with all else that waits.
    """
    working = hours.hours_of(company, wishes.quiet)
    match wishes.frequency:
        case "soon":
            return hours.when_open(working, at + MAIL_AFTER, zone)
        case "daily":
            return hours.next_opening(working, at, zone)
        case "weekly":
            return hours.next_week(working, at, zone)
    return None


def push_at(wishes: Wishes, company: WorkingTime, zone: str, at: datetime) -> datetime:
    """Give when what happened at a moment is pushed if it is not read by then: in working hours only."""
    return hours.when_open(hours.hours_of(company, wishes.quiet), at + PUSH_AFTER, zone)
