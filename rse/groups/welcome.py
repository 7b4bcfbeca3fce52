"""Groups offered to somebody who has just arrived: work first, then clubs; ticked ones are entered."""

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.i18n import _, ngettext
from rse.core.web import EMPLOYEE, flash, route, see_other, viewer
from rse.groups import policy, queries, service
from rse.groups.views import blueprint
from rse.people.welcome import done

AT_WORK, CLUBS = 6, 3
MOST = 20  # ticked at once


def offer(session: Session, who: Viewer, _subject: object = None) -> str:
    """Show groups that a newcomer may enter, as a form; nothing when there are none."""
    found = queries.to_discover(session, who, "professional", AT_WORK)
    found += queries.to_discover(session, who, "social", CLUBS)
    return render_template("groups/_welcome.html", offered=found) if found else ""


@route(blueprint, "/welcome/groups", rule=EMPLOYEE, methods=("POST",), limit="30/hour")
def enter_offered() -> Any:
    """Enter the ticked groups, then go on with the welcome, or end it (`done`)."""
    session, who = db.session(), viewer()
    entered = 0
    for slug in request.form.getlist("groups")[:MOST]:
        group = queries.find(session, who, slug)
        if policy.may_join(who, group, queries.membership(session, group.id, who.id)):
            service.join(session, who, group)
            entered += 1
    if entered:
        said = ngettext("You are in %(n)s more group.", "You are in %(n)s more groups.", entered)
        flash(said, "ok")
    elif "done" not in request.form:
        flash(_("Tick the groups that you want to enter."), "warn")
    return done() if "done" in request.form else see_other("people.welcome", step=3)
