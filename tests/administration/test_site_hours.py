"""Hours of a site: kept apart from the company's, and what waits for its people goes by them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rse.accounts.models import Person
from rse.core import company, db
from rse.core.hours import hours_of, is_open

Browse = Callable[[str], Any]
LILLE = {
    "site": "Lille",
    "own": "true",
    "days": ["1", "2"],
    "opens": "06:00",
    "closes": "14:00",
    "holidays": "2026-12-26",
}
AFTERNOON = datetime(2026, 11, 23, 15, tzinfo=UTC)  # a Monday


@pytest.fixture
def admin(browser_as: Browse, cast: dict[str, int]) -> Any:
    session = db.begin_write()
    session.get(Person, cast["amelie"]).site = "Lille"
    db.commit()
    yield browser_as("ines")
    company.forget(db.db.session())


def open_at(site: str) -> bool:
    db.rollback()
    company.forget(db.db.session())
    return is_open(hours_of(company.working_time(db.db.session(), site)), AFTERNOON, "Europe/Paris")


def test_a_site_has_hours_of_its_own_and_gives_them_back(admin: Any) -> None:
    assert "Comme l’entreprise" in admin.get("/admin/settings/sites").text
    assert admin.post("/admin/settings/sites/hours", data=LILLE).status_code == 303
    assert (open_at("Lille"), open_at("Lyon")) == (False, True)
    page = admin.get("/admin/settings/sites").text
    assert "06:00 – 14:00" in page
    assert "1 jour de repos" in page
    form = admin.get("/admin/settings/sites/hours?site=Lille").text
    assert 'value="06:00"' in form
    assert "2026-12-26" in form
    log = admin.get("/admin/audit").text
    assert "working_sites:Lille" in log
    assert admin.post("/admin/settings/sites/hours", data={"site": "Lille"}).status_code == 303
    assert open_at("Lille")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"closes": "05:00"}, "La journée finit"),
        ({"days": []}, "Choisissez au moins un jour."),
        ({"holidays": "Noël"}, "2026-12-25"),
        ({"opens": "25:00"}, "25:00"),
    ],
)
def test_impossible_hours_are_refused_and_nothing_is_kept(
    admin: Any, sent: dict[str, Any], said: str
) -> None:
    answer = admin.post("/admin/settings/sites/hours", data=LILLE | sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert company.get(db.db.session(), "working_sites") is None


def test_only_administrators_and_only_sites_that_exist(admin: Any, browser_as: Browse) -> None:
    assert admin.post("/admin/settings/sites/hours", data=LILLE | {"site": "Nulle part"}).status_code == 404
    assert admin.get("/admin/settings/sites/hours?site=Nulle").status_code == 404
    for path in ("/admin/settings/sites", "/admin/settings/sites/hours?site=Lille"):
        assert browser_as("amelie").get(path).status_code in (403, 404)
    assert browser_as("amelie").post("/admin/settings/sites/hours", data=LILLE).status_code in (403, 404)
