"""Whoever says that they are away is shown so before somebody writes to them, and is not suggested meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from rse.core import db
from rse.core.i18n import use
from rse.core.model import encode_id
from rse.people import absence, exports
from rse.questions import queries as questions
from tests import factories

Browser = Callable[[str], factories.Client]


def _say(browser: factories.Client, first: int | None, last: int | None) -> int:
    now = absence.today()
    days = {"away_from": first, "away_until": last}
    sent = {name: (now + timedelta(days=n)).isoformat() for name, n in days.items() if n is not None}
    return int(browser.post("/settings/absence", data=sent).status_code)


def test_it_is_shown_where_one_is_about_to_write(browser_as: Browser, company: dict[str, int]) -> None:
    karim, sofia = browser_as("karim"), browser_as("sofia")
    profile = f"/people/{encode_id(company['karim'])}"
    places = {
        profile: "alert",
        "/people/mentions?q=karim": "Pas là jusqu’au",
        "/messages/people?q=karim": "Pas là jusqu’au",
    }
    begun = sofia.post("/messages/new", data={"member_ids": encode_id(company["karim"]), "body": "Bonjour"})
    places[begun.headers["Location"]] = "n’est pas là jusqu’au"
    places[profile] = "N’est pas là jusqu’au"
    assert not [path for path, words in places.items() if words in sofia.get(path).text]
    assert _say(karim, None, 3) == 303
    assert [path for path, words in places.items() if words in sofia.get(path).text] == list(places)
    assert karim.post("/settings/absence", data={}).status_code == 303
    assert not [path for path, words in places.items() if words in sofia.get(path).text]


@pytest.mark.parametrize(
    ("first", "last", "here"), [(0, 0, False), (1, 2, True), (-3, 1, False), (None, 9, False)]
)
def test_it_holds_on_its_days(
    browser_as: Browser, company: dict[str, int], first: int | None, last: int, here: bool
) -> None:
    assert _say(browser_as("karim"), first, last) == 303
    assert (company["karim"] not in absence.away(db.session(), [company["karim"]])) is here


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(1, None, "Dites jusqu’à quand"), (None, -1, "Ce jour est passé"), (3, 2, "avant le premier jour"),
     (None, 400, "Un an au plus")],
)  # fmt: skip
def test_days_that_cannot_be_are_refused_at_their_field(
    browser_as: Browser, company: dict[str, int], first: int | None, last: int | None, words: str
) -> None:
    karim, now = browser_as("karim"), absence.today()
    days = {"away_from": first, "away_until": last}
    sent = {name: (now + timedelta(days=n)).isoformat() for name, n in days.items() if n is not None}
    answer = karim.post("/settings/absence", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert absence.planned(db.session(), company["karim"]) is None
    assert karim.post("/settings/absence", data={"away_until": "demain"}).status_code == 422


def test_nobody_suggests_them_meanwhile(browser_as: Browser, company: dict[str, int]) -> None:
    asker = factories.viewer_of(company["sofia"])
    use("fr", "Europe/Paris")
    assert questions.askable(db.session(), asker, "everyone", [company["karim"]]) == [company["karim"]]
    _say(browser_as("karim"), None, 1)
    assert questions.askable(db.session(), asker, "everyone", [company["karim"]]) == []
    assert questions.standing(db.session(), [company["karim"]]) == {company["karim"]: (True, 0)}


def test_it_is_in_their_own_export(browser_as: Browser, company: dict[str, int]) -> None:
    _say(browser_as("karim"), None, 3)
    rows = {row["what"]: row for row in exports.rows(db.session(), company["karim"])}
    assert rows["profile"]["away_until"] == absence.today() + timedelta(days=3)
