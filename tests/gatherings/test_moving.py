"""An event is moved by an edit: who comes is told, and reminded anew; what cannot be is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rse.core import db, jobs
from rse.gatherings.models import Gathering
from tests.gatherings.test_gatherings import call, moment, nothing_kept

__all__ = ["nothing_kept"]
Browse = Callable[[str], Any]


def form(browser: Any, key: str) -> str:
    page = browser.get(f"/posts/{key}/edit")
    assert page.status_code == 200
    text: str = page.text
    return text


def test_who_comes_is_told_of_another_time_and_place(browser_as: Browse) -> None:
    amelie, karim, sofia = (browser_as(name) for name in ("amelie", "karim", "sofia"))
    key = call(amelie).get_json()["id"]
    karim.post(f"/posts/{key}/coming", data={"answer": "yes"})
    sofia.post(f"/posts/{key}/coming", data={"answer": "no"})
    assert 'name="starts_at" value="20' in form(amelie, key)
    session = db.session()
    one = session.query(Gathering).one()
    one.reminded = True
    session.commit()
    sent = {"body": "Visite de l’atelier", "starts_at": moment(9), "place": "Hall B"}
    assert amelie.post(f"/posts/{key}/edit", data=sent).status_code == 303
    jobs.drain()
    assert [n["kind"] for n in karim.get("/api/v1/notifications").json["items"]] == ["event_moved"]
    assert sofia.get("/api/v1/notifications").json["items"] == []
    event = karim.get(f"/api/v1/posts/{key}").json["event"]
    assert (event["place"], event["coming"]) == ("Hall B", 1)
    session.expire_all()
    assert session.query(Gathering).one().reminded is False
    session.rollback()


def test_a_new_text_alone_tells_nobody_and_keeps_the_time(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = call(amelie).get_json()["id"]
    karim.post(f"/posts/{key}/coming", data={"answer": "yes"})
    before = karim.get(f"/api/v1/posts/{key}").json["event"]
    fields = {
        name: form(amelie, key).split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("starts_at", "ends_at", "place")
    }
    assert amelie.post(f"/posts/{key}/edit", data={"body": "Autre texte", **fields}).status_code == 303
    jobs.drain()
    assert karim.get("/api/v1/notifications").json["items"] == []
    assert karim.get(f"/api/v1/posts/{key}").json["event"]["place"] == before["place"]


def test_what_cannot_be_is_refused_beside_its_field(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    key = call(amelie).get_json()["id"]
    for sent in (
        {"starts_at": moment(-2)},
        {"starts_at": moment(4), "ends_at": moment(3)},
        {"starts_at": ""},
    ):
        answer = amelie.post(f"/posts/{key}/edit", data={"body": "Visite", **sent})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    assert browser_as("karim").get(f"/posts/{key}/edit").status_code == 404


def test_a_past_event_keeps_its_date_when_its_text_changes(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    key = call(amelie).get_json()["id"]
    session = db.begin_write()
    one = session.query(Gathering).one()
    one.starts_at, one.ends_at = one.starts_at - timedelta(days=5), one.ends_at - timedelta(days=5)
    db.commit()
    page = form(amelie, key)
    times = {n: page.split(f'name="{n}" value="')[1].split('"')[0] for n in ("starts_at", "ends_at")}
    sent = {"body": "C’était bien", "place": "Accueil", **times}
    assert amelie.post(f"/posts/{key}/edit", data=sent).status_code == 303
