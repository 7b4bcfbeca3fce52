"""Signing in through the real end points: who gets in, who does not, and where they go."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from rse.accounts.flow import safe_next
from rse.accounts.models import SignInRequest, SignInTicket
from rse.core import clock
from tests.accounts import idp
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]


def test_sign_in_makes_a_session_and_goes_where_one_wanted(door: Doors) -> None:
    here = door()
    browser = here.browser()
    answer = here.come_in(browser, "/people?q=a")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/people?q=a")
    cookies = "; ".join(answer.headers.getlist("Set-Cookie"))
    assert "rse_session=" in cookies
    assert "HttpOnly" in cookies
    assert "SameSite=Lax" in cookies
    (session,) = here.sessions()
    assert (session.idp, session.name_id, session.session_index) == (idp.ENTITY, "ada-7", "s1")
    assert browser.get("/settings/sessions").status_code == 200
    (noted,) = here.audit("signin")
    assert noted["first"] is True


def test_language_of_the_browser_is_kept_at_the_first_sign_in(door: Doors) -> None:
    here = door()
    browser = here.browser()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-GB,en;q=0.9"
    browser.get(here.come_in(browser).headers["Location"])
    assert '<html lang="en"' in browser.get("/", follow_redirects=True).text
    other = here.browser()
    other.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    here.come_in(other)
    assert '<html lang="en"' in other.get("/", follow_redirects=True).text, "what a person has is kept"


def test_cookie_is_bound_to_the_host_over_tls(door: Doors) -> None:
    here = door(base_url="https://rse.example")
    browser = here.browser()
    answer = browser.get("/saml/login", base_url="https://rse.example")
    assert "__Host-rse-signin=" in answer.headers["Set-Cookie"]
    assert "Secure" in answer.headers["Set-Cookie"]


def test_host_header_has_no_say(door: Doors) -> None:
    here = door()
    text = here.browser().get("/saml/metadata", headers={"Host": "evil.example"}).text
    assert "evil.example" not in text
    assert f'entityID="{idp.BASE}/saml/metadata"' in text


def test_answer_is_used_once(door: Doors) -> None:
    here = door()
    question = here.ask(here.browser())
    encoded = idp.signed(question.id)
    assert here.post(question, encoded).status_code == 303
    assert refusal_of(here, here.post(question, encoded)) == "used"


def test_assertion_is_used_once_even_for_another_request(door: Doors) -> None:
    here = door()
    first, second = here.ask(here.browser()), here.ask(here.browser())
    assert here.post(first, assertion_id="_same").status_code == 303
    assert refusal_of(here, here.post(second, assertion_id="_same")) == "replay"
    assert len(here.sessions()) == 0


def test_ticket_is_used_once(door: Doors) -> None:
    here = door()
    browser = here.browser()
    url = urlsplit(here.post(here.ask(browser)).headers["Location"])
    assert browser.get(f"{url.path}?{url.query}").status_code == 303
    assert refusal_of(here, browser.get(f"{url.path}?{url.query}")) == "used"


def test_ticket_belongs_to_the_browser_that_began(door: Doors) -> None:
    """Login CSRF: an attacker's answer, finished in the victim's browser, signs nobody in."""
    here = door()
    attacker, victim = here.browser(), here.browser()
    answer = here.post(here.ask(attacker))
    here.ask(victim)
    for browser in (victim, here.browser()):
        assert refusal_of(here, browser.get(answer.headers["Location"])) == "other_browser"
        assert browser.get_cookie("rse_session") is None
    assert attacker.get(answer.headers["Location"]).status_code == 303


def test_request_has_to_be_ours_and_fresh(door: Doors) -> None:
    here = door()
    question = here.ask(here.browser())
    assert refusal_of(here, here.post(question, response_to="_unknown")) == "in_response_to"
    assert refusal_of(here, here.post(question, response_to=None)) == "in_response_to"
    assert refusal_of(here, here.post(question, confirmation_to="_unknown")) == "subject_confirmation"
    late = datetime.now(UTC) - timedelta(seconds=1)
    here.write(lambda session: session.execute(update(SignInRequest).values(expires_at=late)))
    assert refusal_of(here, here.post(question)) == "expired"


@pytest.mark.parametrize("relay_state", ["", "wrong", "/people", None])
def test_relay_state_has_to_be_the_key_of_the_request(door: Doors, relay_state: str | None) -> None:
    here = door()
    question = here.ask(here.browser())
    assert refusal_of(here, here.post(question, relay_state=relay_state)) == "relay_state"


def test_ticket_ends_soon(door: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    here = door()
    browser = here.browser()
    answer = here.post(here.ask(browser))
    late = clock.now() - timedelta(seconds=1)
    here.write(lambda session: session.execute(update(SignInTicket).values(expires_at=late)))
    assert refusal_of(here, browser.get(answer.headers["Location"])) == "expired"


def test_provider_is_the_one_that_was_asked(door: Doors) -> None:
    here = door()
    question = here.ask(here.browser())
    here.write(lambda session: session.execute(update(SignInRequest).values(idp="https://other.example")))
    assert refusal_of(here, here.post(question)) == "issuer"


def test_cancelled_sign_in_is_told_kindly(door: Doors) -> None:
    here = door()
    answer = here.post(here.ask(here.browser()), status="Responder")
    assert refusal_of(here, answer) == "status"
    assert "a dit non" in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"SAMLResponse": ""},
        {"SAMLResponse": "%%%", "RelayState": "x"},
        {"SAMLResponse": "PGEvPg==", "RelayState": "x"},
        {"SAMLResponse": "PGE+", "RelayState": "\x00"},
        {"SAMLResponse": "A" * 500_000},
        {"SAMLResponse": idp.encode(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')},
    ],
)
def test_malformed_answer_is_refused_and_never_a_crash(door: Doors, form: dict[str, str]) -> None:
    here = door()
    assert refusal_of(here, here.browser().post("/saml/acs", data=form))


def test_malformed_ticket_is_refused(door: Doors) -> None:
    here = door()
    for ticket in ("", "x", "é" * 40, "\x00"):
        answer = here.browser().get("/saml/finish", query_string={"ticket": ticket})
        assert refusal_of(here, answer) == "used"


def test_new_session_at_each_sign_in(door: Doors) -> None:
    here = door()
    browser = here.browser()
    here.come_in(browser)
    (first,) = here.sessions()
    browser.get("/saml/login")  # signed in already: nothing to ask
    other = here.browser()
    here.come_in(other)
    assert [one.id for one in here.sessions()][:1] == [first.id]
    assert len(here.sessions()) == 2


def test_session_ends_when_the_provider_says(door: Doors) -> None:
    here = door()
    here.come_in(session_until=idp.at(3600))
    (session,) = here.sessions()
    assert session.expires_at < datetime.now(UTC) + timedelta(hours=2)


def test_signed_in_people_are_not_asked_again(door: Doors) -> None:
    here = door()
    browser = here.browser()
    here.come_in(browser)
    assert browser.get("/signin?next=/people").headers["Location"] == "/people"
    assert browser.get("/saml/login?next=/people").headers["Location"] == "/people"


@pytest.mark.parametrize("path", ["/", "/people", "/people?q=a%20b&x=1#y", "/p/été", "/a//b"])
def test_next_may_be_a_path_of_ours(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "//evil.example", "/\\evil.example", "\\/evil.example", "\t//evil.example", "/\t/evil.example",
        "\n//evil.example", "https://evil.example", "http:evil.example", "user@host", "javascript:alert(1)",
        "evil.example/", "/a\\b", "/a b", "/a\x00", "///evil.example", "/\u2028", "/" + "a" * 3000,
        "/saml/login", "/signin", "/logout", " /people", "//[",
    ],
)  # fmt: skip
def test_next_is_nothing_else(door: Doors, path: str | None) -> None:
    assert safe_next(path) == "/"


def test_next_is_checked_at_the_end_points(door: Doors) -> None:
    here = door()
    browser = here.browser()
    assert here.come_in(browser, "//evil.example").headers["Location"] == "/"
    assert browser.get("/signin?next=//evil.example").headers["Location"] == "/"


def test_sign_in_page_has_one_button(door: Doors) -> None:
    text = door(saml_idp_name="Example & Co").browser().get("/signin?next=/people").text
    assert text.count('href="/saml/login') == 1
    assert "next=/people" in text
    assert "Se connecter avec Example &amp; Co" in text


def test_language_is_chosen_before_signing_in(door: Doors) -> None:
    browser = door().browser()
    answer = browser.post("/language", data={"lang": "en", "next": "/people"})
    assert answer.headers["Location"] == "/signin?next=/people"
    text = browser.get("/signin").text
    assert "Sign in with your work account" in text
    assert '<html lang="en"' in text
    assert browser.post("/language", data={"lang": "xx"}).status_code == 400


def test_sign_in_page_without_provider_says_so(door: Doors) -> None:
    assert "RSE_SAML_METADATA" in door(saml_metadata="").browser().get("/signin").text
    here = door(saml_metadata="/nowhere/idp.xml")
    assert "ne répond pas" in here.browser().get("/signin").text
    assert here.browser().get("/saml/login").headers["Location"].startswith("/signin")


def test_rate_limit_holds_the_door(door: Doors) -> None:
    here = door(rate_limits=True)
    browser: Any = here.browser()
    answers = [browser.post("/saml/acs", data={}).status_code for _ in range(245)]
    assert answers[0] == 403
    assert answers[-1] == 429


@pytest.mark.postgres
def test_sign_in_on_postgresql(door: Doors, postgres_url: str) -> None:
    here = door(database_url=postgres_url)
    browser = here.browser()
    question = here.ask(browser)
    assert here.post(question, assertion_id="_same").status_code == 303
    assert refusal_of(here, here.post(here.ask(browser), assertion_id="_same")) == "replay"
    assert here.come_in(browser, "/people").headers["Location"] == "/people"
    assert browser.get("/settings/sessions").status_code == 200
    assert browser.post("/logout").status_code == 200
    assert here.sessions() == []
