"""The sign-in pages of IT: connecting providers, their rules, and the test that signs nobody in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select, update

from rse.accounts import providers, saml_messages
from rse.accounts.models import Person, Provider, Session, SignInReport
from rse.accounts.saml_guard import Refused
from tests import factories
from tests.accounts import idp
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
SECOND = "https://second.example/metadata"
THEIRS: dict[str, Any] = {"sender": SECOND, "pair": "second", "name_id": "ben-1"}
BEN = {"mail": ["ben@partner.example"], "givenName": ["Ben"], "sn": ["Okri"]}
EDIT = {"name": "Partner", "link": "none", "name_id": "persistent", "grants_mode": "additive"}


def signed_in(here: Door, uid: str = "ines.lambert", **values: Any) -> Any:
    values = {"roles": frozenset({"admin"}), "locale": "en"} | values
    person_id = here.write(lambda session: factories.make_person(session, uid, **values).id)
    browser = here.browser()
    with here.app.app_context():
        browser.sign_in(person_id)
    return browser


def metadata(*pairs: str, entity: str = SECOND) -> bytes:
    return idp.metadata(*(idp.keys(pair).certificate_body for pair in pairs or ("second",)), entity=entity)


def provider(here: Door) -> Provider:
    (row,) = here.rows(select(Provider))
    return row


def test_is_for_administrators_alone(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    member = signed_in(here, "karim.benali", roles=frozenset({"moderator"}))
    for path in ("", "/new", f"/{slug}", f"/{slug}/delete", f"/{slug}/test", "/report?ticket=x"):
        assert member.get(f"/admin/sso{path}").status_code == 404
        assert here.browser().get(f"/admin/sso{path}").status_code == 303
    for path in ("/new", f"/{slug}", f"/{slug}/switch", f"/{slug}/metadata", f"/{slug}/delete"):
        assert member.post(f"/admin/sso{path}").status_code == 404
    assert provider(here).enabled


def test_shows_what_to_copy_and_the_state(door: Doors) -> None:
    here = door(saml_idp_name="Head office")
    browser = signed_in(here)
    here.come_in()
    refused = here.post(here.ask(here.browser()), audience="https://elsewhere.example")
    assert refusal_of(here, refused) == "audience"
    text = browser.get("/admin/sso").text
    for said in ("/saml/metadata", "/saml/acs", "/saml/sls", "BEGIN CERTIFICATE", "Head office", "audience"):
        assert said in text
    assert here.audit("signin.refused")[-1]["reference"] in text
    assert "The clocks agree" in text
    read_only = browser.get("/admin/sso/environment").text
    assert "RSE_SAML_METADATA" in read_only
    assert 'name="grants_mode"' not in read_only


@pytest.mark.parametrize("way", ["file", "text", "url"])
def test_provider_is_connected_by_file_text_or_address(
    door: Doors, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    here = door()
    browser = signed_in(here)
    monkeypatch.setattr(providers, "fetch", lambda _url: metadata())
    form: dict[str, Any] = {
        "file": {"file": (BytesIO(metadata()), "idp.xml")},
        "text": {"text": metadata().decode()},
        "url": {"url": "https://second.example/metadata"},
    }[way]
    answer = browser.post("/admin/sso/new", data={"name": "Partner", **form})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/sso/partner")
    row = provider(here)
    assert (row.entity_id, row.enabled, row.metadata_url) == (SECOND, False, form.get("url", ""))
    assert "Partner" not in here.browser().get("/signin").text
    assert browser.post("/admin/sso/partner/switch", data={"on": "1"}).status_code == 303
    assert here.come_in(idp="partner", **THEIRS, attributes=BEN).status_code == 303
    assert [entry["target"] for entry in here.audit("provider.enabled")] == ["provider:partner"]


def test_metadata_that_cannot_be_used_are_said_to_be(door: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    here = door()
    browser = signed_in(here)

    def fetch(_url: str) -> bytes:
        raise Refused("metadata", "idp.example answers 404")

    monkeypatch.setattr(providers, "fetch", fetch)
    for form, said in (
        ({}, "Give an address, a file"),
        ({"text": "<html>"}, "not well-formed"),
        ({"text": "<!DOCTYPE x><x/>"}, "document type"),
        ({"text": idp.metadata().decode()}, "connected already"),
        ({"url": "ftp://idp.example/"}, "https"),
        ({"url": "https://idp.example/"}, "answers 404"),
    ):
        answer = browser.post("/admin/sso/new", data={"name": "Partner"} | form)
        assert answer.status_code == 422
        assert said in answer.text
    assert here.rows(select(Provider)) == []


def test_rules_are_edited_and_checked(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    browser = signed_in(here)
    wrong = (
        ({"name": " "}, "name that people know"),
        ({"domains": "not_a_domain"}, "is not a domain"),
        ({"link": "email"}, "at least one domain"),
        (
            {"grant_attribute": "g", "grant_value": "v", "grant_role": "", "grant_group": ""},
            "Each line needs",
        ),
        (
            {"grant_attribute": "g", "grant_value": "v", "grant_role": "king", "grant_group": ""},
            "does not exist",
        ),
        ({"grant_attribute": "g", "grant_value": "v", "grant_role": "", "grant_group": "x"}, "no group x"),
    )
    for form, said in wrong:
        answer = browser.post(f"/admin/sso/{slug}", data=EDIT | form)
        assert answer.status_code == 422
        assert said in answer.text
    form = EDIT | {
        "domains": "@Partner.example\npartner.test",
        "link": "email",
        "link_domains": "partner.example",
        "want_encrypted": "1",
        "map_email": "emailAlias",
        "grant_attribute": ["groups", "", ""],
        "grant_value": ["Moderators", "", ""],
        "grant_role": ["moderator", "", ""],
        "grant_group": ["", "", ""],
    }
    assert browser.post(f"/admin/sso/{slug}", data=form).status_code == 303
    row = provider(here)
    assert row.domains == ["partner.example", "partner.test"]
    assert row.options == {
        "sign_requests": False, "want_encrypted": True, "idp_initiated": False,
        "link": "email", "link_domains": ["partner.example"], "name_id": "persistent",
    }  # fmt: skip
    assert (row.mapping, row.grants) == (
        {"email": "emailAlias"},
        [{"attribute": "groups", "value": "Moderators", "role": "moderator"}],
    )
    assert "emailAlias" in browser.get(f"/admin/sso/{slug}").text
    sent = BEN | {"emailAlias": ["ben.o@partner.example"], "groups": ["moderators"]}
    assert here.come_in(idp=slug, **THEIRS, attributes=sent, encrypted=True).status_code == 303
    ben = here.person("ben-1")
    assert (ben.email, ben.roles) == ("ben.o@partner.example", {"moderator"})


def test_last_way_in_is_neither_switched_off_nor_deleted(door: Doors) -> None:
    here = door(saml_metadata="")
    slug = here.connect(SECOND)
    browser = signed_in(here)
    assert "last way in" in browser.get(f"/admin/sso/{slug}/delete").text
    for path, form in ((f"/admin/sso/{slug}/switch", {"on": "0"}), (f"/admin/sso/{slug}/delete", {})):
        assert browser.post(path, data=form).status_code == 422
    third = here.connect("https://third.example", name="Third")
    assert browser.post(f"/admin/sso/{slug}/delete").status_code == 303
    assert provider(here).slug == third
    assert [entry["target"] for entry in here.audit("provider.deleted")] == [f"provider:{slug}"]


def test_certificates_are_replaced_by_hand_and_their_end_is_announced(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = door()
    slug = here.connect(SECOND)
    browser = signed_in(here)
    other = {"text": metadata(entity="https://other.example").decode()}
    assert "another identity provider" in browser.post(f"/admin/sso/{slug}/metadata", data=other).text
    both = {"text": metadata("next", "second").decode()}
    assert browser.post(f"/admin/sso/{slug}/metadata", data=both).status_code == 303
    for pair in ("second", "next"):
        assert here.come_in(idp=slug, **(THEIRS | {"pair": pair}), attributes=BEN).status_code == 303
    assert "cert warn" not in browser.get(f"/admin/sso/{slug}").text
    monkeypatch.setattr(providers, "WARN_BEFORE", timedelta(days=3660))
    assert "cert warn" in browser.get(f"/admin/sso/{slug}").text


def go_through(here: Door, browser: Any, slug: str, **knobs: Any) -> Any:
    """Go the whole way of a test, and give where it ends."""
    begun = browser.get(f"/admin/sso/{slug}/test")
    assert begun.status_code == 303
    query = urlsplit(begun.headers["Location"]).query
    asked = saml_messages.read_redirect(query, "SAMLRequest").get("ID")
    knobs.setdefault("sender", SECOND)
    knobs.setdefault("pair", "second")
    form = {"SAMLResponse": idp.signed(asked, **knobs), "RelayState": parse_qs(query)["RelayState"][0]}
    answer = here.browser().post("/saml/acs", data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


def failed(page: Any) -> list[str]:
    return [part.split('"')[0] for part in page.text.split('<li class="state error" id="check-')[1:]]


def test_test_sign_in_shows_everything_and_changes_nothing(door: Doors) -> None:
    here = door()
    grants = [{"attribute": "groups", "value": "IT", "role": "admin"}]
    slug = here.connect(SECOND, enabled=False, grants=grants)
    browser = signed_in(here)
    before = [here.rows(select(func.count()).select_from(table)) for table in (Person, Session)]
    sent = BEN | {"groups": ["IT"], "shoe-size": ["44"]}
    page = browser.get(go_through(here, browser, slug, attributes=sent, name_id="ben-1"))
    assert page.status_code == 200
    assert failed(page) == []
    for said in ("ben@partner.example", "Okri", "shoe-size", "44", "not used", "Administrator", "ben-1"):
        assert said in page.text
    assert "Every check has passed" in page.text
    assert [here.rows(select(func.count()).select_from(table)) for table in (Person, Session)] == before
    assert here.audit("signin") == []


@pytest.mark.parametrize(
    ("knobs", "failing", "advice"),
    [
        ({"audience": "https://elsewhere.example"}, "audience", "our entity id"),
        ({"pair": "other"}, "signature", "refresh or replace"),
        ({"destination": f"{idp.BASE}/elsewhere"}, "destination", "ACS address"),
        ({"until": idp.at(-3600), "confirmation_until": idp.at(-3600)}, "times", "NTP"),
        ({"not_before": idp.at(3600)}, "times", "ahead"),
        ({"format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"}, "name_id", "format of NameID"),
        ({"sender": "https://third.example"}, "issuer", "entity ids"),
        ({"attributes": {"uid": ["ben"]}}, "account", "e-mail address"),
        ({"status": "Responder"}, "status", "its own log"),
    ],
)
def test_test_sign_in_names_what_failed(door: Doors, knobs: Any, failing: str, advice: str) -> None:
    here = door()
    slug = here.connect(SECOND)
    browser = signed_in(here)
    page = browser.get(go_through(here, browser, slug, **knobs))
    assert failing in failed(page)
    assert advice in page.text
    assert "would be refused" in page.text
    french = browser.get("/admin/sso")
    assert french.status_code == 200


def test_report_is_for_who_tested_in_the_browser_that_tested(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    browser, other = signed_in(here), signed_in(here, "second.admin")
    where = go_through(here, browser, slug)
    assert other.get(where).status_code == 404
    elsewhere = here.browser()
    with here.app.app_context():
        elsewhere.sign_in(here.rows(select(Person).where(Person.uid == "ines.lambert"))[0].id)
    assert elsewhere.get(where).status_code == 404
    assert here.browser().get(where).status_code == 303
    assert browser.get(where).status_code == 200
    here.write(
        lambda session: session.execute(
            update(SignInReport).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    )
    assert browser.get(where).status_code == 404


def test_answer_to_a_test_signs_nobody_in(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    browser = signed_in(here)
    where = urlsplit(go_through(here, browser, slug))
    refused = here.browser().get(f"/saml/finish?{where.query}")
    assert refusal_of(here, refused) == "used"
