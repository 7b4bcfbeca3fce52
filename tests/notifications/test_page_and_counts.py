"""The bell, the page and the tabs: counts cost no query, reading in one place is reading everywhere."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from rse.core import db, jobs
from rse.notifications import delivering, live
from rse.notifications.models import Notification
from tests import factories
from tests.chat.conftest import Socket, World

Say = Callable[..., str]


def page(app: Flask, person: int, path: str = "/notifications") -> str:
    answer = factories.browser_of(app, person).get(path)
    assert answer.status_code == 200
    return str(answer.text)


def test_an_empty_page_offers_a_next_step(app: Flask, cast: dict[str, int]) -> None:
    assert "Rien pour l’instant" in page(app, cast["amelie"])
    assert "Tout est lu" in page(app, cast["amelie"], "/notifications?unread=1")


def test_threads_are_grouped_and_read_without_javascript(app: Flask, cast: dict[str, int], say: Say) -> None:
    post = say("amelie", "Le plan est prêt")
    for number in range(5):
        say("karim", f"Remarque {number}", under=post)
    html = page(app, cast["amelie"])
    assert html.count("data-notice-thread") == 1
    assert "Karim Benali a commenté votre publication" in html
    assert "Remarque 4" in html
    assert "Remarque 0" not in html
    assert "2 plus anciennes" in html
    assert "5 nouvelles" in html
    assert "data-unread-notifications>5<" in html
    browser = factories.browser_of(app, cast["amelie"])
    answer = browser.post("/notifications/read", data={"thread": f"post-{post}"})
    assert (answer.status_code, answer.location) == (303, "/notifications")
    html = page(app, cast["amelie"])
    assert "data-unread-notifications><" in html
    assert "Remarque 4" in html
    assert "Tout est lu" in page(app, cast["amelie"], "/notifications?unread=1")
    assert browser.post("/notifications/mute", data={"thread": f"post-{post}"}).status_code == 303
    assert "Être prévenu de nouveau" in page(app, cast["amelie"])


def test_it_speaks_english_too(app: Flask, cast: dict[str, int], say: Say) -> None:
    post = say("amelie", "The plan")
    say("karim", "Good", under=post)
    client = factories.browser_of(app, cast["amelie"])
    client.put("/api/v1/me/preferences", json={"language": "en"})
    assert "Karim Benali commented on your post" in client.get("/notifications").text


def test_wrong_names_are_refused(app: Flask, cast: dict[str, int]) -> None:
    browser = factories.browser_of(app, cast["amelie"])
    assert browser.post("/notifications/read", data={"thread": "nothing-1"}).status_code == 404
    assert browser.post("/notifications/mute", data={}).status_code == 422
    assert browser.get("/api/v1/notifications?cursor=x").status_code == 422
    assert app.test_client().get("/api/v1/notifications").status_code == 401


def test_the_page_goes_on_and_up_to_reads(app: Flask, cast: dict[str, int], say: Say) -> None:
    for number in range(3):
        post = say("amelie", f"Idée {number}")
        say("karim", f"Oui {number}", under=post)
    client = factories.browser_of(app, cast["amelie"])
    first = client.get("/api/v1/notifications?limit=2").json
    assert [item["excerpt"] for item in first["items"]] == ["Oui 2", "Oui 1"]
    second = client.get(f"/api/v1/notifications?limit=2&cursor={first['next_cursor']}").json
    assert [item["excerpt"] for item in second["items"]] == ["Oui 0"]
    assert second["next_cursor"] is None
    read = client.put("/api/v1/notifications/read", json={"up_to_id": first["items"][1]["id"]})
    assert read.json == {"unread": 1}
    unread = client.get("/api/v1/notifications?unread=true").json["items"]
    assert [item["excerpt"] for item in unread] == ["Oui 2"]


def test_the_count_in_the_bar_costs_no_query(app: Flask, cast: dict[str, int], say: Say) -> None:
    client = factories.browser_of(app, cast["amelie"])
    client.get("/charter-or-nothing")
    asked: list[str] = []
    event.listen(db.db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert "data-unread-notifications" in client.get("/settings/skills").text
    assert [q for q in asked if "notification" in q.lower()] == []
    assert sum("inbox" in q.lower() for q in asked) == 1  # in the query of the session


def test_open_pages_hear_of_it_and_of_reading_in_another_tab(any_app: Flask) -> None:
    world = World(any_app)
    live.register()
    socket = Socket(world, "amelie")
    live.watch.look({world.ids["amelie"]})
    post = world.call("amelie", "POST", "/posts", body="Le plan").json["id"]
    world.call("karim", "POST", f"/posts/{post}/comments", body="Bravo")
    jobs.drain()
    live.watch.look({world.ids["amelie"]})
    (new,) = socket.heard("notification:new")
    assert new["counts"] == {"notifications": 1}
    listed = world.call("amelie", "GET", "/notifications").json["items"]
    assert [item["id"] for item in listed] == [new["id"]]
    world.call("amelie", "PUT", "/notifications/read", up_to_id=new["id"])
    assert [one["notifications"] for one in socket.heard("counts") if "notifications" in one][-1] == 0


def test_many_are_told_in_small_pieces_and_nobody_twice(any_app: Flask, monkeypatch: Any) -> None:
    world = World(any_app)
    monkeypatch.setattr(delivering, "BATCH", 2)
    session = db.begin_write()
    told = delivering.Told(
        "post:1", "group:1", 1, delivering.clock.now(), "everyone", None, world.ids["claire"]
    )
    delivering._begin(session, delivering.kinds()["announcement"], told)
    delivering._begin(session, delivering.kinds()["announcement"], told)
    db.commit()
    jobs.drain()
    session = db.db.session()
    query = select(Notification.person_id, func.count()).group_by(Notification.person_id)
    counts = dict(session.execute(query).all())
    employees = {i for name, i in world.ids.items() if name not in {"claire", "james"}}
    assert counts == dict.fromkeys(employees, 1)


def test_the_export_has_them_and_an_erasure_takes_them(app: Flask, cast: dict[str, int], say: Say) -> None:
    post = say("amelie", "Le plan")
    say("karim", "Bravo", under=post)
    (export,) = [e for e in app.extensions["rse_registry"].all("exports") if e.name == "notifications"]
    rows = list(export.rows(db.db.session(), cast["amelie"]))
    assert [row["kind"] for row in rows] == ["comment"]
    export.erase(db.begin_write(), cast["amelie"])
    db.commit()
    assert list(export.rows(db.db.session(), cast["amelie"])) == []
