"""Responses that were forged, altered or meant for somebody else are refused, each for its own reason."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from rse.accounts import saml
from rse.accounts.saml_guard import DS, NS, SAML, Refused
from rse.accounts.saml_metadata import EMAIL, parse_metadata
from tests.accounts import idp

REQUEST = "_request"


def read(encoded: str, **options: Any) -> saml.Assertion:
    sp = options.get("sp") or idp.service_provider()
    provider = options.get("provider") or idp.provider()
    return saml.read_response(sp, provider, encoded, REQUEST, datetime.now(UTC))


def code_of(encoded: str, **options: Any) -> str:
    with pytest.raises(Refused) as refusal:
        read(encoded, **options)
    return refusal.value.code


def signed_root(**knobs: Any) -> Any:
    root = idp.response(REQUEST, **knobs)
    idp.sign(idp.find_assertion(root))
    return root


def test_honest_response_is_understood() -> None:
    found = read(idp.signed(REQUEST, session_until=idp.at(600)))
    assert (found.issuer, found.name_id.value, found.name_id.session_index) == (idp.ENTITY, "ada-7", "s1")
    assert found.attributes["mail"] == ("ada@example.org",)
    assert found.session_until is not None
    assert found.until > datetime.now(UTC)


def test_honest_response_signed_twice_or_encrypted_is_understood() -> None:
    both = idp.sign(signed_root())
    assert read(idp.encode(both)).name_id.value == "ada-7"
    assert read(idp.encode(idp.encrypt(signed_root()))).name_id.value == "ada-7"


def test_second_certificate_of_a_rollover_is_accepted() -> None:
    provider = parse_metadata(idp.metadata(idp.keys("next").certificate_body, idp.keys().certificate_body))
    assert len(provider.certificates) == 2
    assert read(idp.signed(REQUEST), provider=provider).name_id.value == "ada-7"


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        ({"audience": None}, "audience"),
        ({"audience": "https://other.example/metadata"}, "audience"),
        ({"audience": f"{idp.BASE}/saml/metadata/more"}, "audience"),
        ({"recipient": None}, "recipient"),
        ({"recipient": "https://other.example/saml/acs"}, "subject_confirmation"),
        ({"recipient": f"https://evil.example/?{idp.BASE}/saml/acs"}, "recipient"),
        ({"destination": None}, "destination"),
        ({"destination": f"{idp.BASE}/saml/acs/more"}, "destination"),
        ({"destination": "https://other.example/saml/acs"}, "destination"),
        ({"until": None}, "expired"),
        ({"until": idp.at(-3600)}, "expired"),
        ({"confirmation_until": None}, "expired"),
        ({"confirmation_until": idp.at(-3600)}, "subject_confirmation"),
        ({"not_before": idp.at(3600)}, "too_early"),
        ({"session_until": idp.at(-10)}, "expired"),
        ({"response_to": None}, "in_response_to"),
        ({"response_to": "_other"}, "in_response_to"),
        ({"confirmation_to": None}, "in_response_to"),
        ({"confirmation_to": "_other"}, "subject_confirmation"),
        ({"issuer": "https://other.example"}, "issuer"),
        ({"response_issuer": "https://other.example"}, "issuer"),
        ({"name_id": None}, "name_id"),
        ({"name_id": ""}, "name_id"),
        ({"name_id": "a" * 300}, "name_id"),
        ({"format": EMAIL}, "name_id_format"),
        ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "name_id_format"),
        ({"status": "Responder"}, "status"),
        ({"attributes": [("mail", ["a@b.example"]), ("mail", ["c@d.example"])]}, "duplicate_attribute"),
    ],
)
def test_what_the_toolkit_lets_pass_is_refused(knobs: dict[str, Any], code: str) -> None:
    assert code_of(idp.signed(REQUEST, **knobs)) == code


def test_name_id_by_email_needs_configuration() -> None:
    by_email = idp.service_provider(idp.BASE, "persistent", "email")
    found = read(idp.signed(REQUEST, format=EMAIL, name_id="ada@example.org"), sp=by_email)
    assert found.name_id.value == "ada@example.org"


def test_unsigned_assertion_is_refused() -> None:
    assert code_of(idp.encode(idp.response(REQUEST))) == "unsigned"
    assert code_of(idp.encode(idp.sign(idp.response(REQUEST)))) == "unsigned"


def test_key_of_somebody_else_is_refused() -> None:
    root = idp.response(REQUEST)
    idp.sign(idp.find_assertion(root), idp.keys("stranger"))
    assert code_of(idp.encode(root)) == "signature"


@pytest.mark.parametrize(
    "options",
    [
        {"signature": DS + "rsa-sha1"},
        {"digest": DS + "sha1"},
        {"signature": DS + "rsa-sha1", "digest": DS + "sha1"},
    ],
)
def test_sha1_is_refused(options: dict[str, str]) -> None:
    root = idp.response(REQUEST)
    node = idp.find_assertion(root)
    idp.sign(node)
    for tag, algorithm in (
        ("SignatureMethod", options.get("signature")),
        ("DigestMethod", options.get("digest")),
    ):
        if algorithm:
            next(node.iter(f"{{{DS}}}{tag}")).set("Algorithm", algorithm)
    assert code_of(idp.encode(root)) == "algorithm"


def test_altered_content_is_refused() -> None:
    root = signed_root()
    root.find(".//saml:NameID", NS).text = "somebody-else"
    assert code_of(idp.encode(root)) == "signature"


def test_comment_in_the_name_is_refused() -> None:
    root = signed_root(name_id="admin@example.org.evil.example")
    content = etree.tostring(root).replace(b"example.org.evil", b"example.org<!-- -->.evil")
    assert code_of(idp.encode(content)) == "malformed"


def wrapped(number: int) -> Any:
    """Give the classic signature wrappings: the signed assertion stays, an evil one is read in its place."""
    root = signed_root()
    good = idp.find_assertion(root)
    evil = copy.deepcopy(good)
    evil.remove(evil.find("ds:Signature", NS))
    evil.find(".//saml:NameID", NS).text = "victim"
    signature = good.find("ds:Signature", NS)
    if number in {3, 4, 8}:
        evil.set("ID", "_evil")
    if number in {1, 2}:  # of a signed response
        whole = idp.sign(idp.response(REQUEST))
        outer = copy.deepcopy(whole)
        outer.set("ID", "_evil")
        outer.find(".//saml:NameID", NS).text = "victim"
        inner = outer.find("ds:Signature", NS)
        (inner if number == 1 else outer).append(whole)
        return outer
    if number == 3:
        root.insert(root.index(good), evil)
    elif number == 4:
        root.replace(good, evil)
        evil.append(good)
    elif number == 5:
        good.find(".//saml:NameID", NS).text = "victim"
        original = idp.find_assertion(signed_root())
        original.remove(original.find("ds:Signature", NS))
        root.append(original)
    elif number == 6:
        evil.insert(1, signature)
        root.replace(good, evil)
        signature.append(good)
    elif number == 7:
        extensions = etree.SubElement(root, f"{{{NS['samlp']}}}Extensions")
        extensions.append(evil)
    else:
        evil.insert(1, signature)
        root.replace(good, evil)
        etree.SubElement(signature, f"{{{DS}}}Object").append(good)
    return root


@pytest.mark.parametrize("number", range(1, 9))
def test_signature_wrapping_is_refused(number: int) -> None:
    assert code_of(idp.encode(wrapped(number))) in {
        "one_assertion",
        "signature_shape",
        "duplicate_id",
        "duplicate_attribute",
    }


def test_wrapping_inside_the_assertion_is_refused() -> None:
    root = signed_root()
    advice = etree.SubElement(idp.find_assertion(root), f"{{{SAML}}}Advice")
    advice.append(copy.deepcopy(idp.find_assertion(idp.response(REQUEST))))
    assert code_of(idp.encode(root)) == "one_assertion"


def test_encrypted_for_somebody_else_is_refused() -> None:
    assert code_of(idp.encode(idp.encrypt(signed_root(), idp.keys("stranger")))) == "malformed"
