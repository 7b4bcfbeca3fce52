"""The first page of the administration: how every part is."""

from typing import Any

from flask import Blueprint

from rse.administration import states
from rse.core import db
from rse.core.web import ADMIN, page, route

blueprint = Blueprint("administration", __name__)


@route(blueprint, "/admin", rule=ADMIN)
def overview() -> Any:
    """Show the state of every part, what is wrong first."""
    found = states.states(db.session())
    return page("administration/overview.html", states=found, wrong=sum(s.level != "ok" for s in found))
