"""Polls: by name or secret, one choice or several, by pages, by forms and by calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rse.core import clock, db
from rse.feed import cards
from rse.polls.models import Ballot, Poll, Voted

Browse = Callable[[str], Any]
OPTIONS = ["Lundi", "Mardi", "Jeudi"]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cards.cache.clear()


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def ask(browser: Any, **values: Any) -> str:
    sent = {"kind": "poll", "body": "Quel jour pour la démo ?", "options": OPTIONS} | values
    answer = browser.post("/api/v1/posts", json=sent)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    key: str = answer.get_json()["id"]
    return key


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    moment = datetime.now(UTC) + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_poll_by_name_counts_changes_and_gives_back(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = ask(amelie, results="before")
    path = f"/api/v1/posts/{key}/ballot"
    assert karim.put(path, json={"choices": [1]}).get_json()["poll"]["counts"] == [0, 1, 0]
    poll = karim.put(path, json={"choices": [2]}).get_json()["poll"]
    assert (poll["counts"], poll["voters"], poll["mine"], poll["voted"]) == ([0, 0, 1], 1, [2], True)
    assert amelie.get(f"/api/v1/posts/{key}").get_json()["poll"]["mine"] == []
    assert karim.delete(path).status_code == 204
    assert amelie.get(f"/api/v1/posts/{key}").get_json()["poll"]["counts"] == [0, 0, 0]


def test_results_come_after_the_end(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = ask(amelie, multiple=True)
    poll = karim.put(f"/api/v1/posts/{key}/ballot", json={"choices": [0, 2]}).get_json()["poll"]
    assert (poll["counts"], poll["open"]) == (None, True)
    assert karim.post(f"/posts/{key}/poll/close").status_code == 403
    assert amelie.post(f"/posts/{key}/poll/close").status_code == 303
    poll = karim.get(f"/api/v1/posts/{key}").get_json()["poll"]
    assert (poll["counts"], poll["open"]) == ([1, 0, 1], False)
    assert karim.put(f"/api/v1/posts/{key}/ballot", json={"choices": [1]}).status_code == 403
    assert "Fermé" in karim.get(f"/posts/{key}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"options": ["seul"]}, "options"),
        ({"options": ["Oui", "oui"]}, "options"),
        ({"options": [str(n) for n in range(11)]}, "options"),
        ({"anonymous": True}, "closes_on"),
        ({"closes_on": "2020-01-01"}, "closes_on"),
        ({"recipients": ["x"]}, "recipients"),
    ],
)
def test_a_wrong_poll_is_refused_with_its_field(browser_as: Browse, sent: dict[str, Any], field: str) -> None:
    values = {"kind": "poll", "body": "Oui ?", "options": OPTIONS} | sent
    answer = browser_as("amelie").post("/api/v1/posts", json=values)
    assert answer.status_code == 422
    assert any(name.startswith(field) for name in answer.get_json()["errors"])
    assert browser_as("amelie").get("/api/v1/feed").get_json()["items"] == []


@pytest.mark.parametrize("choices", [[], [3], [-1], [0, 1], ["x"]])
def test_a_wrong_ballot_changes_nothing(browser_as: Browse, choices: list[Any]) -> None:
    key = ask(browser_as("amelie"), results="before")
    answer = browser_as("karim").put(f"/api/v1/posts/{key}/ballot", json={"choices": choices})
    assert answer.status_code == 422
    poll = browser_as("amelie").get(f"/api/v1/posts/{key}").get_json()["poll"]
    assert (poll["counts"], poll["voters"]) == ([0, 0, 0], 0)


def test_it_works_without_javascript(browser_as: Browse) -> None:
    """The kind is chosen, its fields come with what was written, then the poll is there; a vote is a form."""
    amelie = browser_as("amelie")
    asked = amelie.post("/posts", data={"kind": "poll", "body": "Quel jour ?"})
    page = asked.get_data(as_text=True)
    assert (asked.status_code, 'name="options"' in page, "Quel jour ?" in page) == (422, True, True)
    assert 'name="options"' in amelie.get("/posts/kind?kind=poll").get_data(as_text=True)
    form = {"kind": "poll", "body": "Quel jour ?", "options": ["Lundi", "", "Mardi"], "multiple": "true"}
    made = amelie.post("/posts", data=form)
    assert made.status_code == 303
    where = made.headers["Location"]
    karim = browser_as("karim")
    assert "Mardi" in karim.get("/").get_data(as_text=True)
    assert karim.post(f"{where}/ballot", data={"choices": ["0", "1"]}).status_code == 303
    assert "Changer mon vote" in karim.get(where).get_data(as_text=True)
    fragment = karim.post(f"{where}/ballot", data={"choices": "1"}, headers={"HX-Request": "true"})
    assert fragment.get_data(as_text=True).lstrip().startswith('<article class="card post"')
    htmx = {"HX-Request": "true"}
    again = amelie.post("/posts", data=form, headers=htmx).get_data(as_text=True)
    assert '<div id="kind-part" class="kind-part" hx-swap-oob="true"></div>' in again
    other = {"kind": "message", "body": "autre chose", "options": ["Lundi"]}
    assert amelie.post("/posts", data=other).status_code == 303, "fields of another kind are left out"


def test_who_may_not_read_the_post_may_not_vote(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    slug = amelie.post("/api/v1/groups", json={"name": "Fermé", "visibility": "closed"}).get_json()["slug"]
    key = ask(amelie, group=slug)
    karim = browser_as("karim")
    assert karim.put(f"/api/v1/posts/{key}/ballot", json={"choices": [0]}).status_code == 404
    assert karim.post(f"/posts/{key}/ballot", data={"choices": "0"}).status_code == 404
    assert karim.post(f"/posts/{key}/poll/close").status_code == 404
    plain = amelie.post("/api/v1/posts", json={"body": "un message"}).get_json()["id"]
    assert karim.put(f"/api/v1/posts/{plain}/ballot", json={"choices": [0]}).status_code == 404


def test_a_secret_ballot_stands_and_stays_hidden_below_the_floor(
    browser_as: Browse, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ask(browser_as("amelie"), anonymous=True, closes_on=day(2), results="before")
    path = f"/api/v1/posts/{key}/ballot"
    karim = browser_as("karim")
    poll = karim.put(path, json={"choices": [1]}).get_json()["poll"]
    assert (poll["counts"], poll["voters"], poll["mine"], poll["voted"]) == (None, None, None, True)
    assert karim.put(path, json={"choices": [0]}).status_code == 403
    assert karim.delete(path).status_code == 403
    later(monkeypatch, 4)
    poll = browser_as("sofia").get(f"/api/v1/posts/{key}").get_json()["poll"]
    assert (poll["open"], poll["counts"]) == (False, None)
    assert "le résultat reste caché" in browser_as("sofia").get(f"/posts/{key}").get_data(as_text=True)
    app.extensions["rse_settings"].floor = 1
    assert browser_as("sofia").get(f"/api/v1/posts/{key}").get_json()["poll"]["counts"] == [0, 1, 0]


def test_an_erased_person_takes_ballots_by_name_along(
    app: Any, cast: dict[str, int], browser_as: Browse
) -> None:
    named = ask(browser_as("amelie"), results="before")
    secret = ask(browser_as("amelie"), anonymous=True, closes_on=day(2))
    for key in (named, secret):
        browser_as("karim").put(f"/api/v1/posts/{key}/ballot", json={"choices": [1]})
    export = next(e for e in app.extensions["rse_registry"].all("exports") if e.name == "polls")
    session = db.begin_write()
    told = list(export.rows(session, cast["karim"]))
    assert [row["what"] for row in told] == ["ballot", "voted secretly"]
    assert set(told[1]) == {"what", "on"}, "no choice, no time"
    export.erase(session, cast["karim"])
    db.commit()
    assert db.db.session().query(Ballot).count() == db.db.session().query(Voted).count() == 0
    by_kind = {poll.secret: (poll.counts, poll.voters) for poll in db.db.session().query(Poll)}
    assert by_kind == {False: ([0, 0, 0], 0), True: ([0, 1, 0], 1)}


def test_options_are_found_by_the_search(app: Any, browser_as: Browse) -> None:
    ask(browser_as("amelie"), options=["Chartreuse", "Vercors"])
    source = next(s for s in app.extensions["rse_registry"].all("index") if s.kind == "post")
    session = db.db.session()
    assert "Chartreuse" in next(iter(source.load(session, source.ids(session, 0, 10)))).body


def test_a_page_of_polls_costs_one_query_more(app: Any, browser_as: Browse) -> None:
    from bench.feed import queries

    amelie, karim = browser_as("amelie"), browser_as("karim")
    amelie.post("/api/v1/posts", json={"body": "un message"})
    karim.get("/")
    before = queries(app, lambda: karim.get("/"))
    for _ in range(3):
        ask(amelie)
    karim.get("/")
    assert queries(app, lambda: karim.get("/")) == before + 1
