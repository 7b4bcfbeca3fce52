"""The guide's steps on SimpleSAMLphp, an identity provider that nobody here wrote: sign-in, logout, rollover."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts import sessions
from rse.accounts.models import Person, Provider, Session
from tests import factories
from tests.accounts import simplesamlphp
from tests.accounts.idp import BASE
from tests.accounts.simplesamlphp import Window
from tests.accounts.steps import Door

SETTINGS = {
    "name": "SimpleSAMLphp", "link": "none", "name_id": "persistent", "grants_mode": "full",
    "sign_requests": "1", "want_encrypted": "1",
    "grant_attribute": "memberOf", "grant_value": "cn=moderators,ou=groups,dc=example,dc=com",
    "grant_role": "moderator", "grant_group": "",
}  # fmt: skip


@pytest.fixture
def there() -> Iterator[simplesamlphp.Provider]:
    with simplesamlphp.running() as provider:
        yield provider


class Network:
    """The application, its administrator, and the way to the provider and back."""

    it: Any = None

    def __init__(self, app: Flask, there: simplesamlphp.Provider) -> None:
        self.door, self.there = Door(app), there
        self.sp = app.extensions["rse_sign_in"].sp

    def administrator(self) -> Any:
        values = {"roles": frozenset({"admin"}), "locale": "en"}
        person_id = self.door.write(lambda s: factories.make_person(s, "ines.lambert", **values).id)
        browser = self.door.browser()
        with self.door.app.app_context():
            return browser.sign_in(person_id)

    def sign_in_there(self, begun: str, name: str, window: Window | None = None) -> dict[str, str]:
        """Go where the network sends, give name and password, and give the form that comes back."""
        window = window or Window()
        page = window.open(begun)
        address, fields = page.form()
        if "username" in fields:
            page = window.open(address, fields | {"username": name, "password": f"secret-of-{name}"})
            address, fields = page.form()
        assert address == f"{BASE}/saml/acs", page.text[:2000]
        return {name: fields[name] for name in ("SAMLResponse", "RelayState") if name in fields}

    def come_in(self, browser: Any, name: str, window: Window | None = None) -> Any:
        begun = browser.get("/saml/login?idp=simplesamlphp").headers["Location"]
        posted = self.door.browser().post("/saml/acs", data=self.sign_in_there(begun, name, window))
        assert posted.status_code == 303, posted.text
        finished = browser.get(posted.headers["Location"])
        assert finished.status_code == 303, finished.text
        browser.token = browser.get_cookie(sessions.cookie_name(secure=False)).value
        return finished

    def people(self) -> dict[str, Person]:
        return {one.uid: one for one in self.door.rows(select(Person).where(Person.idp.is_not(None)))}

    def open_sessions(self) -> list[Session]:
        return self.door.rows(select(Session).where(Session.idp.is_not(None)))


@pytest.fixture
def network(make_app: Callable[..., Flask], there: simplesamlphp.Provider) -> Network:
    """Follow the steps 1 to 6 of the guide."""
    made = Network(make_app(base_url=BASE), there)
    there.follow_the_guide(BASE, made.sp.keys.certificate_body)
    it = made.administrator()
    answer = it.post("/admin/sso/new", data={"name": "SimpleSAMLphp", "url": there.metadata})
    assert answer.status_code == 303, answer.text
    assert it.post("/admin/sso/simplesamlphp", data=SETTINGS).status_code == 303
    made.it = it
    return made


def test_guide_leads_to_a_sign_in_and_out_again(network: Network) -> None:
    it, door = network.it, network.door
    # Step 7: the test sign-in, then the switch.
    begun = it.get("/admin/sso/simplesamlphp/test").headers["Location"]
    posted = door.browser().post("/saml/acs", data=network.sign_in_there(begun, "ada"))
    report = it.get(posted.headers["Location"])
    assert "Every check has passed" in report.text
    assert "Moderator" in report.text
    assert network.people() == {}
    assert it.post("/admin/sso/simplesamlphp/switch", data={"on": "1"}).status_code == 303

    window, browser, other = Window(), door.browser(), door.browser()
    network.come_in(browser, "ada", window)
    network.come_in(other, "ben")
    ada = network.people()["ada"]
    assert (ada.email, ada.display_name, ada.title) == ("ada@example.com", "Ada Lovelace", "Engineer")
    assert ada.roles == {"moderator"}
    assert network.people()["ben"].roles == frozenset()

    # Our logout: the provider accepts the signed request, ends its session, and comes back.
    leaving = browser.post("/logout")
    onward = leaving.text.split('content="0; url=')[1].split('"')[0].replace("&amp;", "&")
    back = window.open(onward)
    assert back.elsewhere is not None
    assert back.elsewhere.startswith(f"{BASE}/saml/sls?SAMLResponse="), back.text[:500]
    done = browser.get("/saml/sls", query_string=urlsplit(back.elsewhere).query)
    assert (done.status_code, done.headers["Location"]) == (303, "/signin?out=1")
    assert [one.person_id for one in network.open_sessions()] == [network.people()["ben"].id]
    asked_again = window.open(door.browser().get("/saml/login?idp=simplesamlphp").headers["Location"])
    assert "username" in asked_again.form()[1]


def test_provider_logs_out_and_begins_by_itself(network: Network) -> None:
    it, door, there = network.it, network.door, network.there
    it.post("/admin/sso/simplesamlphp/switch", data={"on": "1"})
    window, browser, other = Window(), door.browser(), door.browser()
    network.come_in(browser, "ada", window)
    network.come_in(other, "ben")
    leaving = window.open(f"{there.address}saml2/idp/SingleLogoutService.php?ReturnTo={there.address}")
    assert leaving.elsewhere is not None
    assert leaving.elsewhere.startswith(f"{BASE}/saml/sls?SAMLRequest="), leaving.text[:500]
    answer = browser.get("/saml/sls", query_string=urlsplit(leaving.elsewhere).query)
    assert answer.status_code == 303, answer.text
    assert [one.person_id for one in network.open_sessions()] == [network.people()["ben"].id]
    assert window.open(answer.headers["Location"]).elsewhere is None  # it took our signed answer

    tile = f"{there.address}saml2/idp/SSOService.php?spentityid={network.sp.entity_id}"
    refused = door.browser().post("/saml/acs", data=network.sign_in_there(tile, "ada"))
    assert refused.status_code == 403
    assert it.post("/admin/sso/simplesamlphp", data=SETTINGS | {"idp_initiated": "1"}).status_code == 303
    posted = door.browser().post("/saml/acs", data=network.sign_in_there(tile, "ada"))
    visitor = door.browser()
    asked = visitor.get(posted.headers["Location"])
    assert "Ada Lovelace" in asked.text
    form = {name: asked.text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("token", "seal")}
    assert visitor.post("/saml/continue", data=form).status_code == 303
    assert len(network.open_sessions()) == 2


def test_certificate_is_changed_without_anybody_noticing(network: Network) -> None:
    it, door, there = network.it, network.door, network.there
    it.post("/admin/sso/simplesamlphp/switch", data={"on": "1"})
    hosted = simplesamlphp.steps()["metadata/saml20-idp-hosted.php"]
    there.make_key("idp2")
    announced = hosted.replace(
        "'auth' =>", "'new_privatekey' => 'idp2.pem', 'new_certificate' => 'idp2.crt', 'auth' =>"
    )
    there.write("metadata/saml20-idp-hosted.php", announced)
    assert it.post("/admin/sso/simplesamlphp/metadata", data={"refresh": "1"}).status_code == 303
    (row,) = door.rows(select(Provider))
    assert (row.document.count('use="signing"'), row.problem) == (2, "")
    network.come_in(door.browser(), "ada")
    there.write(
        "metadata/saml20-idp-hosted.php", hosted.replace("idp.pem", "idp2.pem").replace("idp.crt", "idp2.crt")
    )
    network.come_in(door.browser(), "ben")
    assert set(network.people()) == {"ada", "ben"}
