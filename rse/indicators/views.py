"""Pages: the team, the definitions; and the visit that a page tells of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from rse.core import clock, db
from rse.core import company as company_settings
from rse.core.i18n import enumeration, get_locale, ngettext
from rse.core.model import encode_id
from rse.core.policy import NotFound
from rse.core.web import EMPLOYEE, SIGNED_IN, page, route, settings, viewer
from rse.indicators import (
    definitions,
    documents,
    figures,
    kept,
    pauses,
    pictures,
    queries,
    service,
    suggestions,
    tables,
)
from rse.indicators.queries import PublishedWeek, Series, Team

blueprint = Blueprint("indicators", __name__)
NAMED = 3  # departments that are named before "and others"
TABS = 5  # teams beside one another; more are a list to open


@route(blueprint, "/team", rule=EMPLOYEE)
def team() -> Any:
    """Show the first of the viewer's teams, or what this page is and the company's figures."""
    session, who = db.session(), viewer()
    week = queries.week(session)
    found = queries.teams(session, who, week) if week else []
    if week and found:
        return _team_page(week, found, found[0])
    here = pauses.off_for(session, who)
    return page("indicators/nobody.html", week=week, manages=_manages(), off_here=here, **_company(week))


def _manages() -> bool:
    return bool(getattr(viewer().card, "is_manager", False))


@route(blueprint, "/team/<pid:cell_id>", rule=EMPLOYEE)
def cell(cell_id: int) -> Any:
    """Show one of the viewer's teams; any other answers as one that does not exist."""
    session, who = db.session(), viewer()
    week = queries.week(session)
    if week is None:
        raise NotFound
    found = queries.teams(session, who, week)
    chosen = next((team for team in found if team.id == cell_id), None)
    if chosen is None:
        raise NotFound
    return _team_page(week, found, chosen)


def _team_page(week: PublishedWeek, found: list[Team], chosen: Team) -> Any:
    session, who = db.session(), viewer()
    own = queries.series(session, [chosen.id], week.day, codes=definitions.TEAM)[chosen.id]
    around = queries.company_series(session, week)
    return page(
        "indicators/team.html",
        week=week,
        chosen=chosen,
        title=title(chosen),
        heading=heading(chosen),
        beside=beside(chosen),
        team_tabs=tabs(found),
        side_by_side=TABS,
        figures=figures.figures(own, around, week.day, week.floor, definitions.TEAM),
        pairs=definitions.PAIRS,
        away=_away(),
        company_shown=queries.may_see_company(session, who),
        todo=suggestions.this_week(session, who, chosen.departments),
    )


def title(team: Team) -> str:
    """Name the manager's own departments in a cell, or the cell for who heads what lies above."""
    return _named(team.own) if team.own else label(team)


def label(team: Team, depth: int = 1) -> str:
    """Name a cell by the department that holds it, and those above it where more depth is wanted."""
    return queries.SEPARATOR.join(team.name.split(queries.SEPARATOR)[-depth:]) or settings().company


def tabs(found: list[Team]) -> list[tuple[int, str, str]]:
    """Give (id, name, address) of a manager's cells; those of one name are told apart by what lies above."""
    names = Counter(label(team) for team in found)
    return [
        (t.id, label(t, 1 if names[label(t)] == 1 else 2), url_for(".cell", cell_id=encode_id(t.id)))
        for t in found
    ]


def heading(team: Team) -> str:
    """Say what a cell is: the manager's own people, and those who are counted with them."""
    if not team.neighbours:
        return title(team)
    words = ngettext("your team and a neighbour", "your team and %(n)s neighbours", len(team.neighbours))
    return f"{label(team)} – {words}"


def beside(team: Team) -> str:
    """Name those who are counted together with the manager's own people, "" when nobody is."""
    return _named(team.neighbours) if team.neighbours else ""


def _named(names: Sequence[str]) -> str:
    """Join a few names, and say how many others there are: whoever heads a division has dozens."""
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], ngettext("%(n)s other", "%(n)s others", len(names) - NAMED)]
    return enumeration(list(names))


def _company(week: PublishedWeek | None) -> dict[str, Any]:
    """Give the company's figures to whom they are published: everybody, unless the company wants less."""
    shown = queries.may_see_company(db.session(), viewer())
    common = {
        "away": _away(),
        "company_shown": shown,
        "restricted": company_settings.figures_restricted(db.session()),
    }
    if week is None or not shown:
        empty = {"figures": [], "rungs": [], "pairs": definitions.PAIRS, "floor": settings().floor}
        return empty | common
    series = queries.company_series(db.session(), week)
    told = series.get(week.day, {})
    return {
        "figures": figures.figures(series, series, week.day, week.floor),
        "rungs": figures.ladder(told.get("LADDER")),
        "pairs": definitions.PAIRS,
        "floor": week.floor,
        **common,
    }


def _away() -> str:
    """Name the sites whose people do not count, "" when there are none."""
    return enumeration(sorted(pauses.sites(db.session())))


def _require_company() -> None:
    if not queries.may_see_company(db.session(), viewer()):
        raise NotFound


@route(blueprint, "/indicators", rule=EMPLOYEE)
def company() -> Any:
    """Show the company's figures and drawings of the last published week."""
    _require_company()
    week = queries.week(db.session())
    restricted = company_settings.figures_restricted(db.session())
    sections = _sections(week) if week else ""
    return page("indicators/company.html", week=week, away=_away(), restricted=restricted, sections=sections)


def _sections(week: PublishedWeek) -> str:
    """Write the figures and the drawings of a week: the same for all who may see them, in each language."""

    def make() -> str:
        session = db.session()
        drawn = pictures.drawings(session, queries.drawings(session, week))
        values = {**_company(week), "drawn": drawn, "week": week}
        return render_template("indicators/_company.html", **values)

    return kept.keep(("page", week, get_locale()), make)


@route(blueprint, "/indicators/figures.csv", rule=EMPLOYEE, limit="30/minute")
def company_table() -> Response:
    """Give the company's published values of twelve weeks as a file."""
    _require_company()
    week = queries.week(db.session())
    if week is None:
        raise NotFound
    return _file(queries.company_series(db.session(), week), f"{settings().company} {week.day}")


@route(blueprint, "/team/<pid:cell_id>/figures.csv", rule=EMPLOYEE, limit="30/minute")
def cell_table(cell_id: int) -> Response:
    """Give the published values of twelve weeks of one of the viewer's teams as a file."""
    session = db.session()
    week = queries.week(session)
    if week is None:
        raise NotFound
    chosen = queries.team(session, viewer(), week, cell_id)
    return _file(queries.series(session, [chosen.id], week.day)[chosen.id], f"{label(chosen)} {week.day}")


def _file(series: Series, name: str) -> Response:
    """Send published values; the name is told as RFC 6266 wants, whatever its letters."""
    answer = Response(tables.as_csv(series), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{tables.plain(name)}.csv")
    return answer


@route(blueprint, "/indicators/definitions", rule=SIGNED_IN)
def definitions_page() -> Any:
    """Say how each figure is computed, who sees what, and for how long it is kept."""
    week = queries.week(db.session()) if viewer().is_employee else None
    return page(
        "indicators/definitions.html",
        definitions=definitions.ALL,
        team_codes=definitions.OF_TEAMS,
        texts=documents.NAMES,
        week=week,
        **_company(week),
    )


@route(blueprint, "/presence/visit", rule=SIGNED_IN, methods=("POST",), limit="30/hour")
def visit() -> Response:
    """Note that the viewer is here today: the day, and nothing else."""
    service.visit(db.session(), viewer(), clock.today(settings().timezone))
    return Response(status=204)
