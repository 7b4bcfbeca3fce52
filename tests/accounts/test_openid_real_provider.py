"""The whole flow with a provider that nobody here wrote: oidc-provider from npm, through its own pages."""

import html
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import oidc, oidc_wire, providers, sessions
from rse.accounts.models import Person, Provider
from rse.core import db
from tests import factories, servers

ROOT = Path(__file__).resolve().parents[2]
BASE = "http://127.0.0.1"
CLIENT, SECRET = "rse", "a-secret/with+signs=and-more-characters"
FORM = re.compile(r'<form[^>]*action="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Stop(HTTPRedirectHandler):
    """Follow redirects as far as our own site."""

    def redirect_request(self, request: Any, *arguments: Any) -> Any:
        url = arguments[-1]
        if url.startswith(BASE + "/"):
            raise Arrived(url)
        return super().redirect_request(request, *arguments)


class Arrived(Exception):
    """The browser is sent back to us."""


class Visitor:
    """A browser at the provider: its cookies, and its forms filled in."""

    def __init__(self) -> None:
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), Stop)

    def _open(self, request: str | Request) -> tuple[str, str]:
        with self.opener.open(request, timeout=20) as answer:
            return str(answer.url), answer.read().decode()

    def sign_in(self, url: str, login: str) -> dict[str, str]:
        """Log in and consent; gives the parameters that the browser brings back."""
        try:
            where, shown = self._open(url)
            for _page in range(3):
                found = FORM.search(shown)
                assert found is not None, shown
                fields = dict(HIDDEN.findall(shown)) | {"login": login, "password": "x"}
                target = urljoin(where, html.unescape(found[1]))
                where, shown = self._open(Request(target, urlencode(fields).encode()))
        except Arrived as arrived:
            return dict(parse_qsl(urlsplit(str(arrived)).query))
        raise AssertionError(shown)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        servers.missing("oidc-provider (npm)")
    port = servers.free_port()
    script = Path(__file__).with_name("openid_provider.mjs")
    arguments = [str(node), str(script), str(port), f"{BASE}/oidc/callback", f"{BASE}/signin", CLIENT, SECRET]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        servers.wait_for(port, 60)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def connected(make_app: Callable[..., Flask], issuer: str) -> tuple[Flask, Any]:
    oidc_wire.keys.kept.clear()
    app = make_app(base_url=BASE)
    with app.app_context():
        factories.make_cast(db.session())
        db.commit()
        admin_id = db.session().scalars(select(Person.id).where(Person.uid == "ines.lambert")).one()
        admin = factories.browser_of(app, admin_id)
        given = {"name": "Node", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "scopes": ""}
        assert admin.post("/admin/sso/new/openid", data=given).status_code == 303
        assert admin.post("/admin/sso/node/switch", data={"on": "1"}).status_code == 303
    return app, admin


def test_connected_by_its_issuer_people_come_in_and_leave(
    make_app: Callable[..., Flask], issuer: str
) -> None:
    app, _admin = connected(make_app, issuer)
    browser = factories.Client(app, app.response_class, use_cookies=True)
    begun = browser.get("/oidc/login?idp=node&next=/people", base_url=BASE)
    back = Visitor().sign_in(begun.headers["Location"], "grace")
    assert set(back) == {"code", "state", "iss"}
    assert back["iss"] == issuer
    arrived = browser.get("/oidc/callback", query_string=back, base_url=BASE)
    assert (arrived.status_code, arrived.headers.get("Location")) == (303, "/people"), arrived.text
    assert browser.get("/people", base_url=BASE).status_code == 200
    with app.app_context():
        grace = db.session().scalars(select(Person).where(Person.idp == issuer)).one()
        assert (grace.name_id, grace.email, grace.display_name) == (
            "grace",
            "grace@x.example",
            "Grace Hopper",
        )
    assert browser.get("/oidc/callback", query_string=back, base_url=BASE).status_code == 403, "a replay"

    cookie = browser.get_cookie(sessions.cookie_name(secure=False), domain="127.0.0.1")
    browser.token = cookie.value
    leaving = browser.post("/logout", base_url=BASE).text
    found = re.search(rf'"({re.escape(issuer)}/session/end[^"]+)"', leaving)
    assert found is not None
    _where, shown = Visitor()._open(html.unescape(found[1]))
    assert "logoutForm" in shown or "logout" in shown


def test_a_wrong_secret_is_refused_there_and_said_here(make_app: Callable[..., Flask], issuer: str) -> None:
    app, admin = connected(make_app, issuer)
    changed = admin.post("/admin/sso/node/client", data={"client_id": CLIENT, "client_secret": "wrong"})
    assert changed.status_code == 303
    browser = factories.Client(app, app.response_class, use_cookies=True)
    begun = browser.get("/oidc/login?idp=node", base_url=BASE)
    back = Visitor().sign_in(begun.headers["Location"], "grace")
    assert browser.get("/oidc/callback", query_string=back, base_url=BASE).status_code == 403
    with app.app_context():
        assert db.session().scalars(select(Person).where(Person.idp == issuer)).all() == []
        assert db.session().scalars(select(Provider)).one().enabled


def test_its_own_description_is_understood(issuer: str) -> None:
    document = providers.fetch(oidc.well_known(issuer)).decode()
    found = oidc.parse_discovery(document, issuer, production=False)
    assert (found.says_iss, found.client_auth) == (True, "basic")
