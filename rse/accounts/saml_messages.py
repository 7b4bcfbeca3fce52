"""The SAML messages that travel in an address (redirect binding): built, signed, read and checked.

Built with lxml and not from text, because the addresses of identity providers carry `&`. Source: SAML 2.0
Bindings, section 3.4 (deflate, base64, and a signature over the query string as it was sent).
"""

import base64
import binascii
import secrets
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote_plus

from lxml import etree

from rse.accounts import saml_keys
from rse.accounts.saml_guard import MAX_BYTES, SAML, SAMLP, Refused, decode, parse

POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BUILT = {"samlp": SAMLP, "saml": SAML}
FRESH = timedelta(minutes=10)  # how far the clock of the other side may be from ours
TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class NameId:
    """How an identity provider calls a person: its NameID with its format."""

    value: str
    format: str | None = None
    session_index: str | None = None


@dataclass(frozen=True)
class LogoutRequest:
    """What an identity provider asks to be ended."""

    id: str
    name_id: NameId
    session_indexes: tuple[str, ...]


def saml_id() -> str:
    """Give a fresh id for a message: 160 random bits, first character a letter as xs:ID wants it."""
    return "_" + secrets.token_hex(20)


def instant(moment: datetime) -> str:
    """Write a time as SAML does: UTC, to the second."""
    return moment.astimezone(UTC).strftime(TIME)


def read_instant(text: str | None) -> datetime | None:
    """Read a SAML time, with or without fractions. Raises Refused `malformed` when it is not one."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("malformed", f"not a time: {text[:40]}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _message(name: str, issuer: str, destination: str, now: datetime) -> Any:
    root = etree.Element(f"{{{SAMLP}}}{name}", nsmap=BUILT)
    root.set("ID", saml_id())
    root.set("Version", "2.0")
    root.set("IssueInstant", instant(now))
    root.set("Destination", destination)
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = issuer
    return root


def authn_request(issuer: str, destination: str, acs_url: str, name_id_format: str, now: datetime) -> Any:
    """Build the question "who is this?": any way of signing in will do, the answer comes by POST."""
    root = _message("AuthnRequest", issuer, destination, now)
    root.set("ProtocolBinding", POST_BINDING)
    root.set("AssertionConsumerServiceURL", acs_url)
    etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy", Format=name_id_format, AllowCreate="true")
    return root


def logout_request(issuer: str, destination: str, name_id: NameId, now: datetime) -> Any:
    """Build the request to end the session of a person at the other side."""
    root = _message("LogoutRequest", issuer, destination, now)
    name = etree.SubElement(root, f"{{{SAML}}}NameID")
    name.text = name_id.value
    if name_id.format:
        name.set("Format", name_id.format)
    if name_id.session_index:
        etree.SubElement(root, f"{{{SAMLP}}}SessionIndex").text = name_id.session_index
    return root


def logout_response(issuer: str, destination: str, in_response_to: str, now: datetime) -> Any:
    """Build the answer "done" to a logout request."""
    root = _message("LogoutResponse", issuer, destination, now)
    root.set("InResponseTo", in_response_to)
    status = etree.SubElement(root, f"{{{SAMLP}}}Status")
    etree.SubElement(status, f"{{{SAMLP}}}StatusCode", Value=SUCCESS)
    return root


def redirect_url(destination: str, field: str, message: Any, relay_state: str | None, key: str | None) -> str:
    """Give the address that carries `message` as SAMLRequest or SAMLResponse, signed when there is a key."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(etree.tostring(message)) + packer.flush()
    query = f"{field}={quote(base64.b64encode(packed), safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if key is not None:
        query += f"&SigAlg={quote(saml_keys.RSA_SHA256, safe='')}"
        signature = saml_keys.sign(query.encode(), key)
        query += f"&Signature={quote(base64.b64encode(signature), safe='')}"
    return destination + ("&" if "?" in destination else "?") + query


def read_redirect(query_string: str, field: str) -> Any:
    """Take the message out of a query string, with a limit on what it may unpack to. Raises Refused."""
    try:
        values = parse_qs(query_string, keep_blank_values=True, max_num_fields=20).get(field, [])
    except ValueError as error:
        raise Refused("malformed", "not a query string") from error
    if len(values) != 1:
        raise Refused("malformed", f"exactly one {field} is expected")
    packed = decode(values[0])
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        content = unpacker.decompress(packed, MAX_BYTES + 1)
    except zlib.error as error:
        raise Refused("malformed", "not deflated") from error
    return parse(content)


def check_redirect_signature(query_string: str, field: str, certificates: tuple[str, ...]) -> None:
    """Refuse a message whose query string one of the certificates has not signed, in the form it came in."""
    parts: dict[str, str] = {}
    for part in query_string.split("&"):
        name = part.partition("=")[0]
        if name in parts:
            raise Refused("malformed", f"{name[:20]} is sent twice")
        parts[name] = part
    if "Signature" not in parts or "SigAlg" not in parts:
        raise Refused("unsigned", "the message is not signed")
    signed = "&".join(parts[name] for name in (field, "RelayState", "SigAlg") if name in parts)
    algorithm = unquote_plus(parts["SigAlg"].partition("=")[2])
    if algorithm not in saml_keys.HASHES:
        raise Refused("algorithm", algorithm[:200])
    try:
        signature = base64.b64decode(unquote_plus(parts["Signature"].partition("=")[2]), validate=True)
    except binascii.Error as error:
        raise Refused("malformed", "the signature is not base64") from error
    if not saml_keys.is_signed_by(signed.encode(), signature, algorithm, certificates):
        raise Refused("signature", "the signature does not match")


def check_envelope(root: Any, name: str, issuer: str, destination: str) -> str:
    """Refuse a message of another kind, sender or addressee. Gives its id."""
    if root.tag != f"{{{SAMLP}}}{name}" or root.get("Version") != "2.0":
        raise Refused("malformed", f"not a {name}")
    if text_of(root, "saml:Issuer") != issuer:
        raise Refused("issuer", "the message comes from somebody else")
    if root.get("Destination") != destination:
        raise Refused("destination", "the message is for another address")
    identifier = root.get("ID")
    if not identifier:
        raise Refused("malformed", "the message has no id")
    return str(identifier)


def text_of(root: Any, path: str) -> str | None:
    """Give the text of the only element at `path`, or None when there is none or more than one."""
    found = root.findall(path, BUILT)
    text = (found[0].text or "").strip() if len(found) == 1 and not len(found[0]) else ""
    return text or None


def read_logout_request(root: Any, issuer: str, destination: str, now: datetime) -> LogoutRequest:
    """Read a LogoutRequest that was checked for its signature. Raises Refused."""
    identifier = check_envelope(root, "LogoutRequest", issuer, destination)
    issued, until = read_instant(root.get("IssueInstant")), read_instant(root.get("NotOnOrAfter"))
    stale = issued is None or abs(now - issued) > FRESH
    if stale or (until is not None and until <= now):
        raise Refused("expired", "the logout request has expired")
    name_id = text_of(root, "saml:NameID")
    if name_id is None:
        raise Refused("name_id", "the logout request names nobody")
    indexes = tuple((node.text or "").strip() for node in root.findall("samlp:SessionIndex", BUILT))
    return LogoutRequest(identifier, NameId(name_id, root.find("saml:NameID", BUILT).get("Format")), indexes)
