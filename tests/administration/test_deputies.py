"""A manager names a deputy for some days; in these days the deputy sees the team page, and not before or after."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from rse.accounts.models import AuditEntry, Person
from rse.core import clock, db
from rse.core.model import encode_id
from rse.indicators import queries
from rse.people import deputies
from rse.people.models import Department, Deputy, Profile
from tests import factories

Browsers = Callable[[str], Any]
TODAY = clock.today("Europe/Paris")


@pytest.fixture
def team(cast: dict[str, int]) -> dict[str, int]:
    """Claire manages Sofia."""
    session = db.begin_write()
    sales = Department(name="Ventes", path="Ventes")
    session.add(sales)
    session.flush()
    session.add(Profile(person_id=cast["sofia"], manager_id=cast["claire"], department_id=sales.id))
    session.execute(update(Person).where(Person.id == cast["claire"]).values(is_manager=True))
    db.commit()
    return cast


def form(who: str, first: date, until: date) -> dict[str, str]:
    return {"deputy": who, "first": first.isoformat(), "until": until.isoformat()}


def departments(person_id: int) -> list[str]:
    deputies._all.forget(db.session())
    viewer = factories.viewer_of(person_id)
    found = sorted(queries._own_departments(db.session(), viewer).values())
    db.rollback()
    return found


def test_sees_the_team_in_these_days_only(browser_as: Browsers, team: dict[str, int]) -> None:
    claire, karim = browser_as("claire"), browser_as("karim")
    assert 'href="/team"' not in karim.get("/people").text
    assert departments(team["karim"]) == []
    path = "/settings/deputies"
    assert claire.post(path, data=form("@karim.benali", TODAY, TODAY + timedelta(days=7))).status_code == 303
    assert "Karim Benali" in claire.get(path).text
    assert departments(team["karim"]) == ["Ventes"]
    assert 'href="/team"' in karim.get("/people").text
    for first, until in ((1, 9), (-9, -1)):
        values = {"from_date": TODAY + timedelta(days=first), "until_date": TODAY + timedelta(days=until)}
        db.begin_write().execute(update(Deputy).values(**values))
        db.commit()
        assert departments(team["karim"]) == []
        assert 'href="/team"' not in karim.get("/people").text


def test_ends_at_once(browser_as: Browsers, team: dict[str, int]) -> None:
    claire = browser_as("claire")
    claire.post("/settings/deputies", data=form("karim.benali", TODAY, TODAY))
    row = db.session().scalar(select(Deputy.id))
    db.rollback()
    assert browser_as("karim").post(f"/settings/deputies/{row}/end").status_code == 404
    assert claire.post(f"/settings/deputies/{row}/end").status_code == 303
    assert departments(team["karim"]) == []
    actions = db.session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["deputy.set", "deputy.end"]


@pytest.mark.parametrize(
    "data",
    [
        form("nobody", TODAY, TODAY),
        form("james.oneill", TODAY, TODAY),
        form("claire.dupont", TODAY, TODAY),
        form("karim.benali", TODAY, TODAY - timedelta(days=1)),
        form("karim.benali", TODAY, TODAY + timedelta(days=800)),
        {"deputy": "karim.benali", "first": "x", "until": "y"},
    ],
)
def test_wrong_delegations_are_refused(
    browser_as: Browsers, team: dict[str, int], data: dict[str, str]
) -> None:
    answer = browser_as("claire").post("/settings/deputies", data=data)
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert db.session().scalar(select(Deputy.id)) is None


def test_only_managers_have_the_page(browser_as: Browsers, team: dict[str, int]) -> None:
    assert browser_as("karim").get("/settings/deputies").status_code == 404
    assert browser_as("james").get("/settings/deputies").status_code == 404
    assert 'href="/settings/deputies"' in browser_as("claire").get("/settings/profile").text
    assert 'href="/settings/deputies"' not in browser_as("karim").get("/settings/profile").text


def test_an_administrator_does_it_too(browser_as: Browsers, team: dict[str, int]) -> None:
    ines, path = browser_as("ines"), f"/admin/people/{encode_id(team['claire'])}"
    assert ines.post(f"{path}/deputies", data=form("karim.benali", TODAY, TODAY)).status_code == 303
    assert "Karim Benali" in ines.get(path).text
    row = db.session().scalar(select(Deputy.id))
    db.rollback()
    assert ines.post(f"{path}/deputies/{row}/end").status_code == 303
    other = f"/admin/people/{encode_id(team['amelie'])}/deputies"
    assert ines.post(other, data=form("karim.benali", TODAY, TODAY)).status_code == 422
