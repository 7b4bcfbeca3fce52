"""Forged, replayed and mixed-up answers of OpenID providers: 403 with a reference, and nobody is signed in."""

import contextlib
import json
from collections.abc import Callable, Iterator
from time import time
from typing import Any

import pytest
from sqlalchemy import select

from rse.accounts import oidc, oidc_tokens
from rse.accounts.models import Provider as Row
from rse.accounts.saml_guard import Refused
from rse.core import db
from tests.accounts import openid
from tests.accounts.openid import Provider
from tests.accounts.test_openid_signin import BASE, Here, _no_keys_kept, here, provider

__all__ = ["_no_keys_kept", "here", "provider"]
LONG_AGO = int(time()) - 7200


def stranger(claims: dict[str, Any]) -> str:
    return openid.sign(claims, openid.rsa(1), kid="rsa0")


FORGED: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "alg none": ("algorithm", lambda c: openid.unsigned(c, {"alg": "none", "kid": "rsa0"})),
    "alg None": ("algorithm", lambda c: openid.unsigned(c, {"alg": "None"})),
    "HS256 with the public key": ("algorithm", openid.public_key_as_secret),
    "RS512": ("algorithm", lambda c: openid.sign(c, openid.rsa(), "RS512")),
    "another key under the known name": ("signature", stranger),
    "another key under its own name": ("signature", lambda c: openid.sign(c, openid.rsa(1))),
    "the elliptic key under the other's name": ("signature", lambda c: openid.sign(c, openid.ec(), "ES256", kid="rsa0")),
    "a signature cut off": ("signature", lambda c: openid.sign(c, openid.rsa())[:-8]),
    "no token at all": ("token", lambda c: "gibberish"),
    "a header that is a list": ("algorithm", lambda c: "W10." + openid.sign(c, openid.rsa()).split(".", 1)[1]),
    "an unknown critical header": ("signature", lambda c: openid.unsigned(c, {"alg": "RS256", "crit": ["b64"]})),
}  # fmt: skip


def test_signatures(here: Here) -> None:
    for name, (code, signed) in FORGED.items():
        here.provider.signed = signed
        assert (name, here.refusal(here.come_in())) == (name, code)


