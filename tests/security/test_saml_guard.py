"""What would burn the processor or confuse a parser is refused before the toolkit sees it."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from rse.accounts import saml
from rse.accounts.saml_guard import DS, NS, XENC, Refused
from tests.accounts import idp

REQUEST = "_request"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"


class ToolkitReachedError(AssertionError):
    """The toolkit was called: the guard let the message pass."""


@pytest.fixture(autouse=True)
def _no_toolkit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise ToolkitReachedError

    monkeypatch.setattr(saml, "OneLogin_Saml2_Response", refuse)


def code_of(encoded: str) -> str:
    with pytest.raises(Refused) as refusal:
        saml.read_response(idp.service_provider(), idp.provider(), encoded, REQUEST, datetime.now(UTC))
    return refusal.value.code


def signed_root() -> Any:
    root = idp.response(REQUEST)
    idp.sign(idp.find_assertion(root))
    return root


def change(path: str, **attributes: str) -> str:
    root = signed_root()
    for name, value in attributes.items():
        root.find(path, NS).set(name, value)
    return idp.encode(root)


def insert(path: str, xml: str) -> str:
    root = signed_root()
    root.find(path, NS).append(etree.fromstring(xml))
    return idp.encode(root)


@pytest.mark.parametrize(
    "algorithm",
    [
        XSLT,
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        DS + "base64",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/04/xmlenc#decryption",
        "",
    ],
)
def test_transform_outside_the_list_is_refused(algorithm: str) -> None:
    assert code_of(change(".//ds:Transform", Algorithm=algorithm)) == "transform"
    assert code_of(change(".//ds:CanonicalizationMethod", Algorithm=algorithm)) == "transform"


def test_stylesheet_or_many_transforms_are_refused() -> None:
    sheet = f'<Transform xmlns="{DS}" Algorithm="{XSLT}"><x xmlns="http://www.w3.org/1999/XSL/Transform"/></Transform>'
    assert code_of(insert(".//ds:Transforms", sheet)) == "transform"
    again = f'<Transform xmlns="{DS}" Algorithm="{idp.EXCLUSIVE}"/>'
    assert code_of(insert(".//ds:Transforms", again)) == "transform"
    assert code_of(insert(".//ds:Transform", f'<XPath xmlns="{DS}">//*</XPath>')) == "transform"


@pytest.mark.parametrize(
    ("path", "xml"),
    [
        (".//ds:SignedInfo", f'<Reference xmlns="{DS}" URI=""/>'),
        (".//ds:Signature", f'<Object xmlns="{DS}"/>'),
        (".//ds:Signature", f'<Object xmlns="{DS}"><Manifest><Reference URI="#a"/></Manifest></Object>'),
        (".//ds:KeyInfo", f'<RetrievalMethod xmlns="{DS}" URI="http://evil.example"/>'),
        (".//ds:X509Data", f'<Object xmlns="{DS}"/>'),
        (".//saml:Subject", f'<Signature xmlns="{DS}"/>'),
        (".//saml:AttributeStatement", f'<CipherReference xmlns="{XENC}" URI="http://evil.example"/>'),
        (".//saml:AttributeStatement", f'<Reference xmlns="{DS}" URI="#a"/>'),
    ],
)
def test_shape_of_a_signature_is_plain(path: str, xml: str) -> None:
    assert code_of(insert(path, xml)) == "signature_shape"


@pytest.mark.parametrize("uri", ["", "#", "#other", "http://evil.example/", "#xpointer(/)"])
def test_reference_is_to_the_parent(uri: str) -> None:
    assert code_of(change(".//ds:Reference", URI=uri)) == "signature_shape"


@pytest.mark.parametrize(
    "algorithm",
    [
        DS + "rsa-sha1",
        DS + "dsa-sha1",
        DS + "hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "",
    ],
)
def test_algorithm_outside_the_list_is_refused(algorithm: str) -> None:
    assert code_of(change(".//ds:SignatureMethod", Algorithm=algorithm)) == "algorithm"
    assert code_of(change(".//ds:DigestMethod", Algorithm=algorithm)) == "algorithm"


def test_weak_encryption_is_refused() -> None:
    for path, algorithm in (
        (".//xenc:EncryptedData/xenc:EncryptionMethod", XENC + "tripledes-cbc"),
        (".//xenc:EncryptedKey/xenc:EncryptionMethod", XENC + "rsa-1_5"),
    ):
        root = idp.encrypt(signed_root())
        root.find(path, NS).set("Algorithm", algorithm)
        assert code_of(idp.encode(root)) == "algorithm"


def test_transform_inside_a_cipher_is_refused() -> None:
    root = idp.encrypt(signed_root())
    transforms = etree.fromstring(f'<Transforms xmlns="{DS}"><Transform Algorithm="{XSLT}"/></Transforms>')
    root.find(".//ds:KeyInfo", NS).append(transforms)
    assert code_of(idp.encode(root)) == "transform"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_document_type_is_refused(content: bytes) -> None:
    assert code_of(idp.encode(content)) == "document_type"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"hello",
        b"<a",
        b"<a><b></a>",
        b"\xff\xfe\x00",
        b'<a b="1" b="2"/>',
        b"<a>&unknown;</a>",
        b"<a>\x01</a>",
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b"<?php x ?><a/>",
        b"<a><!-- x --></a>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
    ],
)
def test_malformed_content_is_refused(content: bytes) -> None:
    assert code_of(idp.encode(content)) == "malformed"


@pytest.mark.parametrize("encoded", ["", "%%%", "é", "AAA", "PGE+\x00", "PGEvPg==PGEvPg=="])
def test_malformed_base64_is_refused(encoded: str) -> None:
    assert code_of(encoded) == "malformed"


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" + b"<b/>" * 4000 + b"</a>",
        b"<a>" * 60 + b"</a>" * 60,
        b"<a " + b" ".join(b'x%d="1"' % n for n in range(100)) + b"/>",
        b"<a>" + b"x" * 300_000 + b"</a>",
    ],
)
def test_too_much_is_refused(content: bytes) -> None:
    assert code_of(idp.encode(content)) == "too_large"


def test_other_documents_are_refused() -> None:
    assert code_of(base64.b64encode(b"<a/>").decode()) == "not_a_response"


def test_ids_are_unique() -> None:
    root = signed_root()
    root.set("ID", idp.find_assertion(root).get("ID"))
    assert code_of(idp.encode(root)) == "duplicate_id"


def test_number_of_assertions_is_one() -> None:
    root = idp.response(REQUEST)
    root.remove(idp.find_assertion(root))
    assert code_of(idp.encode(root)) == "one_assertion"


def test_decrypted_tree_passes_the_same_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    checked = []

    def spy(self: Any, *_args: Any, **_kwargs: Any) -> bool:
        checked.append(self)
        raise ToolkitReachedError

    monkeypatch.setattr(saml.OneLogin_Saml2_Response, "is_valid", spy)
    root = signed_root()
    root.find(".//ds:Transform", NS).set("Algorithm", XSLT)
    assert code_of(idp.encode(idp.encrypt(root))) == "transform"
    assert checked == []
