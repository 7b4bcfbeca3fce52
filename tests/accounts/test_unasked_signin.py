"""A sign-in that the identity provider begins: off by default; where it is on, nobody is in before they say so."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from rse.accounts.models import Person, Session
from tests.accounts import idp
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
SECOND = "https://second.example/metadata"
UNASKED: dict[str, Any] = {"sender": SECOND, "pair": "second", "response_to": None, "confirmation_to": None}


def post(here: Door, **knobs: Any) -> Any:
    encoded = idp.signed(None, **(UNASKED | knobs))
    return here.browser().post(
        "/saml/acs", data={"SAMLResponse": encoded, "RelayState": "https://evil.example"}
    )


def ask_page(here: Door, browser: Any) -> Any:
    address = post(here).headers["Location"]
    return browser.get(address)


def fields(page: Any) -> dict[str, str]:
    parts = (part.split('"')[0] for part in page.text.split('name="token" value="')[1:])
    return {"token": next(parts), "seal": page.text.split('name="seal" value="')[1].split('"')[0]}


def test_is_refused_unless_it_is_switched_on(door: Doors) -> None:
    here = door()
    here.connect(SECOND)
    assert refusal_of(here, post(here)) == "in_response_to"
    own = {"sender": idp.ENTITY, "pair": "idp"}
    assert refusal_of(here, post(here, **own)) == "in_response_to"


def test_asks_first_and_signs_in_by_a_post(door: Doors) -> None:
    here = door()
    here.connect(SECOND, options={"idp_initiated": True})
    browser = here.browser()
    page = ask_page(here, browser)
    assert "ada@example.org" in page.text
    assert here.rows(select(Person)) == []
    assert here.rows(select(Session)) == []
    answer = browser.post("/saml/continue", data=fields(page))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert len(here.sessions()) == 1
    assert here.person().idp == SECOND
    assert browser.post("/saml/continue", data=fields(page)).status_code == 403
    assert len(here.sessions()) == 1


def test_other_browser_cannot_be_made_to_continue(door: Doors) -> None:
    here = door()
    here.connect(SECOND, options={"idp_initiated": True})
    attacker, victim = here.browser(), here.browser()
    page = ask_page(here, attacker)
    assert refusal_of(here, victim.post("/saml/continue", data=fields(page))) == "other_browser"
    victim.get("/saml/login?idp=environment")  # it has a cookie of its own now
    assert refusal_of(here, victim.post("/saml/continue", data=fields(page))) == "other_browser"
    assert here.rows(select(Session)) == []


def test_same_assertion_and_ticket_count_once(door: Doors) -> None:
    here = door()
    here.connect(SECOND, options={"idp_initiated": True})
    assert post(here, assertion_id="_once").status_code == 303
    assert refusal_of(here, post(here, assertion_id="_once")) == "replay"


def test_ticket_of_an_unasked_answer_is_no_ticket_of_a_question(door: Doors) -> None:
    here = door()
    here.connect(SECOND, options={"idp_initiated": True})
    ticket = urlsplit(post(here).headers["Location"]).query
    assert refusal_of(here, here.browser().get(f"/saml/finish?{ticket}")) == "used"


def test_answer_that_only_half_answers_nothing_is_refused(door: Doors) -> None:
    here = door()
    here.connect(SECOND, options={"idp_initiated": True})
    assert refusal_of(here, post(here, confirmation_to="_some")) == "in_response_to"
    assert refusal_of(here, post(here, pair="other")) == "signature"
    assert refusal_of(here, post(here, until=idp.at(-3600))) == "expired"
