"""The composer: where one may publish, and who would read it, spelled out before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from rse.core import clock, company, db, i18n, kinds
from rse.core.audience import EVERYONE, Viewer
from rse.core.fragments import Cache, rendered
from rse.core.headers import csrf_token
from rse.core.hours import hours_of, is_open, next_opening
from rse.core.web import settings
from rse.core.web import viewer as current
from rse.feed import policy, queries
from rse.files import taking
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.groups.tokens import Mine

KEPT = 400
_kept = Cache(KEPT)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who would read a post: how many people, in which group, with how many guests among them."""

    people: int
    name: str = ""  # of the group; empty for the whole company
    members: int = 0
    open: bool = False
    guests: bool = False
    allowed: bool = True


def moderated(places: Sequence[Mine]) -> frozenset[int]:
    """Give the groups in which the viewer may take back what others wrote."""
    return frozenset(place.id for place in places if place.role != "member")


def reach(session: Session, viewer: Viewer, group: Group | None) -> Reach:
    """Tell who would read what is published to a group, or to the company (None)."""
    if group is None:
        return Reach(queries.readers(session, EVERYONE), allowed=policy.may_publish(viewer, None, None))
    tie = groups.active(session, viewer, group.id)
    return Reach(
        queries.readers(session, group.posts_audience),
        group.name,
        group.member_count,
        group.posts_audience == EVERYONE,
        groups.has_guests(session, group.id),
        policy.may_publish(viewer, group, tie),
    )


def composer(
    session: Session,
    viewer: Viewer,
    places: Sequence[Mine],
    *,
    form: Any = None,
    group: Group | None = None,
) -> dict[str, Any] | None:
    """Give what the composer shows, or None for somebody who can publish nowhere from here.

    `group` fixes the audience (the page of a group); `form` is what was posted and could not be taken.
    """
    if group is not None:
        found = reach(session, viewer, group)
        moderates = policy.manages(groups.active(session, viewer, group.id))
        values = {"places": [], "group": group, "reach": found, "form": form}
        values["later"] = waits_until(session, viewer)
        return values | kind_of(session, viewer, form, moderates) if found.allowed else None
    living = [place for place in places if not place.archived]
    if not viewer.is_employee and not living:
        return None
    chosen = form.data.get("group", "") if form else "" if viewer.is_employee else living[0].slug
    place = groups.find(session, viewer, chosen) if chosen and any(p.slug == chosen for p in living) else None
    return {
        "places": living,
        "group": None,
        "chosen": chosen,
        "reach": reach(session, viewer, place),
        "form": form,
        "later": waits_until(session, viewer),
    } | kind_of(session, viewer, form, bool(moderated(living)))


def kind_of(session: Session, viewer: Viewer, form: Any, moderates: bool) -> dict[str, Any]:
    """Give the kinds that are offered, the chosen one, and the template of what it asks for."""
    offered = [kind for kind in kinds.known().values() if kind.offered(session, viewer, moderates)]
    chosen = form.data.get("kind", "") if form else ""
    if all(kind.name != chosen for kind in offered):
        chosen = kinds.USUAL
    return {"kinds": offered, "kind": chosen, "part": kinds.of(chosen).composer} | {"held": taking.held(form)}


def waits_until(session: Session, viewer: Viewer) -> str:
    """Say when mails about what is written now begin to go; "" in working hours, and without mails."""
    if not settings().mail_url:
        return ""
    working = hours_of(company.working_time(session, viewer.card.site if viewer.card else ""))
    now = clock.now()
    if is_open(working, now, viewer.timezone):
        return ""
    return i18n.format_weekday_time(next_opening(working, now, viewer.timezone))


def mails_wait() -> str:
    """Say it to who is about to comment."""
    return waits_until(db.session(), current())


def render(viewer: Viewer, values: dict[str, Any] | None) -> Markup:
    """Render a composer, or give the same one as before: it changes with its groups and their people only."""
    if values is None:
        return Markup("")
    group = values["group"]
    where = (group.slug, group.name) if group else tuple(values["places"])
    key: tuple[Any, ...] = (
        i18n.get_locale(),
        csrf_token(),
        viewer.card,
        values["reach"],
        values.get("chosen"),
        where,
        values["later"],
    )
    key += tuple(kind.name for kind in values["kinds"])
    html: Markup | None = _kept.get(key) if values["form"] is None else None
    if html is None:
        html = rendered(render_template("feed/_composer.html", composer=values))
        if values["form"] is None:
            _kept.put(key, html)
    return html
