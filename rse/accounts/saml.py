"""SAML 2.0 sign-in: the one place that knows python3-saml, and what it does not check by itself.

A response passes four gates, in this order: `saml_guard` on the tree as sent, `saml_guard` again on the
decrypted tree, the toolkit (schema, signature, times), and `_check_exactly` here: what the toolkit accepts
when it is absent or only similar is mandatory and equal (audience, recipient, destination, end of validity,
both InResponseTo).
Scheme and host come from the configured base address, never from a request's headers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from rse.accounts import saml_guard, saml_messages
from rse.accounts.saml_guard import NS, SAML, Refused
from rse.accounts.saml_messages import NameId, read_instant, text_of
from rse.accounts.saml_metadata import (
    FORMATS,
    REDIRECT_BINDING,
    UNSPECIFIED,
    IdentityProvider,
    ServiceProvider,
)

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
MAX_NAME_ID = 254  # as the table holds it


@dataclass(frozen=True)
class Redirect:
    """A message of ours on its way: its id and the address that carries it."""

    id: str
    url: str


@dataclass(frozen=True)
class Assertion:
    """What an accepted response says. `until` is when the assertion itself ends (for the replay table)."""

    id: str
    issuer: str
    name_id: NameId
    attributes: Mapping[str, tuple[str, ...]]
    until: datetime
    session_until: datetime | None


def _toolkit(sp: ServiceProvider, idp: IdentityProvider) -> OneLogin_Saml2_Settings:
    settings: dict[str, Any] = {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": sp.entity_id,
            "assertionConsumerService": {"url": sp.acs_url, "binding": saml_messages.POST_BINDING},
            "singleLogoutService": {"url": sp.sls_url, "binding": REDIRECT_BINDING},
            "NameIDFormat": FORMATS[sp.name_id_formats[0]],
            "x509cert": sp.keys.certificate,
            "privateKey": sp.keys.key,
        },
        "idp": {
            "entityId": idp.entity_id,
            "singleSignOnService": {"url": idp.sso_url, "binding": REDIRECT_BINDING},
            "x509certMulti": {"signing": list(idp.certificates)},
        },
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "wantAttributeStatement": False,
            "allowSingleLabelDomains": True,
        },
    }
    return OneLogin_Saml2_Settings(settings)


def start_sign_in(sp: ServiceProvider, idp: IdentityProvider, relay_state: str, now: datetime) -> Redirect:
    """Build the signed question for `idp` and the address that carries it."""
    wanted = FORMATS[sp.name_id_formats[0]]
    message = saml_messages.authn_request(sp.entity_id, idp.sso_url, sp.acs_url, wanted, now)
    url = saml_messages.redirect_url(idp.sso_url, "SAMLRequest", message, relay_state, sp.keys.key)
    return Redirect(message.get("ID"), url)


def start_logout(
    sp: ServiceProvider, idp: IdentityProvider, name_id: NameId, relay_state: str, now: datetime
) -> Redirect | None:
    """Build the signed request to end the person's session at `idp`; None when it has no single logout."""
    if idp.slo_url is None:
        return None
    message = saml_messages.logout_request(sp.entity_id, idp.slo_url, name_id, now)
    url = saml_messages.redirect_url(idp.slo_url, "SAMLRequest", message, relay_state, sp.keys.key)
    return Redirect(message.get("ID"), url)


def in_response_to(encoded: str) -> str:
    """Tell which request a response claims to answer, after the guard. Raises Refused."""
    root = saml_guard.parse(saml_guard.decode(encoded))
    saml_guard.check_response(root)
    claimed = root.get("InResponseTo")
    if not claimed:
        raise Refused("in_response_to", "the response answers no request")
    return str(claimed)


def read_response(
    sp: ServiceProvider, idp: IdentityProvider, encoded: str, request_id: str, now: datetime
) -> Assertion:
    """Check a posted response to `request_id` from `idp` and give what it asserts. Raises Refused."""
    saml_guard.check_response(saml_guard.parse(saml_guard.decode(encoded)))
    try:
        response = OneLogin_Saml2_Response(_toolkit(sp, idp), encoded)
        document = response.get_xml_document()
        _check_decrypted(document)
        response.is_valid(_request_data(sp), request_id, raise_exceptions=True)
    except OneLogin_Saml2_ValidationError as error:
        raise Refused(_code_of(error), str(error)[:300]) from error
    except Refused:
        raise
    except Exception as error:  # whatever the toolkit trips over, the answer is the same refusal
        raise Refused("malformed", f"{type(error).__name__}: {error}"[:300]) from error
    return _check_exactly(sp, idp, document, request_id, now)


