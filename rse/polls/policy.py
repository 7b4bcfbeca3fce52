"""Who may vote and close, and when results are shown."""

from datetime import datetime

from rse.core.audience import Viewer
from rse.feed import policy as feed
from rse.groups.models import Group, Membership
from rse.polls.models import Poll


def is_open(poll: Poll, now: datetime) -> bool:
    """Tell whether a poll still takes ballots."""
    return poll.closes_at is None or now < poll.closes_at


def shows_results(poll: Poll, now: datetime, floor: int) -> bool:
    """Tell whether counts may be shown: in a secret poll after closing, and from `floor` voters on."""
    if poll.secret:
        return not is_open(poll, now) and poll.voters >= floor
    return poll.results == "before" or not is_open(poll, now)


def may_close(viewer: Viewer, author_id: int, group: Group | None, membership: Membership | None) -> bool:
    """Who asked closes the poll, or who looks after the group."""
    return feed.may_accept(viewer, author_id, group, membership)
