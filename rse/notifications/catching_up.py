"""What has happened since yesterday, or this week, counted in words, then the new posts to their end."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core import clock, db
from rse.core.audience import Viewer
from rse.core.i18n import ngettext
from rse.core.web import SIGNED_IN, page, route, viewer
from rse.feed import cards, composing, timeline
from rse.groups import queries as groups
from rse.notifications.delivering import kinds
from rse.notifications.models import Notification
from rse.notifications.views import blueprint

SHOWN = 40  # posts; more than that is for the feed
DAYS = {"yesterday": 1, "week": 7}
POSTS = ("followed", "announcement")  # they are among the posts below
ORDER = (
    "answer",
    "asked",
    "comment",
    "reply",
    "mention",
    "group_mention",
    "idea",
    "thanks",
    "accepted",
    "solved",
)


def since(who: Viewer, name: str) -> datetime:
    """Give the moment: the first one of yesterday, or of the day a week ago, where the viewer is."""
    day = clock.today(who.timezone) - timedelta(days=DAYS[name])
    return datetime.combine(day, time(), ZoneInfo(who.timezone))


def counts(session: Session, who: Viewer, start: datetime) -> dict[str, int]:
    """Count what somebody was told of since a moment, by kind; one query."""
    mine = (Notification.person_id == who.id, ~Notification.hidden, Notification.at >= start)
    query = select(Notification.kind, func.count()).where(*mine).group_by(Notification.kind)
    return dict(session.execute(query).all())


def _words(kind: str, n: int) -> str:
    match kind:
        case "answer":
            said = ngettext("%(n)s answer to your questions", "%(n)s answers to your questions", n)
        case "asked":
            said = ngettext("%(n)s question for you by name", "%(n)s questions for you by name", n)
        case "comment":
            said = ngettext("%(n)s comment on your posts", "%(n)s comments on your posts", n)
        case "reply":
            said = ngettext("%(n)s reply in your threads", "%(n)s replies in your threads", n)
        case "mention":
            said = ngettext("%(n)s mention of you", "%(n)s mentions of you", n)
        case "group_mention":
            said = ngettext("%(n)s mention of a group of yours", "%(n)s mentions of groups of yours", n)
        case "idea":
            said = ngettext("%(n)s decision about your ideas", "%(n)s decisions about your ideas", n)
        case "thanks":
            said = ngettext("%(n)s thanks to you", "%(n)s thanks to you", n)
        case "accepted":
            said = ngettext("%(n)s answer of yours was chosen", "%(n)s answers of yours were chosen", n)
        case _:
            said = ngettext(
                "%(n)s question of yours too is answered", "%(n)s questions of yours too are answered", n
            )
    return said


def lines(found: dict[str, int]) -> list[tuple[str, str]]:
    """Say what has happened: (icon, words), what concerns one most first; the rest as one number."""
    known = kinds()
    said = [
        (known[kind].icon, _words(kind, found[kind])) for kind in ORDER if kind in found and kind in known
    ]
    rest = sum(number for kind, number in found.items() if kind not in (*ORDER, *POSTS))
    if rest:
        said.append(("bell", ngettext("%(n)s other notification", "%(n)s other notifications", rest)))
    return said


@route(blueprint, "/catch-up", rule=SIGNED_IN)
def catch_up() -> Any:
    """Show what has happened while the viewer was away; it ends."""
    session, who = db.session(), viewer()
    name = request.args.get("since", "yesterday")
    name = name if name in DAYS else "yesterday"
    start, own = since(who, name), frozenset(groups.group_ids(who))
    entries = timeline.home(session, who, "all", before=None, limit=SHOWN)
    fresh = [entry for entry in entries if entry.at >= start and entry.author_id != who.id]
    shown = fresh[:SHOWN]
    return page(
        "notifications/catch_up.html",
        name=name,
        lines=lines(counts(session, who, start)),
        in_groups=sum(entry.group_id in own for entry in fresh),
        others=sum(entry.group_id not in own for entry in fresh),
        many=len(entries) > SHOWN and entries[-1].at >= start,
        cards=cards.render(session, who, shown, moderated=composing.moderated(groups.mine(who))),
        start=start,
    )
