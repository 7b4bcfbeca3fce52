"""Messages of the redirect binding and metadata: built, signed, read; what is wrong is refused."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import onelogin.saml2
import pytest
from lxml import etree

from rse.accounts import saml, saml_keys, saml_messages
from rse.accounts.saml_guard import NS, Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.saml_metadata import parse_metadata, sp_metadata
from tests.accounts import idp

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SCHEMAS = Path(onelogin.saml2.__file__).parent / "schemas"


def query_of(url: str) -> str:
    return urlsplit(url).query


def valid(root: Any, schema: str) -> bool:
    return etree.XMLSchema(etree.parse(SCHEMAS / schema)).validate(root)


def test_sp_metadata_are_valid() -> None:
    root = etree.fromstring(
        sp_metadata(idp.service_provider("https://rse.example/app", "persistent", "email"))
    )
    assert valid(root, "saml-schema-metadata-2.0.xsd")
    assert root.get("entityID") == "https://rse.example/app/saml/metadata"
    assert idp.keys("sp").certificate_body in etree.tostring(root).decode()


def test_question_is_valid_signed_and_addressed() -> None:
    target = "https://idp.example/sso?idpid=C0&x=1"
    provider = parse_metadata(idp.metadata(sso=target.replace("&", "&amp;")))
    redirect = saml.start_sign_in(idp.service_provider(), provider, "opaque", NOW)
    assert redirect.url.startswith(target + "&SAMLRequest=")
    query = query_of(redirect.url)
    root = saml_messages.read_redirect(query, "SAMLRequest")
    assert valid(root, "saml-schema-protocol-2.0.xsd")
    assert root.get("ID") == redirect.id
    assert root.get("Destination") == target
    assert root.get("AssertionConsumerServiceURL") == f"{idp.BASE}/saml/acs"
    assert root.find("samlp:RequestedAuthnContext", NS) is None
    assert parse_qs(query)["RelayState"] == ["opaque"]
    saml_messages.check_redirect_signature(query, "SAMLRequest", (idp.keys("sp").certificate_body,))


def logout_query(**knobs: Any) -> str:
    message = saml_messages.logout_request(
        knobs.get("issuer", idp.ENTITY),
        knobs.get("destination", f"{idp.BASE}/saml/sls"),
        NameId("ada & co", None, "s<1>"),
        knobs.get("now", NOW),
    )
    pair = knobs.get("pair", idp.keys())
    return query_of(
        saml_messages.redirect_url("https://x.example/", "SAMLRequest", message, "r", pair and pair.key)
    )


def read_logout(query: str) -> saml_messages.LogoutRequest:
    saml_messages.check_redirect_signature(query, "SAMLRequest", idp.provider().certificates)
    root = saml_messages.read_redirect(query, "SAMLRequest")
    assert valid(root, "saml-schema-protocol-2.0.xsd")
    return saml_messages.read_logout_request(root, idp.ENTITY, f"{idp.BASE}/saml/sls", NOW)


def test_logout_request_is_read() -> None:
    found = read_logout(logout_query())
    assert (found.name_id.value, found.session_indexes) == ("ada & co", ("s<1>",))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (logout_query(pair=None), "unsigned"),
        (logout_query(pair=idp.keys("stranger")), "signature"),
        (logout_query().replace("RelayState=r", "RelayState=q"), "signature"),
        (logout_query() + "&SAMLRequest=x", "malformed"),
        (logout_query() + "&RelayState=x", "malformed"),
        (logout_query().replace("rsa-sha256", "rsa-sha1"), "algorithm"),
        (logout_query().replace("Signature=", "Signature=%21"), "malformed"),
        (logout_query(issuer="https://other.example"), "issuer"),
        (logout_query(destination=f"{idp.BASE}/saml/sls/"), "destination"),
        (logout_query(now=NOW - timedelta(minutes=11)), "expired"),
        (logout_query(now=NOW + timedelta(minutes=11)), "expired"),
    ],
)
def test_wrong_logout_request_is_refused(query: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_logout(query)
    assert refusal.value.code == code


@pytest.mark.parametrize("content", [b"<a/>" * 3, b"", b"\x00" * 9])
def test_wrong_packing_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        saml_messages.read_redirect("SAMLRequest=" + quote(base64.b64encode(content)), "SAMLRequest")


def test_packed_bomb_is_refused() -> None:
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(b"<a>" + b" " * 50_000_000 + b"</a>") + packer.flush()
    with pytest.raises(Refused) as refusal:
        saml_messages.read_redirect("SAMLRequest=" + quote(base64.b64encode(packed)), "SAMLRequest")
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"<!DOCTYPE a><a/>",
        idp.metadata(entity=""),
        idp.metadata("AAAA"),
        idp.metadata("%"),
        idp.metadata(sso="javascript:x"),
        idp.metadata(sso=""),
        idp.metadata()
        .replace(b"KeyDescriptor use=", b"Nothing use=")
        .replace(b"/md:KeyDescriptor", b"/md:Nothing"),
        b"<x>" + idp.metadata() * 2 + b"</x>",
    ],
)
def test_wrong_metadata_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse_metadata(content)
    assert refusal.value.code == "metadata"


def test_provider_metadata_are_read() -> None:
    found = parse_metadata(idp.metadata())
    assert (found.entity_id, found.sso_url, found.slo_url) == (
        idp.ENTITY,
        "https://idp.example/sso",
        "https://idp.example/slo",
    )
    assert found.certificate_end > datetime.now(UTC) + timedelta(days=300)


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    first = saml_keys.load_or_create(tmp_path / "saml", "sp", "rse", NOW)
    assert first == saml_keys.load_or_create(tmp_path / "saml", "sp", "rse", NOW)
    assert (tmp_path / "saml" / "sp.pem").stat().st_mode & 0o077 == 0
