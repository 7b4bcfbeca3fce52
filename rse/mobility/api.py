"""Internal mobility for programs: one's own, and what others show."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.api import endpoint, paginate
from rse.core.policy import NotFound
from rse.core.web import EMPLOYEE, decode_cursor, viewer
from rse.mobility import queries, service
from rse.mobility.schemas import OpenTo, OwnOut, ShownList, ShownOut, ShownPage

blueprint = Blueprint("mobility_api", __name__)


def _own() -> dict[str, Any]:
    mine = queries.own(db.session(), viewer())
    readers = [card.public_id for card in mine.readers]
    return {"ways": mine.ways, "note": mine.note, "to_hr": mine.to_hr, "readers": readers, "at": mine.at}


def _shown(one: queries.Shown) -> dict[str, Any]:
    return {
        "person": one.person.public_id,
        "display_name": one.person.display_name,
        "url": one.person.href,
        "ways": one.ways,
        "note": one.note,
        "at": one.at,
    }


@endpoint(blueprint, "/me/mobility", rule=EMPLOYEE, returns=OwnOut)
def own() -> dict[str, Any]:
    """Give what you are open to, and who sees it."""
    return _own()


@endpoint(blueprint, "/me/mobility", "PUT", rule=EMPLOYEE, body=OpenTo, returns=OwnOut, limit="60/minute")
def keep(body: OpenTo) -> dict[str, Any]:
    """Say what you are open to: nobody sees it unless you name HR or colleagues. Nothing said forgets it."""
    session, who = db.session(), viewer()
    service.keep(session, who, body.ways, body.note, to_hr=body.to_hr, readers=body.readers)
    return _own()


@endpoint(blueprint, "/mobility", rule=EMPLOYEE, query=ShownPage, returns=ShownList)
def shown(query: ShownPage) -> dict[str, Any]:
    """List who shows you what they are open to, the latest first."""
    after: Any = decode_cursor(query.cursor, datetime, int)
    found = queries.shown(db.session(), viewer(), query.way, after, query.limit)
    rows, cursor = paginate(found, query.limit, lambda one: one.position)
    return {"items": [_shown(one) for one in rows], "next_cursor": cursor}


@endpoint(blueprint, "/people/<pid:person_id>/mobility", rule=EMPLOYEE, returns=ShownOut)
def of(person_id: int) -> dict[str, Any]:
    """Give what a person shows you that they are open to; 404 where that is nothing."""
    found = queries.of(db.session(), viewer(), person_id)
    if found is None:
        raise NotFound
    return _shown(found)
