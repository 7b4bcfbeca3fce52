"""Events: when and where, who comes, the calendar file, the reminder."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from rse.core import db, jobs
from rse.feed import cards
from rse.gatherings import service
from rse.gatherings.models import Coming, Gathering

Browse = Callable[[str], Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()


def moment(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def call(browser: Any, **values: Any) -> Any:
    sent = {
        "kind": "event",
        "body": "Visite de l’atelier",
        "starts_at": moment(3),
        "place": "Accueil",
    } | values
    return browser.post("/api/v1/posts", json=sent)


def moved(by: timedelta) -> None:
    """Let the only event be at another time."""
    session = db.begin_write()
    one = session.query(Gathering).one()
    one.starts_at, one.ends_at = one.starts_at + by, one.ends_at + by
    db.commit()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"starts_at": moment(-1)}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59+00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00"}, "starts_at"),
        ({"ends_at": moment(1)}, "ends_at"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"starts_at": "bientôt"}, "starts_at"),
    ],
)
def test_impossible_events_are_refused(browser_as: Browse, sent: dict[str, str], field: str) -> None:
    answer = call(browser_as("amelie"), **sent)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_people_say_whether_they_come(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = call(amelie, ends_at=moment(3.2)).get_json()["id"]
    assert karim.put(f"/api/v1/posts/{key}/coming", json={"answer": "yes"}).status_code == 204
    assert karim.put(f"/api/v1/posts/{key}/coming", json={"answer": "perhaps"}).status_code == 422
    event = amelie.get(f"/api/v1/posts/{key}").get_json()["event"]
    assert (event["coming"], event["mine"], event["place"]) == (1, None, "Accueil")
    assert "Karim Benali" in amelie.get(f"/posts/{key}").get_data(as_text=True)
    assert karim.post(f"/posts/{key}/coming", data={"answer": "no"}).status_code == 303
    assert amelie.get(f"/api/v1/posts/{key}").get_json()["event"]["coming"] == 0
    assert browser_as("james").put(f"/api/v1/posts/{key}/coming", json={"answer": "yes"}).status_code == 404
    moved(timedelta(days=-5))
    assert karim.put(f"/api/v1/posts/{key}/coming", json={"answer": "yes"}).status_code == 403


def test_the_calendar_file_says_the_same(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    made = call(amelie, title="Visite", link="https://visio.example/a", starts_at="2030-05-02T10:00:00+02:00")
    key = made.get_json()["id"]
    answer = browser_as("karim").get(f"/posts/{key}/event.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = Calendar.from_ical(answer.get_data()).walk("VEVENT")
    assert str(event["summary"]) == "Visite"
    assert event["dtstart"].dt == datetime(2030, 5, 2, 8, tzinfo=UTC)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)
    assert key in str(event["url"])
    assert browser_as("james").get(f"/posts/{key}/event.ics").status_code == 404
    plain = amelie.post("/api/v1/posts", json={"body": "un message"}).get_json()["id"]
    assert amelie.get(f"/posts/{plain}/event.ics").status_code == 404


def test_a_time_without_a_zone_is_the_writers(browser_as: Browse) -> None:
    form = {"kind": "event", "body": "Réunion", "starts_at": "2030-07-01T14:00", "place": ""}
    where = browser_as("amelie").post("/posts", data=form).headers["Location"]
    key = where.rsplit("/", 1)[1]
    event = browser_as("karim").get(f"/api/v1/posts/{key}").get_json()["event"]
    assert event["starts_at"].startswith("2030-07-01T12:00"), "Paris in summer"


def test_those_who_come_are_reminded_once(browser_as: Browse) -> None:
    karim = browser_as("karim")
    key = call(browser_as("amelie"), title="Visite").get_json()["id"]
    karim.put(f"/api/v1/posts/{key}/coming", json={"answer": "maybe"})
    moved(timedelta(days=-2, hours=-2))
    session = db.begin_write()
    assert (service.remind(session), service.remind(session)) == (1, 0)
    db.commit()
    jobs.drain()
    assert "Vous avez dit que vous veniez" in karim.get("/notifications").get_data(as_text=True)
    assert "que vous veniez" not in browser_as("sofia").get("/notifications").get_data(as_text=True)


def test_an_erased_person_comes_no_more(app: Any, cast: dict[str, int], browser_as: Browse) -> None:
    key = call(browser_as("amelie")).get_json()["id"]
    browser_as("karim").put(f"/api/v1/posts/{key}/coming", json={"answer": "yes"})
    export = next(e for e in app.extensions["rse_registry"].all("exports") if e.name == "gatherings")
    session = db.begin_write()
    assert [row["what"] for row in export.rows(session, cast["karim"])] == ["coming"]
    export.erase(session, cast["karim"])
    db.commit()
    assert db.db.session().query(Coming).count() == 0
