"""Announcements: who may, "read and understood", on top until a day."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rse.announcements import queries
from rse.announcements.models import Acknowledgement
from rse.core import db
from rse.feed import cards

Browse = Callable[[str], Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()


def announce(browser: Any, **values: Any) -> Any:
    sent = {"kind": "announcement", "body": "Fermeture à Noël"} | values
    return browser.post("/api/v1/posts", json=sent)


def test_those_who_may_announce(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    assert announce(amelie).status_code == 403
    assert announce(browser_as("claire")).status_code == 201
    slug = amelie.post("/api/v1/groups", json={"name": "Atelier", "visibility": "open"}).get_json()["slug"]
    assert announce(amelie, group=slug).status_code == 201
    assert announce(browser_as("claire"), group=slug).status_code == 403
    assert 'value="announcement"' in browser_as("claire").get("/").get_data(as_text=True)
    assert 'value="announcement"' not in browser_as("sofia").get("/").get_data(as_text=True)


def test_read_and_understood_with_the_list_for_the_sender(browser_as: Browse) -> None:
    claire, karim = browser_as("claire"), browser_as("karim")
    key = announce(claire, acknowledge=True).get_json()["id"]
    assert karim.put(f"/api/v1/posts/{key}/acknowledgement").status_code == 204
    assert karim.post(f"/posts/{key}/acknowledge").status_code == 303
    seen = karim.get(f"/api/v1/posts/{key}").get_json()["announcement"]
    assert seen["acknowledged_at"]
    assert seen["acknowledged"] is None
    assert claire.get(f"/api/v1/posts/{key}").get_json()["announcement"]["acknowledged"] == 1
    listed = claire.get(f"/posts/{key}/acknowledgements").get_data(as_text=True)
    assert "Karim Benali" in listed
    assert "Sofia" not in listed
    assert karim.get(f"/posts/{key}/acknowledgements").status_code == 404
    silent = announce(claire).get_json()["id"]
    assert karim.put(f"/api/v1/posts/{silent}/acknowledgement").status_code == 403
    assert browser_as("james").put(f"/api/v1/posts/{key}/acknowledgement").status_code == 404


def test_the_sender_sees_who_has_not_answered_and_is_not_asked(
    browser_as: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    claire = browser_as("claire")
    key = announce(claire, acknowledge=True).get_json()["id"]
    asked = f"/posts/{key}/acknowledge"
    assert f'action="{asked}"' not in claire.get(f"/posts/{key}").text
    assert f'action="{asked}"' in browser_as("karim").get(f"/posts/{key}").text
    browser_as("karim").post(asked)
    page = claire.get(f"/posts/{key}/acknowledgements?state=waiting").text
    assert "C’est fait pour 1, pas encore pour 4." in page
    assert "Sofia Marchetti" in page
    assert not {"Karim Benali", "James"} & set(re.findall(r"Karim Benali|James", page))
    assert browser_as("karim").get(f"/posts/{key}/acknowledgements?state=waiting").status_code == 404
    monkeypatch.setattr(queries, "LISTED", 2)
    seen, path = list[str](), f"/posts/{key}/acknowledgements?state=waiting"
    while path:
        text = claire.get(path).text
        seen += re.findall(
            r"Amélie Rousseau|Inès Lambert|Sofia Marchetti|Thomas Nguyen",
            re.sub("<.*?>", "|", text.partition("</h1>")[2].partition("</main>")[0]),
        )
        more = re.search(r'class="more".*?href="([^"]+)"', text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == ["Inès Lambert", "Sofia Marchetti", "Thomas Nguyen", "Amélie Rousseau"]


def test_it_stays_on_top_until_its_day(browser_as: Browse) -> None:
    claire = browser_as("claire")
    today = datetime.now(UTC).date()
    past = announce(claire, pinned_until=(today - timedelta(days=3)).isoformat())
    assert past.status_code == 422
    until = (today + timedelta(days=3)).isoformat()
    key = announce(claire, pinned_until=until, title="Noël").get_json()["id"]
    beside = "/home/beside"
    assert "En tête" in browser_as("karim").get(beside).get_data(as_text=True)
    assert "En tête" not in browser_as("james").get(beside).get_data(as_text=True)
    assert browser_as("karim").post(f"/posts/{key}/unpin").status_code == 403
    assert claire.post(f"/posts/{key}/unpin").status_code == 303
    assert "En tête" not in browser_as("karim").get(beside).get_data(as_text=True)


def test_an_erased_person_is_off_the_list(app: Any, cast: dict[str, int], browser_as: Browse) -> None:
    key = announce(browser_as("claire"), acknowledge=True).get_json()["id"]
    browser_as("karim").put(f"/api/v1/posts/{key}/acknowledgement")
    export = next(e for e in app.extensions["rse_registry"].all("exports") if e.name == "announcements")
    session = db.begin_write()
    assert [row["what"] for row in export.rows(session, cast["karim"])] == ["acknowledged"]
    export.erase(session, cast["karim"])
    db.commit()
    assert db.db.session().query(Acknowledgement).count() == 0
