"""Indicators under /api/v1: published values only, of the company and of the caller's own cells."""

from datetime import timedelta
from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.model import encode_id
from rse.core.policy import NotFound
from rse.core.web import EMPLOYEE, settings, viewer
from rse.indicators import definitions, queries, signals
from rse.indicators.models import COMPANY
from rse.indicators.queries import PublishedWeek, Series, Team
from rse.indicators.schemas import AsOf

blueprint = Blueprint("indicators_api", __name__)


class FiguresOut(BaseModel):
    """What was published of a cell in a week."""

    as_of: str
    floor: int
    indicators: dict[str, Any]


class SignalsOut(BaseModel):
    """The weak signals of a week that a person has published; each is to be checked."""

    as_of: str
    to_check: bool
    strict_only: bool
    items: list[Any]


class CellFiguresOut(FiguresOut):
    """The same with the cell."""

    id: str
    name: str


def _week(query: AsOf) -> PublishedWeek:
    """Give the week asked for. Raises NotFound for a day that was not published."""
    week = queries.week(db.session(), query.as_of)
    if week is None:
        raise NotFound
    return week


def _figures(week: PublishedWeek, series: Series) -> dict[str, Any]:
    told = {
        code: {"status": one.status, "published": one.figures}
        for code, one in sorted(series.get(week.day, {}).items())
        if code in definitions.CODES
    }
    return {"as_of": week.day.isoformat(), "floor": week.floor, "indicators": told}


def _cell(team: Team) -> dict[str, Any]:
    return {
        "id": encode_id(team.id),
        "name": team.name,
        "own_departments": list(team.own),
        "neighbours": list(team.neighbours),
    }


@endpoint(blueprint, "/indicators/company", rule=EMPLOYEE, query=AsOf, returns=FiguresOut)
def company(query: AsOf) -> dict[str, Any]:
    """Give the company's figures of a published week."""
    if not queries.may_see_company(db.session(), viewer()):
        raise NotFound
    week = _week(query)
    return _figures(week, queries.series(db.session(), [COMPANY], week.day, 1)[COMPANY])


@endpoint(blueprint, "/indicators/cells", rule=EMPLOYEE, returns=Listing)
def cells() -> dict[str, Any]:
    """List the cells that you may see: those that hold your reports or belong to your department."""
    session = db.session()
    week = queries.week(session)
    found = queries.teams(session, viewer(), week) if week else []
    return {"items": [_cell(team) for team in found], "next_cursor": None}


@endpoint(blueprint, "/indicators/cells/<pid:cell_id>", rule=EMPLOYEE, query=AsOf, returns=CellFiguresOut)
def cell(cell_id: int, query: AsOf) -> dict[str, Any]:
    """Give the figures of one of your cells in a published week."""
    session = db.session()
    last = queries.week(session)
    if last is None:
        raise NotFound
    team = queries.team(session, viewer(), last, cell_id)
    week = _week(query)
    return _cell(team) | _figures(week, queries.series(session, [cell_id], week.day, 1)[cell_id])


@endpoint(blueprint, "/indicators/definitions", rule=EMPLOYEE)
def definitions_list() -> dict[str, Any]:
    """Give every indicator in words, and the minimum size of a group."""
    items = [
        {
            "code": one.code,
            "name": str(one.name),
            "question": str(one.question),
            "how": str(one.how),
            "base": str(one.base),
            "act": str(one.act),
            "note": str(one.note),
        }
        for one in definitions.ALL
    ]
    return {"floor": settings().floor, "items": items}


@endpoint(blueprint, "/signals", rule=EMPLOYEE, query=AsOf, returns=SignalsOut)
def weak_signals(query: AsOf) -> dict[str, Any]:
    """Give the weak signals of a published week with the threads behind each; at most five, to be checked."""
    session, week = db.session(), _week(query)
    told = signals.published(session, viewer(), week.day, timedelta())
    return {
        "as_of": week.day.isoformat(),
        "to_check": True,
        "strict_only": signals.strict_only(session),
        "items": [_signal(one) for one in told],
    }


def _signal(one: signals.Told) -> dict[str, Any]:
    threads = [
        {"id": encode_id(t.id), "title": t.title, "url": t.href, "at": t.at, "group": t.group or None}
        for t in one.threads
    ]
    return {"label": one.label, "strict": one.strict, "threads": threads, "more_threads": one.more}
