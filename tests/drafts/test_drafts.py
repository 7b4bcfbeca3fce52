"""Drafts on the server: one for each place, on every device, for their writer alone; and publishing later."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from rse.accounts.models import Person
from rse.administration import tasks as administration
from rse.core import clock, db, jobs
from rse.drafts import tasks
from rse.drafts.models import Draft
from tests import factories
from tests.feed.conftest import browse, make_group, no_cached_cards, people

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]
TEXT = "Le texte que je garde"


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def keep(browser: Any, place: str = "", **fields: Any) -> int:
    return int(browser.post(f"/drafts/here?place={place}", data={"kind": "message", **fields}).status_code)


def aside(browser: Any, **fields: Any) -> str:
    answer = browser.post("/drafts", data={"kind": "message", "body": TEXT} | fields)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def at(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    moment = datetime.now(UTC) + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: moment)
    tasks.publish_due()
    jobs.drain()


def schedule(browser: Any, where: str, hours: float = 2, **fields: Any) -> Any:
    sent = {"kind": "message", "body": TEXT, "do": "schedule", "publish_at": at(hours)}
    return browser.post(where, data=sent | fields)


def kinds(browser: Any) -> list[str]:
    return [one["kind"] for one in browser.get("/api/v1/notifications").json["items"]]


def test_a_draft_is_found_again_on_another_device(
    browse: Browse, any_app: Any, people: dict[str, int]
) -> None:
    amelie, other = browse("amelie"), factories.browser_of(any_app, people["amelie"])
    assert keep(amelie, body=TEXT, title="Titre") == 204
    assert keep(amelie, "projet", body="pour le projet") == 204
    found = other.get("/drafts/here?place=").json
    assert found["fields"] == {"kind": "message", "body": TEXT, "title": "Titre"}
    assert "Titre" in other.get("/drafts").text
    assert keep(other, body="") == 204
    assert amelie.get("/drafts/here?place=").status_code == 204
    assert amelie.get("/drafts/here?place=projet").json["fields"]["body"] == "pour le projet"


def test_nobody_else_reads_or_changes_it(browse: Browse) -> None:
    where = aside(browse("amelie"))
    assert TEXT not in browse("karim").get("/drafts").text
    for method, path in (("get", where), ("post", where), ("post", f"{where}/delete")):
        assert getattr(browse("karim"), method)(path).status_code == 404
    assert TEXT in browse("amelie").get(where).text


def test_publishing_from_the_composer_forgets_its_draft(browse: Browse) -> None:
    amelie = browse("amelie")
    keep(amelie, body=TEXT)
    keep(amelie, "projet", body="autre chose")
    assert amelie.post("/posts", data={"kind": "message", "body": TEXT}).status_code == 303
    assert amelie.get("/drafts/here?place=").status_code == 204
    assert amelie.get("/drafts/here?place=projet").status_code == 200


def test_a_draft_is_changed_published_and_deleted_without_javascript(browse: Browse) -> None:
    amelie = browse("amelie")
    where = aside(amelie)
    assert amelie.post(where, data={"kind": "message", "body": "Mieux dit", "do": "save"}).status_code == 303
    assert "Mieux dit" in amelie.get(where).text
    assert amelie.post(where, data={"kind": "poll", "body": "Quand ?", "do": "publish"}).status_code == 422
    sent = {"kind": "poll", "body": "Quand ?", "options": ["Lundi", "Mardi"], "do": "publish"}
    made = amelie.post(where, data=sent)
    assert made.status_code == 303
    assert "Lundi" in browse("karim").get(made.headers["Location"]).text
    assert amelie.get(where).status_code == 404
    second = aside(amelie)
    assert amelie.post(f"{second}/delete").status_code == 303
    assert amelie.get(second).status_code == 404


def test_a_scheduled_post_is_its_writers_alone_until_its_time(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = aside(browse("amelie"))
    assert schedule(browse("amelie"), where, body=f"{TEXT} @karim.benali").status_code == 303
    tasks.publish_due()
    assert TEXT not in browse("karim").get("/").text
    later(monkeypatch, 3)
    assert TEXT in browse("karim").get("/").text
    assert kinds(browse("karim")) == ["mention"]
    assert browse("amelie").get(where).status_code == 404
    tasks.publish_due()
    assert browse("karim").get("/api/v1/feed").text.count(TEXT) == 2  # body and its HTML, once each


def test_a_time_that_is_past_or_too_far_is_refused(browse: Browse) -> None:
    where = aside(browse("amelie"))
    for sent in ({"hours": -1}, {"hours": 24 * 400}, {"publish_at": ""}, {"publish_at": "demain"}):
        answer = schedule(browse("amelie"), where, **sent)
        assert answer.status_code == 422
        assert 'id="publish-at-error"' in answer.text


def test_rights_are_looked_at_again_at_that_time(
    browse: Browse, make_group: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_group("Cercle", "karim", "amelie", visibility="closed")
    where = aside(browse("amelie"), group=slug)
    assert schedule(browse("amelie"), where, group=slug).status_code == 303
    assert browse("amelie").delete(f"/api/v1/groups/{slug}/membership").status_code == 204
    later(monkeypatch, 3)
    assert TEXT not in browse("karim").get(f"/api/v1/groups/{slug}/posts").text
    assert kinds(browse("amelie")) == ["unpublished"]
    assert "N’a pas pu être publié" in browse("amelie").get("/drafts").text


def test_a_mention_that_would_not_be_seen_is_said_to_the_writer(
    browse: Browse, make_group: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_group("Cercle", "amelie", "karim", visibility="closed")
    where = aside(browse("amelie"))
    body = f"{TEXT} @sofia.marchetti"
    schedule(browse("amelie"), where, group=slug, body=body)
    later(monkeypatch, 3)
    assert "Sofia Marchetti" in browse("amelie").get(where).text
    assert TEXT not in browse("karim").get("/").text


def test_what_is_scheduled_can_be_taken_back(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    where = aside(browse("amelie"))
    schedule(browse("amelie"), where)
    sent = {"kind": "message", "body": TEXT, "do": "unschedule"}
    assert browse("amelie").post(where, data=sent).status_code == 303
    later(monkeypatch, 3)
    assert TEXT not in browse("karim").get("/").text
    assert TEXT in browse("amelie").get(where).text


def test_nothing_is_said_in_the_name_of_who_has_left(
    browse: Browse, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = aside(browse("amelie"))
    schedule(browse("amelie"), where)
    session = db.begin_write()
    session.get_one(Person, people["amelie"]).status = "deactivated"
    db.commit()
    later(monkeypatch, 3)
    assert TEXT not in browse("karim").get("/").text
    assert db.session().query(Draft).count() == 0


def test_an_idea_without_a_name_is_never_kept_with_one(browse: Browse) -> None:
    amelie = browse("amelie")
    keep(amelie, body=TEXT, kind="idea")
    assert keep(amelie, body=TEXT, kind="idea", anonymous="true") == 204
    assert amelie.get("/drafts/here?place=").status_code == 204
    amelie.post("/drafts", data={"kind": "idea", "body": TEXT, "anonymous": "true"})
    assert db.session().query(Draft).count() == 0
    db.rollback()


def picture(browser: Any, name: str = "plan.png") -> str:
    image = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(image, "PNG")
    sent = {"file": (io.BytesIO(image.getvalue()), name)}
    answer = browser.post("/api/v1/files", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def shown_files(browser: Any) -> list[dict[str, Any]]:
    return list(browser.get("/api/v1/feed").json["items"][0]["attachments"])


def test_a_scheduled_post_has_its_files_and_what_is_said_of_them(
    browse: Browse, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    file_id = picture(amelie)
    where = aside(amelie, attachments=file_id, **{f"alt-{file_id}": "Le plan de l’atelier"})
    page = amelie.get(where).text
    assert "plan.png" in page
    assert "Le plan de l’atelier" in page
    assert karim.get(f"/api/v1/files/{file_id}").status_code == 404
    schedule(amelie, where, attachments=file_id)
    later(monkeypatch, 3)
    [shown] = shown_files(karim)
    assert shown["id"] == file_id
    assert shown["alt"] == "Le plan de l’atelier"
    assert karim.get(f"/api/v1/files/{file_id}").status_code == 200


def test_a_draft_takes_files_without_a_script(browse: Browse, people: dict[str, int]) -> None:
    amelie = browse("amelie")
    where = aside(amelie)
    note = (io.BytesIO(b"Ordre du jour"), "note.txt")
    sent = {"kind": "message", "body": TEXT, "do": "save", "files": note}
    assert amelie.post(where, data=sent, content_type="multipart/form-data").status_code == 303
    assert "note.txt" in amelie.get(where).text
    held = db.session().query(Draft).one().fields["attachments"]
    db.rollback()
    sent = {"kind": "message", "body": TEXT, "do": "publish", "attachments": held}
    assert amelie.post(where, data=sent).status_code == 303
    assert [one["name"] for one in shown_files(browse("karim"))] == ["note.txt"]


def test_the_night_leaves_files_that_a_draft_names(
    browse: Browse, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    amelie = browse("amelie")
    kept, forgotten = picture(amelie), picture(amelie, "autre.png")
    where = aside(amelie, attachments=kept)
    moment = datetime.now(UTC) + timedelta(days=3)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        administration.remove_old()
        jobs.drain()
    assert amelie.get(f"/api/v1/files/{kept}").status_code == 200
    assert amelie.get(f"/api/v1/files/{forgotten}").status_code == 404
    assert amelie.post(f"{where}/delete").status_code == 303
