"""Where every moderator has a part in a report, community managers judge it, or else administrators."""

import pytest
from flask import Flask

from rse.accounts.models import Person
from rse.core import db, jobs
from rse.moderation import tasks
from tests import factories
from tests.moderation.test_reports import WHY, House

RUDE = "Écrit par le modérateur"


@pytest.fixture
def small(app: Flask) -> House:
    """Thomas alone moderates, and manages the community too; Inès administers."""
    house = House(app)
    give(house, "claire")
    return house


def give(house: House, name: str, *roles: str) -> None:
    session = db.begin_write()
    session.get_one(Person, house.ids[name]).roles = frozenset(roles)
    db.commit()
    house.browsers[name] = factories.browser_of(house.browsers[name].application, house.ids[name])


def told(house: House, name: str) -> list[str]:
    jobs.drain()
    return [one["kind"] for one in house.call(name, "get", "/notifications").get_json()["items"]]


def test_a_report_about_the_lone_moderator_goes_to_an_administrator(small: House) -> None:
    report = small.report("amelie", target=small.publish("thomas", RUDE))
    assert told(small, "ines") == ["report"]
    assert RUDE in small.page("ines", "/moderation")
    assert small.decide("thomas", report) == 404
    assert RUDE not in small.page("thomas", "/moderation")
    assert small.decide("ines", report) == 200


def test_a_community_manager_stands_in_before_an_administrator(small: House) -> None:
    give(small, "sofia", "community_manager")
    report = small.report("amelie", target=small.publish("thomas", RUDE))
    assert [told(small, name) for name in ("sofia", "ines")] == [["report"], []]
    assert [small.decide(name, report) for name in ("ines", "sofia")] == [404, 200]


def test_what_moderators_can_judge_stays_with_them(small: House) -> None:
    report = small.report("amelie")
    assert [small.decide(name, report) for name in ("ines", "claire", "thomas")] == [404, 404, 200]


def test_an_appeal_goes_to_somebody_else(small: House) -> None:
    report = small.report("amelie")
    assert small.decide("thomas", report) == 200
    answer = small.browsers["karim"].post(f"/settings/reports/{report}/appeal", data={"words": "Relisez."})
    assert answer.status_code == 303
    assert small.decide("thomas", report, "keep", "") == 404
    assert small.decide("ines", report, "keep", WHY) == 200


def test_who_reports_does_not_judge(small: House) -> None:
    report = small.report("thomas")
    assert [small.decide(name, report) for name in ("thomas", "ines")] == [404, 200]


def test_a_report_follows_when_roles_change(small: House) -> None:
    report = small.report("amelie", target=small.publish("thomas", RUDE))
    give(small, "claire", "moderator")
    assert small.decide("claire", report) == 404
    tasks.appoint_anew()
    assert told(small, "claire") == ["report"]
    assert [small.decide(name, report) for name in ("ines", "claire")] == [404, 200]
