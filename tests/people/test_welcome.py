"""At the first sign-in a person is led through three steps, each of which can be skipped; never again."""

from collections.abc import Callable

from rse.accounts.events import SignedIn
from rse.core import db
from rse.core.events import emit
from tests import factories

Browser = Callable[[str], factories.Client]
HTML = {"Accept": "text/html"}


def arrive(person_id: int, *, first: bool) -> None:
    emit(db.begin_write(), SignedIn(person_id, first, {}))
    db.commit()


def test_the_first_page_leads_there_once(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    browser = browser_as("karim")
    assert browser.get("/people", headers=HTML).location == "/welcome"
    assert browser.get("/people", headers=HTML).status_code == 200, "who goes elsewhere is left alone"


def test_steps_follow_and_end(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    browser = browser_as("karim")
    assert "Étape 1 sur 3" in browser.get("/welcome").text
    browser.post("/welcome", data={"step": "1"})
    assert "Étape 2 sur 3" in browser.get("/welcome").text
    browser.post("/settings/skills?then=welcome", data={"label": "Soudage", "level": "3"})
    assert "1 compétence pour l’instant" in browser.get("/welcome").text
    browser.post("/welcome", data={"step": "2"})
    assert "Étape 3 sur 3" in browser.get("/welcome").text
    assert browser.post("/welcome", data={"step": "3"}).location == "/"
    assert browser.get("/welcome").location == "/settings/profile"


def test_what_was_begun_on_a_step_is_kept_by_going_on(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    browser = browser_as("karim")
    browser.post("/settings/preferences?then=next", data={"language": "en"})
    assert "Step 2 of 3" in browser.get("/welcome").text
    browser.post("/settings/skills?then=next", data={"label": "Soudage", "level": "3"})
    assert "Step 3 of 3" in browser.get("/welcome").text
    assert "Soudage" in browser.get("/settings/skills").text
    browser.post("/welcome", data={"step": "1"})
    browser.post("/settings/skills?then=next", data={"label": " ", "level": "2"})
    assert "Step 3 of 3" in browser.get("/welcome").text


def test_it_can_be_skipped(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    browser = browser_as("karim")
    browser.get("/people?site=Lyon", headers=HTML)
    left = browser.post("/welcome", data={"step": "1", "skip": "1"})
    assert left.location == "/people?site=Lyon", "they go on to where they were going"
    assert browser_as("karim").get("/people", headers=HTML).status_code == 200


def test_a_later_sign_in_is_left_alone(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    arrive(cast["karim"], first=False)
    assert browser_as("karim").get("/people", headers=HTML).status_code == 200


def test_programs_and_fragments_are_never_led(browser_as: Browser, cast: dict[str, int]) -> None:
    arrive(cast["karim"], first=True)
    browser = browser_as("karim")
    assert browser.get("/api/v1/people").status_code == 200
    assert browser.get("/people", headers={**HTML, "HX-Request": "true"}).status_code == 200