def _check_decrypted(document: Any) -> None:
    root = saml_guard.parse(etree.tostring(document))
    saml_guard.check_response(root)
    if root.find("saml:Assertion", NS) is None:
        raise Refused("one_assertion", "the assertion could not be decrypted")


def _request_data(sp: ServiceProvider) -> dict[str, Any]:
    parts = urlsplit(sp.acs_url)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {},
    }


def _code_of(error: OneLogin_Saml2_ValidationError) -> str:
    kinds = OneLogin_Saml2_ValidationError
    return {
        kinds.ASSERTION_EXPIRED: "expired",
        kinds.ASSERTION_TOO_EARLY: "too_early",
        kinds.SESSION_EXPIRED: "expired",
        kinds.WRONG_AUDIENCE: "audience",
        kinds.WRONG_ISSUER: "issuer",
        kinds.WRONG_DESTINATION: "destination",
        kinds.WRONG_INRESPONSETO: "in_response_to",
        kinds.WRONG_SUBJECTCONFIRMATION: "subject_confirmation",
        kinds.NO_SIGNED_ASSERTION: "unsigned",
        kinds.NO_SIGNATURE_FOUND: "unsigned",
        kinds.INVALID_SIGNATURE: "signature",
        kinds.STATUS_CODE_IS_NOT_SUCCESS: "status",
        kinds.NO_NAMEID: "name_id",
        kinds.EMPTY_NAMEID: "name_id",
    }.get(error.code, "invalid")


def _check_exactly(
    sp: ServiceProvider, idp: IdentityProvider, document: Any, request_id: str, now: datetime
) -> Assertion:
    """Demand what the toolkit leaves open; `document` holds exactly one assertion, signed by `idp`."""
    assertion = document.find("saml:Assertion", NS)
    if document.get("Destination") != sp.acs_url:
        raise Refused("destination", "the response is not for this address")
    if document.get("InResponseTo") != request_id:
        raise Refused("in_response_to", "the response answers another request")
    if text_of(assertion, "saml:Issuer") != idp.entity_id:
        raise Refused("issuer", "another identity provider asserts")
    until = _check_conditions(sp, assertion)
    _check_confirmation(sp, assertion, request_id, now)
    statement = assertion.find("saml:AuthnStatement", NS)
    return Assertion(
        str(assertion.get("ID")),
        idp.entity_id,
        _name_id(sp, assertion, statement),
        _attributes(assertion),
        until,
        read_instant(statement.get("SessionNotOnOrAfter")),
    )


def _check_conditions(sp: ServiceProvider, assertion: Any) -> datetime:
    conditions = assertion.find("saml:Conditions", NS)
    until = read_instant(conditions.get("NotOnOrAfter"))
    if until is None:
        raise Refused("expired", "the assertion does not say until when it is valid")
    restrictions = conditions.findall("saml:AudienceRestriction", NS)
    for restriction in restrictions:
        if sp.entity_id not in {(node.text or "").strip() for node in restriction}:
            raise Refused("audience", "the assertion is for somebody else")
    if not restrictions:
        raise Refused("audience", "the assertion does not say for whom it is")
    return until


def _check_confirmation(sp: ServiceProvider, assertion: Any, request_id: str, now: datetime) -> None:
    found = assertion.findall("saml:Subject/saml:SubjectConfirmation", NS)
    if len(found) != 1 or found[0].get("Method") != BEARER:
        raise Refused("subject_confirmation", "exactly one bearer confirmation is expected")
    data = found[0].find("saml:SubjectConfirmationData", NS)
    if data is None or data.get("Recipient") != sp.acs_url:
        raise Refused("recipient", "the assertion is not for this address")
    if data.get("InResponseTo") != request_id:
        raise Refused("in_response_to", "the assertion answers another request")
    until = read_instant(data.get("NotOnOrAfter"))
    if until is None or until <= now.astimezone(UTC):
        raise Refused("expired", "the confirmation has no end, or it has passed")


def _name_id(sp: ServiceProvider, assertion: Any, statement: Any) -> NameId:
    value = text_of(assertion, "saml:Subject/saml:NameID")
    if value is None or len(value) > MAX_NAME_ID:
        raise Refused("name_id", "no usable NameID")
    declared = assertion.find("saml:Subject/saml:NameID", NS).get("Format", UNSPECIFIED)
    if declared not in {FORMATS[name] for name in sp.name_id_formats}:
        raise Refused("name_id_format", declared[:120])
    return NameId(value, declared, statement.get("SessionIndex"))


def _attributes(assertion: Any) -> dict[str, tuple[str, ...]]:
    return {
        str(node.get("Name")): tuple("".join(value.itertext()).strip() for value in node)
        for node in assertion.iter(f"{{{SAML}}}Attribute")
    }
