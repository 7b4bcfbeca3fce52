"""What the coffee feature declares."""

from flask import render_template
from sqlalchemy.orm import Session

from rse.coffee import api, exports, notices, queries, service, tasks, views, wording
from rse.core import company
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel
from rse.core.i18n import lazy
from rse.core.retention import Keep

__all__ = ["feature", "tasks"]


def beside(session: Session, viewer: Viewer, _subject: object = None) -> str:
    """Show the present meeting on the home page, to those who have one that has not taken place."""
    if service.SWITCH in company.switched_off(session) or not viewer.is_employee:
        return ""
    found = queries.present(session, viewer)
    if found is None or found.met or not found.others:
        return ""
    return render_template("coffee/_panel.html", meeting=found, opening=wording.opening)


feature = Feature(
    name="coffee",
    blueprints=(views.blueprint, api.blueprint),
    nav=(
        NavItem(
            "coffee",
            lazy("Random coffee"),
            "coffee.index",
            "coffee",
            25,
            "me",
            lambda viewer: viewer.is_employee,
        ),
    ),
    panels=(Panel("home.rail", "coffee", lazy("Random coffee"), 15, beside),),
    notices=notices.NOTICES,
    exports=(exports.export,),
    keeps=(
        Keep(
            "coffee",
            lazy("Meetings of the random coffee"),
            lazy("So that two people are not drawn together again while others are left."),
            730,
            90,
            1825,
            service.purge,
        ),
    ),
)
