"""What the feed feature declares."""

from flask import Flask

from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.core.kinds import USUAL, PostKind
from rse.feed import (
    actions,
    api,
    attaching,
    cli,
    composing,
    events,
    exports,
    handling_api,
    indicators,
    keeping,
    live,
    manage_views,
    moving,
    notices,
    panels,
    search,
    silence_views,
    views,
)
from rse.files.events import LinkRead
from rse.groups.events import GroupRetokened

SEEN = (
    events.PostPublished,
    events.PostChanged,
    events.PostDeleted,
    events.PostMoved,
    events.CommentAdded,
    events.CommentChanged,
    events.Reacted,
    events.AnswerAccepted,
)


def _init(app: Flask) -> None:
    app.jinja_env.globals["mails_wait"] = composing.mails_wait


feature = Feature(
    name="feed",
    init=_init,
    blueprints=(views.blueprint, api.blueprint),
    nav=(
        NavItem("home", lazy("Home"), "feed.home", "house", 10),
        NavItem("saved", lazy("Kept for later"), "feed.saved", "bookmark", 30, "me"),
        NavItem("silenced", lazy("Left out of my feed"), "feed.silenced", "", 25, "settings.tabs"),
    ),
    panels=(
        Panel("home.rail", "week", lazy("Your week"), 10, panels.own_week),
        Panel("home.rail", "questions", lazy("Who can answer?"), 20, panels.questions),
        Panel("group.feed", "feed", lazy("Posts"), 10, panels.group_feed),
        Panel("person.main", "feed", lazy("Latest posts"), 30, panels.person_latest),
    ),
    subscribers=(
        Subscriber("feed.retoken", (GroupRetokened,), moving.retoken, "same_transaction"),
        Subscriber("feed.live", SEEN, live.tell, "live"),
        Subscriber("feed.linked", (LinkRead,), attaching.linked, "same_transaction"),
    ),
    activity=(indicators.activity,),
    kinds=(PostKind(USUAL, lazy("Message"), "message-square", 10),),
    notices=notices.NOTICES,
    index=(search.posts, search.comments),
    exports=(exports.export,),
    holders=attaching.HOLDERS,
    keeps=keeping.KEEPS,
)

__all__ = ["actions", "cli", "feature", "handling_api", "manage_views", "silence_views"]