BENT: dict[str, tuple[str, dict[str, Any]]] = {
    "wrong nonce": ("nonce", {"nonce": "other"}),
    "missing nonce": ("nonce", {"nonce": None}),
    "a nonce that is no text": ("nonce", {"nonce": ["x"]}),
    "other issuer": ("issuer", {"iss": "https://evil.example"}),
    "issuer with a slash more": ("issuer", {"iss": "slash"}),
    "other audience": ("audience", {"aud": "other-client"}),
    "no audience": ("audience", {"aud": None}),
    "two audiences and nobody named": ("audience", {"aud": ["rse-client", "other"]}),
    "two audiences, given to the other": ("audience", {"aud": ["rse-client", "other"], "azp": "other"}),
    "one audience, given to another": ("audience", {"azp": "other"}),
    "expired": ("expired", {"exp": LONG_AGO}),
    "made long ago": ("expired", {"iat": LONG_AGO}),
    "without an end": ("expired", {"exp": None}),
    "an end that is no number": ("expired", {"exp": "never"}),
    "an end beyond numbers": ("expired", {"exp": float("inf")}),
    "not a number": ("expired", {"iat": float("nan")}),
    "from the future": ("too_early", {"iat": int(time()) + 7200}),
    "not before tomorrow": ("too_early", {"nbf": int(time()) + 86400}),
    "another access token": ("token", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "names nobody": ("name_id", {"sub": ""}),
    "names a number": ("name_id", {"sub": 7}),
}


def test_claims(here: Here) -> None:
    for name, (code, bent) in BENT.items():
        values = {k: here.provider.issuer + "/" if v == "slash" else v for k, v in bent.items()}

        def bend(claims: dict[str, Any], values: dict[str, Any] = values) -> None:
            claims.update(values)
            for key in [key for key, value in values.items() if value is None]:
                del claims[key]

        here.provider.bend = bend
        assert (name, here.refusal(here.come_in())) == (name, code)


def test_two_audiences_are_right_when_we_are_named(here: Here) -> None:
    here.provider.bend = lambda claims: claims.update(aud=["rse-client", "other"], azp="rse-client")
    assert here.come_in().status_code == 303


def test_an_answer_counts_once_and_in_its_browser(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    assert here.refusal(here.answer(here.browser(), answer)) == "other_browser"
    other = here.browser()
    here.ask(other)
    assert here.refusal(here.answer(other, answer)) == "other_browser", "login CSRF"
    assert here.answer(browser, answer).status_code == 303, "the attempts have not used it up"


def test_a_replayed_answer_or_code_is_refused(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    here.provider.bend = lambda claims: claims.update(aud="other")
    assert here.refusal(here.answer(browser, answer)) == "audience"
    here.provider.bend = lambda claims: None
    assert here.refusal(here.answer(browser, answer)) == "used", "a refused answer has used up its request"
    again = here.provider.authorize(here.ask(browser))
    assert here.refusal(here.answer(browser, again | {"code": answer["code"]})) == "code"


def test_a_code_of_another_sign_in_does_not_fit(here: Here) -> None:
    """PKCE: a code that was stolen elsewhere and put into one's own sign-in is worth nothing."""
    victim, thief = here.browser(), here.browser()
    stolen = here.provider.authorize(here.ask(victim))["code"]
    own = here.provider.authorize(here.ask(thief))
    assert here.refusal(here.answer(thief, own | {"code": stolen})) == "code"


@pytest.mark.parametrize("bent", [{"state": "unknown"}, {"state": ""}, {"state": "x" * 5000}])
def test_an_unknown_state_is_refused(here: Here, bent: dict[str, str]) -> None:
    assert here.refusal(here.come_in(**bent)) == "in_response_to"


def test_things_said_twice_are_refused(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    url = f"/oidc/callback?{openid.query(answer)}&code=other"
    assert here.refusal(browser.get(url, base_url=BASE)) == "in_response_to"


def test_the_provider_said_no_or_nothing(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    assert here.refusal(here.answer(browser, answer | {"error": "access_denied"})) == "status"
    answer = here.provider.authorize(here.ask(browser))
    del answer["code"]
    assert here.refusal(here.answer(browser, answer)) == "status"


def test_a_provider_that_does_not_answer(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    here.provider.down = True
    assert here.refusal(here.answer(browser, answer)) == "code"


@pytest.fixture
def second() -> Iterator[Provider]:
    with openid.serve() as found:
        yield found


def test_mix_up_between_providers_is_refused(here: Here, second: Provider) -> None:
    """An answer of one provider to the question for another never reaches that one's token endpoint."""
    here.connect(second, name="Second")
    browser = here.browser()
    asked = here.provider.authorize(here.ask(browser))
    mixed = here.answer(browser, asked | {"iss": second.issuer})
    assert here.refusal(mixed) == "issuer"
    without = here.provider.authorize(here.ask(browser))
    del without["iss"]
    assert here.refusal(here.answer(browser, without)) == "issuer", "it says that it always names itself"
    assert [path for path in [*here.provider.asked, *second.asked] if path == "/realm/token"] == []


def test_a_token_of_one_provider_is_nothing_to_the_other(here: Here, second: Provider) -> None:
    here.connect(second, name="Second")
    here.provider.bend = lambda claims: claims.update(iss=second.issuer)
    assert here.refusal(here.come_in()) == "issuer"


def test_a_provider_that_was_switched_off_meanwhile(here: Here) -> None:
    browser = here.browser()
    answer = here.provider.authorize(here.ask(browser))
    db.session().scalars(select(Row)).one().enabled = False
    db.commit()
    assert here.refusal(here.answer(browser, answer)) == "issuer"
    assert browser.get("/oidc/login?idp=corp", base_url=BASE).headers["Location"].startswith("/signin")


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/oidc/login"]
)
def test_nobody_is_sent_elsewhere(here: Here, wanted: str) -> None:
    browser = here.browser()
    answer = here.answer(browser, here.provider.authorize(here.ask(browser, wanted)))
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "bent",
    [
        {"issuer": "https://other.example"}, {"token_endpoint": "http://idp.example/token"},
        {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": None}, {"response_types_supported": ["token"]},
        {"jwks_uri": "https://user@idp.example/"},
    ],
)  # fmt: skip
def test_a_discovery_document_is_of_its_issuer_and_over_tls(bent: dict[str, Any]) -> None:
    good = {
        "issuer": "https://idp.example", "authorization_endpoint": "https://idp.example/a",
        "token_endpoint": "https://idp.example/t", "jwks_uri": "https://idp.example/k",
    }  # fmt: skip
    oidc.parse_discovery(json.dumps(good), "https://idp.example", production=True)
    with pytest.raises(Refused):
        oidc.parse_discovery(json.dumps(good | bent), "https://idp.example", production=True)


@pytest.mark.parametrize("document", ["", "[]", "null", "{" * 100_000, "[" * 100_000, "\x00"])
def test_documents_that_are_none(document: str) -> None:
    for read in (
        lambda d: oidc.parse_discovery(d, "https://idp.example", production=True),
        oidc_tokens.parse_keys,
    ):
        with contextlib.suppress(Refused):
            assert read(document) == ()
