"""Signing out ends this session at once, and only this one; the identity provider ends those it names."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from rse.accounts import saml_messages
from rse.accounts.saml_messages import NameId
from tests.accounts import idp
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
SLS = f"{idp.BASE}/saml/sls"


def asked_to_end(name_id: str = "ada-7", index: str | None = "s1", pair: Any = "idp", **knobs: Any) -> str:
    """Give the query string of a logout request as the identity provider sends it."""
    message = saml_messages.logout_request(
        knobs.get("issuer", idp.ENTITY),
        knobs.get("destination", SLS),
        NameId(name_id, None, index),
        datetime.now(UTC),
    )
    key = idp.keys(pair).key if pair else None
    return urlsplit(saml_messages.redirect_url(SLS, "SAMLRequest", message, "theirs", key)).query


def visit(browser: Any, query: str) -> Any:
    """Send the query as it is: the test client would write the same address in another way."""
    return browser.get("/saml/sls", query_string=query)


def test_sign_out_ends_this_session_and_goes_on_to_the_provider(door: Doors) -> None:
    here = door()
    mine, other = here.browser(), here.browser()
    here.come_in(mine)
    here.come_in(other)
    answer = mine.post("/logout")
    assert answer.status_code == 200
    assert mine.get_cookie("rse_session") is None
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert len(here.sessions()) == 1
    assert other.get("/settings/sessions").status_code == 200
    onward = unescape(answer.text.split('content="0; url=')[1].split('"')[0])
    query = urlsplit(onward).query
    saml_messages.check_redirect_signature(query, "SAMLRequest", (idp.keys("sp").certificate_body,))
    root = saml_messages.read_redirect(query, "SAMLRequest")
    asked = saml_messages.read_logout_request(
        root, f"{idp.BASE}/saml/metadata", "https://idp.example/slo", datetime.now(UTC)
    )
    assert (asked.name_id.value, asked.session_indexes) == ("ada-7", ("s1",))
    assert len(here.audit("signout")) == 1


def test_sign_out_needs_the_session_s_own_token(door: Doors) -> None:
    here = door()
    browser = here.browser()
    here.come_in(browser)
    assert browser.post("/logout", csrf=False).status_code == 403
    assert browser.get("/logout").status_code == 405
    assert len(here.sessions()) == 1


def test_sign_out_without_a_session_is_no_error(door: Doors) -> None:
    answer = door().browser().post("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin?out=1")


def test_provider_ends_the_sessions_that_it_names_only(door: Doors) -> None:
    here = door()
    here.come_in(session_index="s1")
    here.come_in(session_index="s2")
    here.come_in(name_id="bob", session_index="s1", attributes={"mail": ["bob@example.org"]})
    visitor = here.browser()
    answer = visit(visitor, asked_to_end())
    assert answer.status_code == 303
    assert [(one.name_id, one.session_index) for one in here.sessions()] == [("ada-7", "s2"), ("bob", "s1")]
    url = urlsplit(answer.headers["Location"])
    assert url.netloc == "idp.example"
    saml_messages.check_redirect_signature(url.query, "SAMLResponse", (idp.keys("sp").certificate_body,))
    assert visit(visitor, asked_to_end(index=None)).status_code == 303
    assert [one.name_id for one in here.sessions()] == ["bob"]


def test_logout_by_the_wrong_one_ends_nothing(door: Doors) -> None:
    here = door()
    browser = here.browser()
    here.come_in(browser)
    for query, code in (
        (asked_to_end(pair=None), "unsigned"),
        (asked_to_end(pair="stranger"), "signature"),
        (asked_to_end(issuer="https://other.example"), "issuer"),
        (asked_to_end(destination="https://other.example/sls"), "destination"),
        ("", "malformed"),
        ("SAMLRequest=%%%", "malformed"),
    ):
        assert refusal_of(here, visit(browser, query)) == code
    assert len(here.sessions()) == 1


def test_answer_of_the_provider_ends_at_the_sign_in_page(door: Doors) -> None:
    here = door()
    message = saml_messages.logout_response(idp.ENTITY, SLS, "_x", datetime.now(UTC))
    url = urlsplit(saml_messages.redirect_url(SLS, "SAMLResponse", message, "r", idp.keys().key))
    answer = visit(here.browser(), url.query)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin?out=1")
    assert "Vous êtes déconnecté" in here.browser().get("/signin?out=1").text


def test_provider_ends_sessions_of_its_own_people_only(door: Doors) -> None:
    here = door()
    second = "https://second.example/metadata"
    slug = here.connect(second)
    here.come_in(idp="environment")
    sent = {"mail": ["ada@partner.example"]}
    assert here.come_in(idp=slug, sender=second, pair="second", attributes=sent).status_code == 303
    assert refusal_of(here, visit(here.browser(), asked_to_end(issuer=second))) == "signature"
    assert refusal_of(here, visit(here.browser(), asked_to_end(pair="second"))) == "signature"
    assert visit(here.browser(), asked_to_end(index=None, issuer=second, pair="second")).status_code == 303
    assert [one.idp for one in here.sessions()] == [idp.ENTITY]


def test_our_request_names_the_person_as_the_provider_did(door: Doors) -> None:
    here = door(saml_name_id="email")
    email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    browser = here.browser()
    here.come_in(browser, name_id="ada@example.org", format=email, session_index="s9")
    onward = unescape(browser.post("/logout").text.split('content="0; url=')[1].split('"')[0])
    root = saml_messages.read_redirect(urlsplit(onward).query, "SAMLRequest")
    name = root.find("{urn:oasis:names:tc:SAML:2.0:assertion}NameID")
    assert (name.text, name.get("Format")) == ("ada@example.org", email)


def test_late_or_early_logout_requests_end_nothing(door: Doors) -> None:
    here = door()
    here.come_in()
    for minutes in (-11, 11):
        message = saml_messages.logout_request(
            idp.ENTITY, SLS, NameId("ada-7", None, "s1"), datetime.now(UTC) + timedelta(minutes=minutes)
        )
        url = saml_messages.redirect_url(SLS, "SAMLRequest", message, None, idp.keys().key)
        assert refusal_of(here, visit(here.browser(), urlsplit(url).query)) == "expired"
    assert len(here.sessions()) == 1
