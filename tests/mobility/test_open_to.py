"""What one is open to: shown to nobody unless said, to HR, to chosen colleagues; taken back, exported, erased."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from rse.accounts.models import Person
from rse.core import db
from rse.core.feature import Registry
from rse.mobility import queries, service
from rse.mobility.exports import export
from rse.mobility.models import Openness, OpennessReader
from tests import factories
from tests.search.company import Company

NOTE = "Ouverte à l’atelier de Nantes dès mars"
COLLEAGUES = ("karim", "sofia", "claire", "thomas", "ines")


def role(company: Company, name: str, *roles: str, kind: str = "employee") -> None:
    row = db.begin_write().get_one(Person, company.ids[name])
    row.roles, row.kind = frozenset(roles), kind
    db.commit()


def say(company: Company, name: str = "amelie", **values: Any) -> Any:
    return company.do(name, "PUT", "/me/mobility", **({"ways": ["site"], "note": NOTE} | values))


def seen_by(company: Company, name: str) -> set[str]:
    """Say where somebody meets what Amélie is open to."""
    pid, me = company.pid("amelie"), company[name]
    places = {
        "profile": me.get(f"/people/{pid}").text,
        "page": me.get("/mobility").text,
        "call": me.get(f"/api/v1/people/{pid}/mobility").text,
        "list": me.get("/api/v1/mobility").text,
    }
    return {place for place, text in places.items() if "atelier de Nantes" in text}


EVERYWHERE = {"profile", "page", "call", "list"}


def test_nobody_sees_it_until_one_says_who(company: Company) -> None:
    role(company, "sofia", "hr")
    say(company)
    assert NOTE in company["amelie"].get(f"/people/{company.pid('amelie')}").text
    assert all(seen_by(company, name) == set() for name in (*COLLEAGUES, "james"))
    assert company["karim"].get(f"/api/v1/people/{company.pid('amelie')}/mobility").status_code == 404
    say(company, to_hr=True)
    assert {name for name in COLLEAGUES if seen_by(company, name)} == {"sofia"}
    assert seen_by(company, "sofia") == EVERYWHERE
    say(company, readers=[company.pid("karim")])
    assert {name: seen_by(company, name) for name in COLLEAGUES if seen_by(company, name)} == {
        "karim": EVERYWHERE
    }
    assert company["james"].get("/mobility").status_code == 404


def test_who_loses_the_role_or_leaves_the_company_sees_it_no_more(company: Company) -> None:
    role(company, "sofia", "hr")
    say(company, to_hr=True, readers=[company.pid("karim")])
    role(company, "sofia")
    assert seen_by(company, "sofia") == set()
    role(company, "karim", "guest", kind="guest")
    assert seen_by(company, "karim") == set()
    role(company, "sofia", "hr")
    db.begin_write().execute(
        update(Person).where(Person.id == company.ids["amelie"]).values(status="deactivated")
    )
    db.commit()
    assert seen_by(company, "sofia") == set()


def test_the_forms_say_it_change_it_and_forget_it(company: Company) -> None:
    me = company["amelie"]
    sent = {"ways": ["mission", "abroad"], "note": NOTE, "reader": "@karim.benali"}
    page = me.post("/settings/mobility", data=sent, follow_redirects=True).text
    assert "personne d’autre n’est prévenu" in page
    assert f'name="readers" value="{company.pid("karim")}" checked' in page
    assert "Montré à" in me.get(f"/people/{company.pid('amelie')}").text
    assert company.do("amelie", "GET", "/me/mobility")["ways"] == ["abroad", "mission"]
    assert seen_by(company, "karim") == EVERYWHERE
    me.post("/settings/mobility", data={"ways": ["mission"], "note": NOTE})  # the reader's box is empty
    assert seen_by(company, "karim") == set()
    me.post("/settings/mobility/forget")
    assert company.do("amelie", "GET", "/me/mobility")["note"] == ""
    assert db.session().scalar(select(Openness)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"reader": "personne"},
        {"reader": "amelie.rousseau"},
        {"reader": "james.oneill"},
        {"note": "x" * 601},
        {"ways": ["throne"]},
    ],
)
def test_what_cannot_be_is_said_and_the_rest_kept(company: Company, wrong: dict[str, Any]) -> None:
    sent = {"ways": ["mission"], "note": NOTE, **wrong}
    answer = company["amelie"].post("/settings/mobility", data=sent)
    assert answer.status_code == 422
    assert "ways" in wrong or f'id="f-{next(iter(wrong))}-error"' in answer.text
    if "note" not in wrong:
        assert NOTE in answer.text
    assert db.session().scalar(select(Openness)) is None


def test_showing_nothing_to_somebody_is_refused(company: Company) -> None:
    company.do("amelie", "PUT", "/me/mobility", 422, ways=[], note=" ", to_hr=True)
    company.do("amelie", "PUT", "/me/mobility", 422, note="x", readers=[company.pid("james")])


def test_one_finds_by_what_and_goes_on(company: Company) -> None:
    role(company, "claire", "hr")
    for name, ways in (("amelie", ["site"]), ("karim", ["site", "mission"]), ("sofia", ["mission"])):
        say(company, name, ways=ways, note=name, to_hr=True)
    first = company.do("claire", "GET", "/mobility?way=site&limit=1")
    assert [one["note"] for one in first["items"]] == ["karim"]
    rest = company.do("claire", "GET", f"/mobility?way=site&limit=1&cursor={first['next_cursor']}")
    assert [one["note"] for one in rest["items"]] == ["amelie"]
    page = company["claire"].get("/mobility?way=mission").text
    assert "Sofia Marchetti" in page
    assert "Amélie Rousseau</a>" not in page
    assert company["claire"].get("/mobility?way=throne").status_code == 422


def test_no_search_finds_it_and_no_count_knows_it(company: Company) -> None:
    role(company, "sofia", "hr")
    before = company.do("sofia", "GET", "/people?q=amelie")
    say(company, to_hr=True, readers=[company.pid("karim")])
    company.index()
    for name in ("sofia", "karim"):
        assert company.search(name, "Nantes")["total"] == 0
        assert company.experts(name, "Nantes") == []
        assert company[name].get("/api/v1/notifications").json["items"] == []
    assert company.do("sofia", "GET", "/people?q=amelie") == before


def test_it_is_in_ones_copy_and_goes_with_the_account(company: Company, app) -> None:
    say(company, to_hr=True, readers=[company.pid("karim")])
    say(company, "karim", readers=[company.pid("amelie")], note="à moi")
    registry: Registry = app.extensions["rse_registry"]
    assert export in registry.all("exports")
    (row,) = export.rows(db.session(), company.ids["amelie"])
    assert (row["note"], row["ways"], row["to_hr"], row["shown_to"]) == (
        NOTE, ["site"], True, ["karim.benali"],
    )  # fmt: skip
    session = db.begin_write()
    export.erase(session, company.ids["amelie"])
    db.commit()
    assert db.session().scalars(select(Openness.person_id)).all() == [company.ids["karim"]]
    assert db.session().scalars(select(OpennessReader)).all() == []


PEOPLE = st.sets(st.sampled_from(COLLEAGUES))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=PEOPLE, to_hr=st.booleans(), hr=PEOPLE, guests=PEOPLE)
def test_whoever_looks_sees_what_was_shown_to_them_and_nothing_else(
    cast: dict[str, int], chosen: set[str], to_hr: bool, hr: set[str], guests: set[str]
) -> None:
    session = db.begin_write()
    for name in COLLEAGUES:
        row = session.get_one(Person, cast[name])
        row.kind, row.roles = ("employee", frozenset({"hr"} if name in hr else ()))
    session.flush()
    amelie = factories.viewer_of(cast["amelie"])
    service.keep(
        session, amelie, ["role"], NOTE, to_hr=to_hr, readers=[cast[name] for name in sorted(chosen)]
    )
    for name in COLLEAGUES:
        session.get_one(Person, cast[name]).kind = "guest" if name in guests else "employee"
    session.flush()
    for name in COLLEAGUES:
        may = name not in guests and (name in chosen or (to_hr and name in hr))
        viewer = factories.viewer_of(cast[name])
        assert (queries.of(session, viewer, cast["amelie"]) is not None) == may
        assert [one.note for one in queries.shown(session, viewer)] == ([NOTE] if may else [])
    assert queries.of(session, amelie, cast["amelie"]) is None  # one's own is no colleague's
    db.rollback()
