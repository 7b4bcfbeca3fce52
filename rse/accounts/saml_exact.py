"""What an assertion must say exactly: mandatory here where the toolkit accepts it absent or only similar.

Each function takes the decrypted document (one assertion) and raises Refused with its own code.
"""

from datetime import UTC, datetime
from typing import Any

from rse.accounts.saml_guard import NS, SAML, Refused
from rse.accounts.saml_messages import SUCCESS, NameId, read_instant, text_of
from rse.accounts.saml_metadata import FORMATS, UNSPECIFIED, IdentityProvider, ServiceProvider

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
MAX_NAME_ID = 254  # as the table holds it


def check_status(document: Any) -> None:
    """Refuse an answer that says no."""
    code = document.find("samlp:Status/samlp:StatusCode", NS)
    if code is None or code.get("Value") != SUCCESS:
        raise Refused("status", _said(document))


def _said(document: Any) -> str:
    codes = [
        str(node.get("Value")).rpartition(":")[2] for node in document.iter(f"{{{NS['samlp']}}}StatusCode")
    ]
    text = document.findtext("samlp:Status/samlp:StatusMessage", default="", namespaces=NS)
    return f"{' / '.join(codes)} {text}".strip()[:200]


def check_destination(sp: ServiceProvider, document: Any) -> None:
    """Refuse a response to another address, or to none."""
    if document.get("Destination") != sp.acs_url:
        raise Refused("destination", f"for {str(document.get('Destination'))[:200]}")


def check_request(document: Any, assertion: Any, request_id: str | None) -> None:
    """Refuse an answer to another request; with None, one that claims to answer any."""
    if document.get("InResponseTo") != request_id:
        raise Refused("in_response_to", "the response answers another request")
    data = assertion.find("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS)
    if data is not None and data.get("InResponseTo") != request_id:
        raise Refused("in_response_to", "the assertion answers another request")


def check_issuer(idp: IdentityProvider, document: Any, assertion: Any) -> None:
    """Refuse what another identity provider says."""
    issuers = {text_of(assertion, "saml:Issuer"), text_of(document, "saml:Issuer") or idp.entity_id}
    if issuers != {idp.entity_id}:
        raise Refused("issuer", f"{', '.join(sorted(map(str, issuers)))[:200]} asserts")


def check_conditions(sp: ServiceProvider, assertion: Any) -> datetime:
    """Refuse an assertion without end, or for another audience; give its end."""
    conditions = assertion.find("saml:Conditions", NS)
    until = None if conditions is None else read_instant(conditions.get("NotOnOrAfter"))
    if until is None:
        raise Refused("expired", "the assertion does not say until when it is valid")
    restrictions = conditions.findall("saml:AudienceRestriction", NS)
    for restriction in restrictions:
        audiences = {(node.text or "").strip() for node in restriction}
        if sp.entity_id not in audiences:
            raise Refused("audience", f"for {', '.join(sorted(audiences))[:200]}")
    if not restrictions:
        raise Refused("audience", "the assertion does not say for whom it is")
    return until


def check_confirmation(sp: ServiceProvider, assertion: Any, now: datetime) -> None:
    """Refuse an assertion that is not confirmed to its bearer, at our address, for now."""
    found = assertion.findall("saml:Subject/saml:SubjectConfirmation", NS)
    if len(found) != 1 or found[0].get("Method") != BEARER:
        raise Refused("subject_confirmation", "exactly one bearer confirmation is expected")
    data = found[0].find("saml:SubjectConfirmationData", NS)
    if data is None or data.get("Recipient") != sp.acs_url:
        raise Refused("recipient", f"for {str(data.get('Recipient') if data is not None else None)[:200]}")
    until = read_instant(data.get("NotOnOrAfter"))
    if until is None or until <= now.astimezone(UTC):
        raise Refused("expired", "the confirmation has no end, or it has passed")


def read_name_id(sp: ServiceProvider, assertion: Any) -> NameId:
    """Give the NameID. Refuses none, one that is too long, and one in a format that is not wanted."""
    value = text_of(assertion, "saml:Subject/saml:NameID")
    if value is None or len(value) > MAX_NAME_ID:
        raise Refused("name_id", "no usable NameID")
    declared = assertion.find("saml:Subject/saml:NameID", NS).get("Format", UNSPECIFIED)
    if declared not in {FORMATS[name] for name in sp.name_id_formats}:
        raise Refused("name_id_format", declared[:120])
    statement = assertion.find("saml:AuthnStatement", NS)
    return NameId(value, declared, None if statement is None else statement.get("SessionIndex"))


def session_end(assertion: Any) -> datetime | None:
    """Give until when the identity provider lets the session live, if it says so."""
    statement = assertion.find("saml:AuthnStatement", NS)
    return None if statement is None else read_instant(statement.get("SessionNotOnOrAfter"))


def read_attributes(assertion: Any) -> dict[str, tuple[str, ...]]:
    """Give what the assertion says about the person, by name."""
    return {
        str(node.get("Name")): tuple("".join(value.itertext()).strip() for value in node)
        for node in assertion.iter(f"{{{SAML}}}Attribute")
    }
