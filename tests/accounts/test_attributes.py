"""Attribute names of the usual identity providers are understood without configuration."""

from datetime import UTC, datetime

import pytest

from rse.accounts.attributes import Identity, checked_mapping, manager_name, to_identity
from rse.accounts.saml_messages import NameId

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
EXPECTED = {"uid": "ada", "email": "ada@example.org", "given_name": "Ada", "family_name": "Byron"}
SENT = {
    "object identifiers": {
        "urn:oid:0.9.2342.19200300.100.1.1": ["ada"],
        "urn:oid:0.9.2342.19200300.100.1.3": ["Ada@Example.org"],
        "urn:oid:2.5.4.42": ["Ada"],
        "urn:oid:2.5.4.4": ["Byron"],
        "urn:oid:2.5.4.12": ["Analyst"],
        "urn:oid:2.5.4.11": ["R&D"],
        "urn:oid:2.5.4.7": ["Lyon"],
        "urn:oid:2.5.4.20": ["+33 1"],
    },
    "Entra": {
        "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname": ["ada"],
        CLAIMS + "name": ["ada@corp.example"],
        CLAIMS + "emailaddress": ["ada@example.org"],
        CLAIMS + "givenname": ["Ada"],
        CLAIMS + "surname": ["Byron"],
        "department": ["R&D"],
        "jobtitle": ["Analyst"],
        "officelocation": ["Lyon"],
        "telephonenumber": ["+33 1"],
    },
    "Okta": {
        "login": ["ada"],
        "email": ["ada@example.org"],
        "firstName": ["Ada"],
        "lastName": ["Byron"],
        "title": ["Analyst"],
        "department": ["R&D"],
        "city": ["Lyon"],
        "primaryPhone": ["+33 1"],
    },
    "Google": {
        "username": ["ada"],
        "email": ["ada@example.org"],
        "first_name": ["Ada"],
        "last_name": ["Byron"],
        "job_title": ["Analyst"],
        "department": ["R&D"],
        "location": ["Lyon"],
        "phone": ["+33 1"],
    },
    "ADFS": {
        "sAMAccountName": ["ada"],
        CLAIMS + "emailaddress": ["ada@example.org"],
        CLAIMS + "givenname": ["Ada"],
        CLAIMS + "surname": ["Byron"],
        "title": ["Analyst"],
        "department": ["R&D"],
        "physicalDeliveryOfficeName": ["Lyon"],
        "telephoneNumber": ["+33 1"],
    },
}


def identify(sent: dict[str, list[str]], mapping: dict[str, str] | None = None) -> Identity:
    values = {name: tuple(texts) for name, texts in sent.items()}
    return to_identity("https://idp.example", NameId("n-1"), values, checked_mapping(mapping or {}))


@pytest.mark.parametrize("kind", SENT)
def test_usual_names(kind: str) -> None:
    found = identify(SENT[kind])
    assert {name: getattr(found, name) for name in EXPECTED} == EXPECTED
    assert (found.title, found.department, found.site, found.phone) == ("Analyst", "R&D", "Lyon", "+33 1")
    assert found.shown_name == "Ada Byron"
    assert {"title", "department", "site", "phone", "email"} <= found.owned
    assert "manager" not in found.owned


def test_mapping_of_the_administrator_goes_first() -> None:
    sent = {"department": ["Old"], "Direction": ["New"], "X-Boss": ["uid=grace,ou=People,dc=example"]}
    found = identify(sent, {"department": "direction", "manager": "x-chief | x-boss"})
    assert (found.department, found.manager) == ("New", "grace")


@pytest.mark.parametrize("raw", [{"nothing": "x"}, {"email": ""}, {"email": "mail|"}])
def test_wrong_mapping_is_refused(raw: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="RSE_SAML_ATTRIBUTES"):
        checked_mapping(raw)


def test_values_are_cleaned() -> None:
    found = identify(
        {
            "givenName": ["  A\u200bda\n\tB "],
            "sn": ["", "x" * 900],
            "mail": ["not an address"],
            "roles": ["a", "b"],
        }
    )
    assert found.given_name == "A da B"
    assert len(found.family_name or "") == 256
    assert found.email is None
    assert found.roles == ("a", "b")


def test_name_to_show_falls_back() -> None:
    assert identify({"mail": ["grace.hopper@example.org"]}).shown_name == "grace.hopper"
    assert identify({}).shown_name == "n-1"
    assert identify({"displayName": ["Dr Ada"], "givenName": ["Ada"]}).shown_name == "Dr Ada"


def test_session_end_is_kept() -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    assert to_identity("i", NameId("n", "f", "s"), {}, {}, end).session_until == end


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("grace", "grace"),
        ("g@example.org", "g@example.org"),
        ("CN=Grace Hopper,OU=x", "Grace Hopper"),
        ("a, b", "a, b"),
    ],
)
def test_manager(value: str, name: str) -> None:
    assert manager_name(value) == name
