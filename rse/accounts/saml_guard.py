"""What a SAML message must look like before anything else may touch it.

The toolkit runs any transform that a message names before it looks at a signature (python3-saml issue
447: six kilobytes sent by nobody in particular cost nine seconds of processor). So the tree is measured
here first: size, depth, no document type, known algorithms only, one reference per signature and to its
own parent. The tree that comes out of a decryption goes through the same gate.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
NS = {"samlp": SAMLP, "saml": SAML, "ds": DS, "xenc": XENC}

MAX_ENCODED = 400_000  # characters of base64
MAX_BYTES = 256 * 1024
MAX_ELEMENTS = 3_000
MAX_DEPTH = 24
MAX_ATTRIBUTES = 24  # on one element
MAX_SIGNATURES = 2  # the response and its assertion
MAX_TRANSFORMS = 2  # enveloped, then one canonical form
MAX_PREFIXES = 256  # characters of a list of prefixes
MAX_KEYS = 4  # encrypted keys: one per certificate that we have published

CANONICAL = frozenset(
    {
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",  # the same here: comments are refused
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    }
)
ENVELOPED = DS + "enveloped-signature"
SIGNATURES = frozenset(f"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}" for bits in (256, 384, 512))
DIGESTS = frozenset({XENC + "sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", XENC + "sha512"})
CIPHERS = frozenset(
    {XENC + f"aes{bits}-cbc" for bits in (128, 192, 256)}
    | {f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm" for bits in (128, 192, 256)}
)
KEY_TRANSPORTS = frozenset({XENC + "rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"})
FORBIDDEN = frozenset({"Object", "Manifest", "SignatureProperties", "RetrievalMethod", "CipherReference"})
PROLOG = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


class Refused(Exception):
    """A message that is not accepted: `code` for the log and the page, `detail` for who reads the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.idp = ""  # entity id of the provider that it is about, when that is known


def decode(encoded: str) -> bytes:
    """Undo base64 strictly (white space allowed). Raises Refused `too_large` or `malformed`."""
    if len(encoded) > MAX_ENCODED:
        raise Refused("too_large", f"{len(encoded)} characters")
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("malformed", "not base64") from error
    if not content:
        raise Refused("malformed", "empty message")
    return content


def parse(content: bytes) -> Any:
    """Read XML without network, entities, document type, comments or instructions. Raises Refused."""
    if len(content) > MAX_BYTES:
        raise Refused("too_large", f"{len(content)} bytes")
    prolog = PROLOG.match(content)
    if prolog and prolog.group(1).lower() not in {b"utf-8", b"us-ascii"}:
        raise Refused("malformed", "the encoding is not UTF-8")
    if b"\0" in content:
        raise Refused("malformed", "the encoding is not UTF-8")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("document_type", "a document type or entity is declared")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("malformed", "not well-formed XML") from error
    if root.getroottree().docinfo.doctype:
        raise Refused("document_type", "a document type is declared")
    _measure(root)
    return root


def _measure(root: Any) -> None:
    if root.getprevious() is not None or root.getnext() is not None:
        raise Refused("malformed", "something stands beside the root")
    depths = {root: 1}
    for count, node in enumerate(root.iter(), start=1):
        if not isinstance(node.tag, str):
            raise Refused("malformed", "comments and processing instructions are not accepted")
        parent = node.getparent()
        depth = 1 if parent is None else depths[parent] + 1
        depths[node] = depth
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or len(node.attrib) > MAX_ATTRIBUTES:
            raise Refused("too_large", "too many elements, levels or attributes")


def check_response(root: Any) -> None:
    """Refuse a samlp:Response that is not plain: see the module. Also for its decrypted form."""
    if root.tag != f"{{{SAMLP}}}Response":
        raise Refused("not_a_response", etree.QName(root).localname)
    _check_names(root)
    _check_ids(root)
    _check_assertions(root)
    signatures = root.findall(f".//{{{DS}}}Signature")
    if len(signatures) > MAX_SIGNATURES:
        raise Refused("signature_shape", "too many signatures")
    if sum(1 for _ in root.iter(f"{{{DS}}}Reference")) != len(signatures):
        raise Refused("signature_shape", "a reference outside its signature")
    for signature in signatures:
        _check_signature(root, signature)
    _check_encryption(root)
    _check_attribute_names(root)


def _check_names(root: Any) -> None:
    for node in root.iter():
        name = etree.QName(node)
        if name.namespace in {DS, XENC} and name.localname in FORBIDDEN:
            raise Refused("signature_shape", name.localname)
        outside = node.getparent() is None or node.getparent().tag != f"{{{DS}}}Reference"
        if name.namespace == DS and name.localname == "Transforms" and outside:
            raise Refused("transform", "transforms outside a reference")


