"""Several identity providers at once: where a sign-in goes, whose answer counts, what each may decide."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from rse.accounts import providers, refreshing
from rse.accounts.models import Person, Provider, ProviderState
from rse.accounts.saml_guard import Refused
from rse.core import db
from tests import factories
from tests.accounts import idp
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
SECOND = "https://second.example/metadata"
THEIRS: dict[str, Any] = {"sender": SECOND, "pair": "second", "name_id": "ben-1"}
BEN = {"mail": ["ben@partner.example"], "givenName": ["Ben"], "sn": ["Okri"]}


def test_each_has_its_button_and_the_domain_of_an_address_leads_to_its_own(door: Doors) -> None:
    here = door(saml_idp_name="Head office")
    alone = here.browser().get("/signin").text
    assert "Head office" in alone
    assert 'name="email"' not in alone
    slug = here.connect(SECOND, name="Partner & Co", domains=["partner.example"])
    assert slug == "partner-co"
    browser = here.browser()
    shown = browser.get("/signin?next=/people").text
    assert "Partner &amp; Co" in shown
    assert "/saml/login?idp=partner-co&amp;next=/people" in shown
    led = browser.post("/signin", data={"email": "Nobody.Known@Partner.example", "next": "/people"})
    assert led.status_code == 200
    assert "/saml/login?idp=partner-co&amp;next=/people" in led.text
    unknown = browser.post("/signin", data={"email": "ada@example.org", "next": "/people"})
    assert unknown.status_code == 422
    assert "ada@example.org" in unknown.text


def test_people_of_each_come_in_by_their_own(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    assert here.come_in(idp="environment").status_code == 303
    assert here.come_in(idp=slug, **THEIRS, attributes=BEN).status_code == 303
    assert (here.person("ada-7").idp, here.person("ben-1").idp) == (idp.ENTITY, SECOND)
    # The same NameID from another provider is another person.
    browser = here.browser()
    same_name = here.post(here.ask(browser, idp=slug), **(THEIRS | {"name_id": "ada-7"}))
    assert refusal_of(here, browser.get(same_name.headers["Location"])) == "email_taken"
    assert here.person("ada-7").idp == idp.ENTITY


def test_answer_of_another_provider_than_the_one_asked_is_refused(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    mixed = here.post(here.ask(here.browser(), idp="environment"), **THEIRS)
    assert refusal_of(here, mixed) in {"issuer", "signature"}
    other_way = here.post(here.ask(here.browser(), idp=slug))
    assert refusal_of(here, other_way) in {"issuer", "signature"}
    posing = here.post(here.ask(here.browser(), idp=slug), pair="second")  # its key, the other's name
    assert refusal_of(here, posing) == "issuer"
    assert here.rows(select(Person)) == []


def test_change_counts_at_the_next_sign_in_of_every_process(door: Doors, make_app: Any) -> None:
    here = door(saml_metadata="")
    other = Door(make_app(database_url=here.app.extensions["rse_settings"].database, base_url=idp.BASE))
    other.app.extensions["rse_sign_in"].sp = idp.service_provider()
    slug = here.connect(SECOND)
    assert other.come_in(idp=slug, **THEIRS, attributes=BEN).status_code == 303
    question = other.ask(other.browser(), idp=slug)
    here.write(lambda session: session.execute(update(Provider).values(enabled=False)))
    assert refusal_of(other, other.post(question, **THEIRS)) == "issuer"
    again = other.browser().get(f"/saml/login?idp={slug}")
    assert again.headers["Location"].startswith("/signin")


def test_unsigned_questions_and_the_wanted_name_id_are_per_provider(door: Doors) -> None:
    here = door()
    plain = here.connect(SECOND, options={"sign_requests": False, "name_id": "email"})
    address = here.browser().get(f"/saml/login?idp={plain}").headers["Location"]
    assert "Signature" not in parse_qs(urlsplit(address).query)
    assert "Signature" in parse_qs(urlsplit(here.browser().get("/saml/login?idp=environment").location).query)
    email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    told = THEIRS | {"name_id": "ben@partner.example", "format": email}
    assert here.come_in(idp=plain, **told, attributes=BEN).status_code == 303
    assert (
        refusal_of(here, here.post(here.ask(here.browser(), idp="environment"), format=email))
        == "name_id_format"
    )


def test_assertion_in_clear_is_refused_where_encryption_is_wanted(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND, options={"want_encrypted": True})
    clear = here.post(here.ask(here.browser(), idp=slug), **THEIRS)
    assert refusal_of(here, clear) == "not_encrypted"
    assert here.come_in(idp=slug, **THEIRS, attributes=BEN, encrypted=True).status_code == 303


@pytest.mark.parametrize(
    ("options", "joined"),
    [
        ({}, False),
        ({"link": "email"}, False),
        ({"link": "email", "link_domains": ["other.example"]}, False),
        ({"link": "email", "link_domains": ["demo.example"]}, True),
        ({"link": "uid"}, True),
    ],
)
def test_known_account_is_joined_by_an_administrator_s_rule_only(
    door: Doors, options: dict[str, Any], joined: bool
) -> None:
    here = door()
    slug = here.connect(SECOND, options=options)
    here.write(lambda session: factories.make_person(session, "karim.benali"))
    sent = {"mail": ["karim.benali@demo.example"], "uid": ["karim.benali"]}
    browser = here.browser()
    answer = here.post(here.ask(browser, idp=slug), **THEIRS, attributes=sent)
    finished = browser.get(answer.headers["Location"])
    if joined:
        assert finished.status_code == 303
        assert here.person("ben-1").uid == "karim.benali"
    else:
        assert refusal_of(here, finished) == "email_taken"


def test_roles_come_by_explicit_grants_and_full_takes_them_away(door: Doors) -> None:
    here = door()
    grants = [
        {"attribute": "memberOf", "value": "cn=Moderators,dc=example", "role": "moderator"},
        {"attribute": "memberOf", "value": "cn=IT,dc=example", "role": "admin"},
    ]
    slug = here.connect(SECOND, grants=grants)

    def come(*names: str, **more: Any) -> frozenset[str]:
        values = [f"CN={name},dc=example" for name in names]
        here.come_in(idp=slug, **THEIRS, attributes=BEN | {"memberof": values, **more})
        return here.person("ben-1").roles

    assert come("Staff", roles=["admin"]) == frozenset()  # names of roles mean nothing by themselves
    assert come("Moderators") == {"moderator"}
    assert come("IT") == {"moderator", "admin"}
    assert come() == {"moderator", "admin"}  # additive
    here.write(lambda session: session.execute(update(Provider).values(grants_mode="full")))
    assert come() == {"admin"}  # the last administrator stays one
    here.write(lambda session: factories.make_person(session, "ines.lambert", roles=frozenset({"admin"})))
    here.write(
        lambda session: session.execute(
            update(Person).where(Person.name_id == "ben-1").values(roles={"hr", "admin"})
        )
    )
    assert come() == {"hr"}  # given here by hand, and the grants say nothing of it
    assert here.audit("roles")[-1]["after"] == ["hr"]


def test_state_of_a_provider_is_kept(door: Doors) -> None:
    here = door()
    slug = here.connect(SECOND)
    here.come_in(idp=slug, **THEIRS, attributes=BEN)
    refused = here.post(here.ask(here.browser(), idp=slug), **THEIRS, audience="https://elsewhere.example")
    assert refusal_of(here, refused) == "audience"
    (state,) = here.rows(select(ProviderState).where(ProviderState.entity_id == SECOND))
    assert datetime.now(UTC) - state.good_at < timedelta(minutes=1)
    assert (state.refused_code, state.refused_reference in refused.text) == ("audience", True)
    assert abs(state.clock_difference) <= 2


def test_metadata_by_address_are_fetched_daily_and_the_last_good_copy_stays(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = door()
    there = {"content": idp.metadata(idp.keys("next").certificate_body, entity=SECOND)}

    def fetch(_url: str) -> bytes:
        if not there["content"]:
            raise Refused("metadata", "does not answer")
        return there["content"]

    monkeypatch.setattr(providers, "fetch", fetch)
    slug = here.connect(SECOND, metadata_url="https://second.example/metadata")

    def refresh() -> Provider:
        with here.app.app_context():
            refreshing.refresh_all()
            db.rollback()
        (row,) = here.rows(select(Provider))
        return row

    assert refresh().problem == ""
    assert here.come_in(idp=slug, **(THEIRS | {"pair": "next"}), attributes=BEN).status_code == 303
    assert refusal_of(here, here.post(here.ask(here.browser(), idp=slug), **THEIRS)) == "signature"
    for broken, problem in (
        (b"", "does not answer"),
        (b"<html>", "not well-formed"),
        (idp.metadata(entity="https://taken.over.example"), "another identity provider"),
    ):
        there["content"] = broken
        assert problem in refresh().problem
        assert here.come_in(idp=slug, **(THEIRS | {"pair": "next"}), attributes=BEN).status_code == 303
    there["content"] = idp.metadata(
        idp.keys("next").certificate_body, idp.keys("second").certificate_body, entity=SECOND
    )
    assert refresh().problem == ""
    for pair in ("second", "next"):  # both count while they are announced
        assert here.come_in(idp=slug, **(THEIRS | {"pair": pair}), attributes=BEN).status_code == 303
