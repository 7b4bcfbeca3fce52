"""The random coffee as its people see it, and as nobody else does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from rse.coffee import service, tasks
from rse.coffee.models import CoffeeGuest, CoffeeMeeting, CoffeeSeat
from rse.core import clock, company, db, jobs
from rse.core.model import encode_id
from tests import factories

Browse = Callable[[str], Any]


@pytest.fixture
def people(any_app: Flask) -> dict[str, int]:
    made = factories.make_cast(db.begin_write())
    db.commit()
    return {key: person.id for key, person in made.items()}


@pytest.fixture
def browse(any_app: Flask, people: dict[str, int]) -> Browse:
    return lambda name: factories.browser_of(any_app, people[name])


def join(browse: Browse, *names: str) -> None:
    for name in names:
        assert browse(name).post("/coffee", data={"action": "join"}).status_code == 303


def draw(now: datetime | None = None) -> int:
    session = db.begin_write()
    made = service.draw(session, "Europe/Paris", Random(1), now=now or clock.now())
    db.commit()
    jobs.drain()
    return made


def pairs() -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for guest in db.db.session().query(CoffeeGuest):
        found.setdefault(guest.meeting_id, set()).add(guest.person_id)
    db.rollback()
    return list(found.values())


def address(browser: Any, what: str) -> str:
    found = re.search(rf'"(/coffee/\w+/{what})"', browser.get("/coffee").text)
    assert found is not None
    return found[1]


def test_two_are_told_of_each_other_and_nobody_else(browse: Browse, people: dict[str, int]) -> None:
    amelie, karim, sofia = browse("amelie"), browse("karim"), browse("sofia")
    assert "Vous ne participez pas" in amelie.get("/coffee").text
    join(browse, "amelie", "karim")
    assert "Le prochain tirage a lieu un lundi" in amelie.get("/coffee").text
    assert draw() == 1
    page = amelie.get("/coffee").text
    assert "Karim Benali" in page
    assert "Votre café de ces deux semaines" in page
    assert "Un café avec Karim Benali" in amelie.get("/notifications").text
    assert "Un café avec Amélie Rousseau" in karim.get("/notifications").text
    thread = re.search(r'name="thread" value="(coffee-\w+)"', karim.get("/notifications").text)
    assert thread
    assert karim.post("/notifications/mute", data={"thread": thread[1]}).status_code == 303
    assert karim.post("/notifications/read", data={"thread": thread[1]}).status_code == 303
    assert "data-unread-notifications><" in karim.get("/notifications").text
    assert "Karim Benali" in amelie.get("/home/beside").text
    for path in ("/coffee", "/notifications", "/home/beside"):
        assert "Karim" not in sofia.get(path).text
    for what, method in (("met", "post"), ("coffee.ics", "get")):
        assert getattr(sofia, method)(address(amelie, what)).status_code == 404


def test_a_meeting_that_took_place_is_counted_for_the_company_alone(
    browse: Browse, people: dict[str, int]
) -> None:
    join(browse, "amelie", "karim")
    for weeks in range(6):
        draw(clock.now() - timedelta(weeks=2 * weeks))
    amelie, karim = browse("amelie"), browse("karim")
    for path in set(re.findall(r'"(/coffee/\w+/met)"', amelie.get("/coffee").text)):
        assert amelie.post(path, data={"met": "true"}).status_code == 303
    assert "6 cafés en douze mois" in karim.get("/coffee").text
    assert "Karim" not in amelie.get("/home/beside").text, "it has taken place"
    karim.post(address(karim, "met"), data={"met": "false"})
    assert "5 cafés en douze mois" in browse("sofia").get("/coffee").text
    karim.post(address(karim, "met"), data={"met": "false"})
    for browser in (amelie, karim):
        assert "collègues participent" not in browser.get("/coffee").text, "two are too few to say"


def test_who_pauses_leaves_or_is_gone_is_not_drawn(browse: Browse, people: dict[str, int]) -> None:
    join(browse, "amelie", "karim", "sofia", "claire", "thomas")
    assert browse("sofia").post("/coffee", data={"action": "pause", "weeks": "4"}).status_code == 303
    assert "Vous faites une pause jusqu’au" in browse("sofia").get("/coffee").text
    browse("claire").post("/coffee", data={"action": "leave"})
    session = db.begin_write()
    session.get(factories.Person, people["thomas"]).status = "deactivated"
    db.commit()
    assert draw() == 1
    assert pairs() == [{people["amelie"], people["karim"]}]
    join(browse, "sofia")
    assert draw(clock.now() + timedelta(days=14)) == 1
    assert {people["amelie"], people["karim"], people["sofia"]} in pairs()


def test_a_moment_that_is_past_is_not_proposed(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    join(browse, "amelie", "karim")
    now = datetime(2026, 3, 2, 6, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    draw(now)
    page = browse("amelie").get("/coffee").text
    assert re.search(r"Proposé\s: \w+ \d+ mars", page)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=11))
    page = browse("amelie").get("/coffee").text
    assert "Le moment proposé est passé" in page
    assert "Karim Benali" in page
    assert "coffee.ics" not in page


def test_guests_are_not_offered_it(browse: Browse) -> None:
    assert browse("james").get("/coffee").status_code in (403, 404)
    assert browse("james").post("/coffee", data={"action": "join"}).status_code in (403, 404)
    assert db.db.session().query(CoffeeSeat).count() == 0


@pytest.mark.parametrize("sent", [{}, {"action": "dance"}, {"action": "pause", "weeks": "5000"}])
def test_what_makes_no_sense_is_refused(browse: Browse, sent: dict[str, str]) -> None:
    assert browse("amelie").post("/coffee", data=sent).status_code == 422


def test_it_is_drawn_every_two_weeks_and_not_when_switched_off(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(browse, "amelie", "karim")
    start, made = datetime(2026, 3, 2, 6, tzinfo=UTC), []
    for week in range(5):
        monkeypatch.setattr(clock, "now", lambda week=week: start + timedelta(weeks=week))
        tasks.draw()
        made.append(db.db.session().query(CoffeeMeeting).count())
    assert made == [1, 1, 2, 2, 3]
    session = db.begin_write()
    company.put(session, "features_off", ["coffee"])
    db.commit()
    company.forget(db.db.session())
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(weeks=9))
    tasks.draw()
    assert db.db.session().query(CoffeeMeeting).count() == 3
    company.forget(db.db.session())


def test_they_get_a_first_sentence_of_what_they_share(browse: Browse, people: dict[str, int]) -> None:
    for name in ("amelie", "karim"):
        skills = {"skills": [{"label": "Soudage", "level": 2}]}
        assert browse(name).put("/api/v1/me/skills", json=skills).status_code == 200
    join(browse, "amelie", "karim")
    draw()
    assert "Vous avez en commun Soudage" in browse("karim").get("/coffee").text
    browse("karim").put("/api/v1/me/skills", json={"skills": []})
    page = browse("amelie").get("/coffee").text
    assert "Soudage" not in page
    assert 'class="opening"' in page


def test_the_proposal_is_a_working_morning(browse: Browse) -> None:
    join(browse, "amelie", "karim")
    draw(
        datetime(2026, 3, 26, 6, tzinfo=UTC)
    )  # a Thursday; two days on is a Saturday, then summer time begins
    key = encode_id(db.db.session().query(CoffeeMeeting).one().id)
    file = Calendar.from_ical(browse("amelie").get(f"/coffee/{key}/coffee.ics").data)
    event = file.walk("VEVENT")[0]
    assert event["DTSTART"].dt == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert event["SUMMARY"] == "Café avec Karim Benali"


def test_an_erased_person_leaves_nothing_but_the_meetings_of_others(
    any_app: Flask, browse: Browse, people: dict[str, int]
) -> None:
    join(browse, "amelie", "karim")
    draw()
    export = next(e for e in any_app.extensions["rse_registry"].all("exports") if e.name == "coffee")
    session = db.begin_write()
    assert [row["what"] for row in export.rows(session, people["karim"])] == ["coffee", "coffee_meeting"]
    export.erase(session, people["karim"])
    db.commit()
    assert [seat.person_id for seat in db.db.session().query(CoffeeSeat)] == [people["amelie"]]
    db.rollback()
    page = browse("amelie").get("/coffee").text
    assert "La personne tirée avec vous n’est plus là." in page
    session = db.begin_write()
    assert service.purge(session, clock.now() - timedelta(days=730), 50) == 0
    export.erase(session, people["amelie"])
    assert service.purge(session, clock.now() - timedelta(days=730), 50) == 1
    db.commit()


def test_programs_take_part_and_see_their_own_meetings_only(browse: Browse, people: dict[str, int]) -> None:
    one, address = browse("amelie"), "/api/v1/me/coffee"
    assert one.get(address).json == {"taking_part": False, "paused_until": None, "meetings": []}
    assert one.put(address, json={"action": "join"}).json["taking_part"] is True
    assert browse("karim").put(address, json={"action": "join"}).status_code == 200
    assert browse("james").get(address).status_code == 404  # guests have no part in it
    draw()
    (meeting,) = one.get(address).json["meetings"]
    assert meeting["people"] == [encode_id(people["karim"])]
    assert (meeting["present"], meeting["met"]) == (True, False)
    assert meeting["opening"]
    assert browse("sofia").put(f"{address}/{meeting['id']}/met", json={"met": True}).status_code == 404
    assert one.put(f"{address}/{meeting['id']}/met", json={"met": True}).status_code == 204
    assert one.get(address).json["meetings"][0]["met"] is True
    assert one.put(address, json={"action": "pause", "weeks": "2"}).json["paused_until"]
    assert one.put(address, json={"action": "leave"}).json["taking_part"] is False
    assert one.put(address, json={"action": "win"}).status_code == 422
