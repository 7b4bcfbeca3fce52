"""SAML 2.0 sign-in: the one place that knows python3-saml, and what it does not check by itself.

A response passes four gates, in this order: `saml_guard` on the tree as sent, `saml_guard` again on the
decrypted tree, the toolkit (schema, signature, times), and `_check_exactly` here: what the toolkit accepts
when it is absent or only similar is mandatory and equal (audience, recipient, destination, end of validity,
both InResponseTo).
Scheme and host come from the configured base address, never from a request's headers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from rse.accounts import saml_exact, saml_guard, saml_messages
from rse.accounts.saml_guard import NS, Refused
from rse.accounts.saml_messages import NameId, read_instant, text_of
from rse.accounts.saml_metadata import FORMATS, REDIRECT_BINDING, IdentityProvider, ServiceProvider


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
    issued: datetime | None = None  # by the clock of the identity provider


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


def start_sign_in(
    sp: ServiceProvider, idp: IdentityProvider, relay_state: str, now: datetime, *, signed: bool = True
) -> Redirect:
    """Build the question for `idp` and the address that carries it, signed unless it is not wanted."""
    wanted = FORMATS[sp.name_id_formats[0]]
    message = saml_messages.authn_request(sp.entity_id, idp.sso_url, sp.acs_url, wanted, now)
    key = sp.keys.key if signed or idp.wants_signed else None
    url = saml_messages.redirect_url(idp.sso_url, "SAMLRequest", message, relay_state, key)
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


def claims(encoded: str) -> tuple[str | None, str | None]:
    """Tell which request a response claims to answer, and its issuer, after the guard. Raises Refused."""
    root = saml_guard.parse(saml_guard.decode(encoded))
    saml_guard.check_response(root)
    return root.get("InResponseTo") or None, text_of(root, "saml:Issuer")


def read_response(
    sp: ServiceProvider,
    idp: IdentityProvider,
    encoded: str,
    request_id: str | None,
    now: datetime,
    *,
    want_encrypted: bool = False,
) -> Assertion:
    """Check a posted response to `request_id` from `idp` and give what it asserts. Raises Refused.

    With None as `request_id` it has to be one that answers no request at all.
    """
    root = saml_guard.parse(saml_guard.decode(encoded))
    saml_guard.check_response(root)
    if want_encrypted:
        check_encrypted(root)
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


def check_encrypted(root: Any) -> None:
    """Refuse a response whose assertion travels in clear."""
    if root.find("saml:EncryptedAssertion", NS) is None:
        raise Refused("not_encrypted", "the assertion is not encrypted, and this provider has to encrypt it")


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
    sp: ServiceProvider, idp: IdentityProvider, document: Any, request_id: str | None, now: datetime
) -> Assertion:
    """Demand what the toolkit leaves open; `document` holds exactly one assertion, signed by `idp`."""
    assertion = document.find("saml:Assertion", NS)
    saml_exact.check_destination(sp, document)
    saml_exact.check_confirmation(sp, assertion, now)
    saml_exact.check_request(document, assertion, request_id)
    saml_exact.check_issuer(idp, document, assertion)
    return Assertion(
        str(assertion.get("ID")),
        idp.entity_id,
        saml_exact.read_name_id(sp, assertion),
        saml_exact.read_attributes(assertion),
        saml_exact.check_conditions(sp, assertion),
        saml_exact.session_end(assertion),
        read_instant(document.get("IssueInstant")),
    )


def decrypted(sp: ServiceProvider, idp: IdentityProvider, encoded: str) -> Any:
    """Give the document of a response that passed the guard, with its assertion in clear. Raises Refused."""
    try:
        document = OneLogin_Saml2_Response(_toolkit(sp, idp), encoded).get_xml_document()
    except OneLogin_Saml2_ValidationError as error:
        raise Refused(_code_of(error), str(error)[:300]) from error
    except Exception as error:
        raise Refused("malformed", f"{type(error).__name__}: {error}"[:300]) from error
    _check_decrypted(document)
    return document


def check_signature(idp: IdentityProvider, document: Any) -> None:
    """Refuse an assertion that none of the provider's certificates has signed; for reports only.

    What decides about a sign-in is read_response, which checks the signature too.
    """
    path = "/samlp:Response/saml:Assertion/ds:Signature"
    if document.find("saml:Assertion/ds:Signature", NS) is None:
        raise Refused("unsigned", "the assertion itself is not signed")
    certificates = [OneLogin_Saml2_Utils.format_cert(body) for body in idp.certificates]
    if not OneLogin_Saml2_Utils.validate_sign(document, xpath=path, multicerts=certificates):
        raise Refused("signature", "no known certificate of the provider matches")
