"""While one types in the search box: people, groups and skills whose names begin so, by SQL alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.accounts.names import fold
from rse.core import db
from rse.core.audience import Viewer
from rse.core.web import SIGNED_IN, page, route, viewer
from rse.groups.models import Group
from rse.groups.queries import visible
from rse.people import listing
from rse.search.views import blueprint

LEAST = 2  # letters
PEOPLE, GROUPS, SKILLS = 4, 3, 2
LENGTH = 60  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Begun:
    """What has a name that begins like what is typed."""

    people: Sequence[Card] = ()
    groups: Sequence[Any] = ()  # name, slug
    skills: Sequence[listing.Suggestion] = ()


def begun(session: Session, who: Viewer, typed: str) -> Begun:
    """Give the people, groups and (to employees) skills that a viewer may open: three queries."""
    if len(typed) < LEAST:
        return Begun()
    return Begun(
        listing.mentionable(session, who, typed)[:PEOPLE],
        _groups(session, who, fold(typed)),
        listing.suggest(session, typed, SKILLS) if who.is_employee else (),
    )


def _groups(session: Session, who: Viewer, typed: str) -> Sequence[Any]:
    starts = Group.folded.startswith(typed, autoescape=True)
    holds = or_(starts, Group.folded.contains(f" {typed}", autoescape=True))
    query = select(Group.name, Group.slug).where(visible(who), holds, Group.archived_at.is_(None))
    return session.execute(query.order_by(starts.desc(), Group.folded, Group.id).limit(GROUPS)).all()


@route(blueprint, "/search/first", rule=SIGNED_IN, limit="600/minute")
def first() -> Any:
    """Answer the first letters with a list of what may be meant; the last line is the search itself."""
    typed = request.args.get("q", "")[:LENGTH].strip()
    return page("search/_first.html", typed=typed, begun=begun(db.session(), viewer(), typed))
