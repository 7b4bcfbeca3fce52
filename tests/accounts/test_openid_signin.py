"""OpenID Connect: people come in with the same profile, grants and rules as with SAML, through real HTTP."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import oidc_connecting, oidc_wire, refreshing, sessions
from rse.accounts.models import AuditEntry, Person, Session, SignInRequest
from rse.accounts.models import Provider as Row
from rse.core import clock, db
from rse.core.model import Base
from rse.people.models import Profile
from tests import factories
from tests.accounts import openid
from tests.accounts.openid import CLIENT, SECRET, Provider
from tests.conftest import SECRET as KEY

BASE = "http://127.0.0.1"


class Here:
    """The application, and a provider that it is connected to."""

    def __init__(self, app: Flask, provider: Provider) -> None:
        self.app, self.provider = app, provider

    def connect(self, provider: Provider | None = None, **values: Any) -> str:
        found = provider or self.provider
        row = oidc_connecting.connect(
            db.begin_write(), name=values.pop("name", "Corp"), issuer=found.issuer,
            document=openid.json.dumps(found.described()).encode(), client=(CLIENT, SECRET), scopes="groups",
            secret_key=KEY, production=False, taken=frozenset(), actor_id=None,
        )  # fmt: skip
        row.enabled = True
        for name, value in values.items():
            setattr(row, name, value)
        slug = row.slug
        db.commit()
        return slug

    def browser(self) -> Any:
        return factories.Client(self.app, self.app.response_class, use_cookies=True)

    def ask(self, browser: Any, wanted: str = "/people", idp: str = "corp") -> str:
        answer = browser.get("/oidc/login", query_string={"idp": idp, "next": wanted}, base_url=BASE)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def answer(self, browser: Any, values: dict[str, str]) -> Any:
        return browser.get("/oidc/callback", query_string=values, base_url=BASE)

    def come_in(self, browser: Any | None = None, **bent: str) -> Any:
        browser = browser or self.browser()
        found = self.answer(browser, self.provider.authorize(self.ask(browser)) | bent)
        cookie = browser.get_cookie(sessions.cookie_name(secure=False), domain="127.0.0.1")
        browser.token = cookie.value if cookie else ""
        return found

    def refusal(self, answer: Any) -> str:
        """Give the code of the audit log for the reference that the page shows."""
        assert answer.status_code == 403, (
            answer.status_code,
            answer.headers.get("Location"),
            answer.text[:300],
        )
        db.rollback()
        entry = db.session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert entry.action == "signin.refused"
        details = openid.json.loads(entry.details)
        assert details["reference"] in answer.text
        assert "Set-Cookie" not in answer.headers or "rse_session" not in answer.headers["Set-Cookie"]
        assert db.session().scalars(select(Session)).all() == []
        return str(details["code"])

    def person(self) -> Person:
        db.rollback()
        return db.session().scalars(select(Person)).one()


@pytest.fixture(autouse=True)
def _no_keys_kept() -> Iterator[None]:
    oidc_wire.keys.kept.clear()
    yield
    oidc_wire.keys.kept.clear()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid.serve() as found:
        yield found


@pytest.fixture
def here(make_app: Callable[..., Flask], provider: Provider) -> Iterator[Here]:
    app = make_app(base_url=BASE)
    with app.app_context():
        found = Here(app, provider)
        found.connect()
        yield found


def test_a_person_comes_in_and_on_to_where_they_wanted(here: Here) -> None:
    browser = here.browser()
    asked = parse_qs(urlsplit(here.ask(browser, "/people?q=1")).query)
    assert asked["redirect_uri"] == [f"{BASE}/oidc/callback"]
    assert asked["scope"] == ["openid profile email groups"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = here.answer(browser, here.provider.authorize(here.ask(browser, "/people?q=1")))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/people?q=1")
    ada = here.person()
    assert (ada.uid, ada.email, ada.display_name) == ("ada.king", "ada@x.example", "Ada King")
    assert (ada.idp, ada.name_id) == (here.provider.issuer, "ada-7")
    assert db.session().get_one(Profile, ada.id).locked["given_name"] == "saml"
    assert browser.get("/people", base_url=BASE).status_code == 200
    assert here.come_in().status_code == 303, "again, as the same person"
    assert here.person().id == ada.id


def test_tokens_stay_on_the_server(here: Here) -> None:
    browser = here.browser()
    arrived = here.come_in(browser)
    seen = [str(arrived.headers), arrived.text, browser.get("/people", base_url=BASE).text]
    for table in Base.metadata.sorted_tables:
        seen += [str(row) for row in db.session().execute(select(table))]
    assert len(here.provider.issued) == 2
    assert [token for token in here.provider.issued if any(token in text for text in seen)] == []


def test_the_button_stands_on_the_sign_in_page(here: Here) -> None:
    shown = here.browser().get("/signin?next=/people", base_url=BASE).text
    assert "/oidc/login?idp=corp&amp;next=/people" in shown


def test_userinfo_is_read_beside_the_signed_claims(here: Here) -> None:
    here.provider.userinfo = openid.ADA | {"sub": "ada-7", "title": "Engineer", "iss": "https://evil.example"}
    assert here.come_in().status_code == 303
    assert (here.person().title, here.person().email) == ("Engineer", "ada@x.example")


@pytest.mark.parametrize(
    ("said", "status"), [({"sub": "somebody-else"}, 200), ({}, 200), ({"sub": "ada-7"}, 500)]
)
def test_userinfo_of_somebody_else_or_none_is_refused(here: Here, said: dict[str, Any], status: int) -> None:
    here.provider.userinfo, here.provider.userinfo_status = said, status
    assert here.refusal(here.come_in()) == "userinfo"


def test_grants_give_roles_also_from_nested_claims(here: Here) -> None:
    row = db.session().scalars(select(Row)).one()
    row.grants = [{"attribute": "realm_access.roles", "value": "rse-moderator", "role": "moderator"}]
    row.grants_mode = "full"
    db.commit()
    here.come_in()
    assert here.person().roles == {"moderator"}
    del here.provider.person["realm_access"]
    here.come_in()
    assert here.person().roles == frozenset()


def test_an_address_that_is_not_verified_is_not_believed(here: Here) -> None:
    here.provider.person["email_verified"] = False
    assert here.refusal(here.come_in()) == "no_email"


def test_a_known_person_is_joined_only_by_the_rule(here: Here) -> None:
    factories.make_person(db.session(), "old.ada", email="ada@x.example")
    db.commit()
    assert here.refusal(here.come_in()) == "email_taken"
    row = db.session().scalars(select(Row)).one()
    row.options = {**row.options, "link": "email", "link_domains": ["x.example"]}
    db.commit()
    assert here.come_in().status_code == 303
    assert here.person().uid == "old.ada"


@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", openid.rsa()), ("PS256", openid.rsa()), ("ES256", openid.ec())]
)
def test_the_allowed_algorithms(here: Here, alg: str, key: Any) -> None:
    here.provider.signed = lambda claims: openid.sign(claims, key, alg)
    assert here.come_in().status_code == 303


def test_a_new_key_is_found_without_waiting(here: Here) -> None:
    assert here.come_in().status_code == 303
    here.come_in()
    assert here.provider.asked.count("/realm/jwks") == 1, "keys are remembered"
    here.provider.shown = [openid.rsa(1)]
    here.provider.signed = lambda claims: openid.sign(claims, openid.rsa(1))
    assert here.come_in().status_code == 303
    assert here.provider.asked.count("/realm/jwks") == 2


def test_a_token_without_the_name_of_its_key(here: Here) -> None:
    here.provider.signed = lambda claims: openid.sign(claims, openid.rsa(), kid=None)
    assert here.come_in().status_code == 303


def test_the_discovery_document_is_refreshed_and_the_last_good_one_kept(here: Here) -> None:
    row_id = db.session().scalars(select(Row.id)).one()
    here.provider.discovery = {"userinfo_endpoint": f"{here.provider.issuer}/userinfo?new=1"}
    assert refreshing.refresh(row_id) == ""
    assert "new=1" in db.session().get_one(Row, row_id).document
    here.provider.discovery = {"issuer": "https://other.example"}
    assert "another issuer" in refreshing.refresh(row_id)
    here.provider.down = True
    assert "503" in refreshing.refresh(row_id)
    assert "new=1" in db.session().get_one(Row, row_id).document


def test_signing_out_leads_to_the_provider(here: Here) -> None:
    browser = here.browser()
    here.come_in(browser)
    shown = browser.post("/logout", base_url=BASE).text
    assert f"{here.provider.issuer}/logout?" in shown
    assert f"client_id={CLIENT}" in shown
    assert "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%2Fsignin" in shown
    db.rollback()
    assert db.session().scalars(select(Session)).all() == []


def logout_token(here: Here, **bent: Any) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": here.provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": f"j{bent.pop('n', 1)}",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, "sub": "ada-7", "sid": "session-1",
    }  # fmt: skip
    typ = bent.pop("typ", "logout+jwt")
    said = {k: v for k, v in (claims | bent).items() if v is not None}
    return openid.sign(said, openid.rsa(), typ=typ)


def test_the_provider_ends_the_sessions_that_it_names(here: Here) -> None:
    first, second = here.browser(), here.browser()
    here.come_in(first)
    here.provider.bend = lambda claims: claims.update(sid="session-2")
    here.come_in(second)
    post = here.browser().post

    def said(**bent: Any) -> int:
        form = {"logout_token": logout_token(here, **bent)}
        return int(post("/oidc/backchannel", data=form, base_url=BASE).status_code)

    bad: list[dict[str, Any]] = [
        {"typ": "JWT"}, {"typ": None}, {"aud": "other"}, {"iss": "https://evil.example"}, {"events": None}, {"nonce": "n"}, {"jti": None},
        {"sub": None, "sid": None}, {"iat": 1_000_000_000}, {"exp": 1_000_000_000},
    ]  # fmt: skip
    assert [said(**bent) for bent in bad] == [400] * len(bad)
    unsigned = {"logout_token": openid.unsigned({"iss": here.provider.issuer}, {"alg": "none"})}
    assert post("/oidc/backchannel", data=unsigned, base_url=BASE).status_code == 400
    assert post("/oidc/backchannel", data={}, base_url=BASE).status_code == 400
    assert len(db.session().scalars(select(Session)).all()) == 2
    assert said() == 200
    db.rollback()
    assert db.session().scalars(select(Session.session_index)).all() == ["session-2"]
    assert said() == 400, "the same token again"
    assert said(n=2, sid=None) == 200, "every session of the person"
    db.rollback()
    assert db.session().scalars(select(Session)).all() == []


def test_requests_are_forgotten(here: Here) -> None:
    here.come_in()
    assert db.session().scalars(select(SignInRequest.used_at)).one() is not None
