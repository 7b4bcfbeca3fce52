"""What the groups feature declares."""

from flask import Flask, render_template
from sqlalchemy.orm import Session

from rse.accounts.events import SignedIn
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.groups import (
    api,
    cover_views,
    covers,
    departmental,
    exports,
    given,
    inviting,
    inviting_views,
    live,
    mentioning,
    notices,
    policy,
    queries,
    search,
    template_views,
    tokens,
    views,
    welcome,
)
from rse.groups.events import MemberJoined, MemberLeft
from rse.groups.models import Group
from rse.people.events import PersonChanged
from rse.people.listing import also_mentionable, mention_within

SHOWN = 8


def clubs(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show clubs to discover beside the home feed."""
    found = queries.to_discover(session, viewer, "social")
    return render_template("groups/_clubs.html", clubs=found) if found else ""


def department(session: Session, viewer: Viewer, group: Group) -> str:
    """Say to employees which department the members of a group follow."""
    shown = viewer.is_employee and policy.may_see_members(viewer, group)
    path = departmental.followed(session, group.id) if shown else ""
    return render_template("groups/_department.html", path=path) if path else ""


def _init(_app: Flask) -> None:
    mention_within(queries.reads_posts)
    also_mentionable(mentioning.offered)


feature = Feature(
    name="groups",
    blueprints=(views.blueprint, api.blueprint),
    tokens=tokens.tokens,
    tokens_of=tokens.tokens_of,
    frame=(lambda _session, viewer: {"my_groups": tokens.sidebar(queries.mine(viewer), SHOWN)},),
    nav=(NavItem("groups", lazy("Groups"), "groups.index", "users-round", 30),),
    panels=(
        Panel("home.rail", "clubs", lazy("Clubs to discover"), 30, clubs),
        Panel("group.about", "department", lazy("Its department"), 5, department),
        Panel("group.feed", "templates", lazy("Begin a post with"), 5, template_views.offer),
        Panel("welcome.groups", "groups", lazy("Groups"), 10, welcome.offer),
    ),
    init=_init,
    index=(search.source,),
    notices=notices.NOTICES,
    exports=(exports.export,),
    keeps=(*inviting.KEEPS, *covers.KEEPS),
    subscribers=(
        Subscriber("groups.rooms", (MemberJoined, MemberLeft), live.follow, "live"),
        Subscriber("groups.departments", (PersonChanged,), departmental.follow),
        Subscriber("groups.left", (MemberLeft,), departmental.note_left, mode="same_transaction"),
        Subscriber("groups.given", (SignedIn,), given.follow, mode="same_transaction"),
    ),
)

__all__ = ["feature", "inviting_views"]

__all__ = ["cover_views", "feature"]