def _check_ids(root: Any) -> None:
    seen = set()
    for node in root.iter():
        for attribute in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"):
            value = node.get(attribute)
            if value is not None and value in seen:
                raise Refused("duplicate_id", "two elements have the same id")
            if value is not None:
                seen.add(value)


def _check_assertions(root: Any) -> None:
    found = [*root.iter(f"{{{SAML}}}Assertion"), *root.iter(f"{{{SAML}}}EncryptedAssertion")]
    if len(found) != 1:
        raise Refused("one_assertion", f"{len(found)} assertions")
    if found[0].getparent() is not root:
        raise Refused("one_assertion", "the assertion is not directly in the response")


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    for child in node:
        yield etree.QName(child).localname, child


def _check_signature(root: Any, signature: Any) -> None:
    parent = signature.getparent()
    inside = parent is root or (parent.tag == f"{{{SAML}}}Assertion" and parent.getparent() is root)
    if not inside:
        raise Refused("signature_shape", "a signature in an unexpected place")
    names = [name for name, _ in _children(signature)]
    if names not in (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]):
        raise Refused("signature_shape", "unexpected parts of a signature")
    info = signature[0]
    if [name for name, _ in _children(info)] != ["CanonicalizationMethod", "SignatureMethod", "Reference"]:
        raise Refused("signature_shape", "exactly one reference is expected")
    canonical, method, reference = info
    _check_algorithm(canonical, CANONICAL, "transform")
    _check_algorithm(method, SIGNATURES, "algorithm")
    if len(method):
        raise Refused("algorithm", "parameters of the signature method")
    _check_inclusive(canonical)
    if not parent.get("ID") or reference.get("URI") != "#" + parent.get("ID"):
        raise Refused("signature_shape", "the reference is not to the signed element")
    _check_reference(reference)


def _check_reference(reference: Any) -> None:
    if [name for name, _ in _children(reference)] != ["Transforms", "DigestMethod", "DigestValue"]:
        raise Refused("signature_shape", "unexpected parts of a reference")
    transforms, digest, _ = reference
    _check_algorithm(digest, DIGESTS, "algorithm")
    algorithms = [transform.get("Algorithm") for transform in transforms]
    plain = algorithms[:1] == [ENVELOPED] and len(algorithms) <= MAX_TRANSFORMS
    if not plain or not set(algorithms[1:]) <= CANONICAL:
        raise Refused("transform", ", ".join(str(name)[:120] for name in algorithms[:4]))
    for name, transform in _children(transforms):
        if name != "Transform":
            raise Refused("transform", name)
        _check_inclusive(transform)


def _check_inclusive(node: Any) -> None:
    """Let a canonicalisation carry nothing but its list of prefixes."""
    for name, child in _children(node):
        if name != "InclusiveNamespaces" or len(child) or len(child.get("PrefixList") or "") > MAX_PREFIXES:
            raise Refused("transform", f"{name} inside a transform")


def _check_algorithm(node: Any, allowed: frozenset[str], code: str) -> None:
    algorithm = node.get("Algorithm")
    if algorithm not in allowed:
        raise Refused(code, str(algorithm)[:200])


def _check_encryption(root: Any) -> None:
    for method in root.iter(f"{{{XENC}}}EncryptionMethod"):
        is_key = etree.QName(method.getparent()).localname == "EncryptedKey"
        _check_algorithm(method, KEY_TRANSPORTS if is_key else CIPHERS, "algorithm")
    for data in root.iter(f"{{{XENC}}}EncryptedData"):
        if data.getparent().tag != f"{{{SAML}}}EncryptedAssertion":
            raise Refused("encryption", "only the whole assertion may be encrypted")
    if sum(1 for _ in root.iter(f"{{{XENC}}}EncryptedData")) > 1:
        raise Refused("encryption", "one encrypted assertion is expected")
    if sum(1 for _ in root.iter(f"{{{XENC}}}EncryptedKey")) > MAX_KEYS:
        raise Refused("encryption", "too many keys")
    for data in root.iter(f"{{{XENC}}}EncryptedData", f"{{{XENC}}}EncryptedKey"):
        if data.find(f"{{{XENC}}}EncryptionMethod") is None:
            raise Refused("algorithm", "encryption without a method")


def _check_attribute_names(root: Any) -> None:
    names = [node.get("Name") for node in root.iter(f"{{{SAML}}}Attribute")]
    if len(names) != len(set(names)):
        raise Refused("duplicate_attribute", "an attribute is sent twice")
