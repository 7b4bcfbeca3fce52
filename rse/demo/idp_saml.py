"""What the demo identity provider says in SAML: metadata, signed answers, logout. On lxml and xmlsec."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import xmlsec
from lxml import etree
from xmlsec import constants, template, tree

from rse.accounts import saml_messages
from rse.accounts.saml_guard import DS, NS, SAML, SAMLP, Refused
from rse.accounts.saml_keys import KeyPair
from rse.accounts.saml_messages import NameId, instant, saml_id
from rse.accounts.saml_metadata import MD, PERSISTENT, REDIRECT_BINDING, add_certificate, add_service

ENTITY_ID = "urn:rse:demo:identity-provider"  # the same on every port, so that people stay who they are
VALID_FOR = timedelta(minutes=5)
EARLY = timedelta(minutes=1)
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
BASIC_NAME = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@dataclass(frozen=True)
class Sides:
    """Who talks: this provider (its address and key) and the one application that it serves."""

    base_url: str
    keys: KeyPair
    sp_entity_id: str
    acs_url: str
    sls_url: str
    sp_certificate: str
    entity_id: str = ENTITY_ID

    @property
    def sso_url(self) -> str:
        """Where questions arrive."""
        return f"{self.base_url}/sso"

    @property
    def slo_url(self) -> str:
        """Where logout requests arrive."""
        return f"{self.base_url}/slo"


def metadata(sides: Sides) -> bytes:
    """Describe this provider."""
    root = etree.Element(f"{{{MD}}}EntityDescriptor", nsmap={"md": MD, "ds": DS}, entityID=sides.entity_id)
    role = etree.SubElement(root, f"{{{MD}}}IDPSSODescriptor", protocolSupportEnumeration=SAMLP)
    role.set("WantAuthnRequestsSigned", "false")
    add_certificate(role, "signing", sides.keys.certificate_body)
    add_service(role, "SingleLogoutService", REDIRECT_BINDING, sides.slo_url)
    etree.SubElement(role, f"{{{MD}}}NameIDFormat").text = PERSISTENT
    add_service(role, "SingleSignOnService", REDIRECT_BINDING, sides.sso_url)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def read_question(sides: Sides, query_string: str) -> str:
    """Read an AuthnRequest of the application and give its id. Raises Refused."""
    root = saml_messages.read_redirect(query_string, "SAMLRequest")
    identifier = saml_messages.check_envelope(root, "AuthnRequest", sides.sp_entity_id, sides.sso_url)
    if root.get("AssertionConsumerServiceURL", sides.acs_url) != sides.acs_url:
        raise Refused("recipient", "the answer is asked for at another address")
    return identifier


def answer(
    sides: Sides, request_id: str, name_id: NameId, attributes: dict[str, list[str]], now: datetime
) -> str:
    """Give the encoded response about a person, its assertion signed with RSA-SHA256."""
    root = etree.Element(f"{{{SAMLP}}}Response", nsmap={"samlp": SAMLP, "saml": SAML})
    for name, value in _heading(now).items():
        root.set(name, value)
    root.set("Destination", sides.acs_url)
    root.set("InResponseTo", request_id)
    _text(root, "Issuer", sides.entity_id)
    status = etree.SubElement(root, f"{{{SAMLP}}}Status")
    etree.SubElement(status, f"{{{SAMLP}}}StatusCode", Value=saml_messages.SUCCESS)
    assertion = _assertion(sides, request_id, name_id, attributes, now)
    root.append(assertion)
    _sign(assertion, sides.keys)
    return base64.b64encode(etree.tostring(root)).decode()


def _heading(now: datetime) -> dict[str, str]:
    return {"ID": saml_id(), "Version": "2.0", "IssueInstant": instant(now)}


def _text(parent: Any, name: str, text: str, **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{SAML}}}{name}", **attributes)
    node.text = text
    return node


def _assertion(
    sides: Sides, request_id: str, name_id: NameId, attributes: dict[str, list[str]], now: datetime
) -> Any:
    node = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML}, **_heading(now))
    _text(node, "Issuer", sides.entity_id)
    until = instant(now + VALID_FOR)
    subject = etree.SubElement(node, f"{{{SAML}}}Subject")
    _text(subject, "NameID", name_id.value, Format=PERSISTENT)
    confirmation = etree.SubElement(subject, f"{{{SAML}}}SubjectConfirmation", Method=BEARER)
    data = etree.SubElement(confirmation, f"{{{SAML}}}SubjectConfirmationData")
    data.set("Recipient", sides.acs_url)
    data.set("InResponseTo", request_id)
    data.set("NotOnOrAfter", until)
    conditions = etree.SubElement(node, f"{{{SAML}}}Conditions")
    conditions.set("NotBefore", instant(now - EARLY))
    conditions.set("NotOnOrAfter", until)
    _text(etree.SubElement(conditions, f"{{{SAML}}}AudienceRestriction"), "Audience", sides.sp_entity_id)
    statement = etree.SubElement(node, f"{{{SAML}}}AuthnStatement", AuthnInstant=instant(now))
    statement.set("SessionIndex", name_id.session_index or "")
    context = etree.SubElement(statement, f"{{{SAML}}}AuthnContext")
    _text(context, "AuthnContextClassRef", UNSPECIFIED_CONTEXT)
    _add_attributes(node, attributes)
    return node


def _add_attributes(assertion: Any, attributes: dict[str, list[str]]) -> None:
    statement = etree.SubElement(assertion, f"{{{SAML}}}AttributeStatement")
    for name, values in attributes.items():
        attribute = etree.SubElement(statement, f"{{{SAML}}}Attribute", Name=name, NameFormat=BASIC_NAME)
        for value in values:
            _text(attribute, "AttributeValue", value)


def _sign(assertion: Any, keys: KeyPair) -> None:
    canonical, method = constants.TransformExclC14N, constants.TransformRsaSha256
    signature = template.create(assertion, canonical, method, ns="ds")
    assertion.find("saml:Issuer", NS).addnext(signature)
    identifier = "#" + assertion.get("ID")
    reference = template.add_reference(signature, constants.TransformSha256, uri=identifier)
    template.add_transform(reference, constants.TransformEnveloped)
    template.add_transform(reference, canonical)
    template.add_x509_data(template.ensure_key_info(signature))
    tree.add_ids(assertion, ["ID"])
    context = xmlsec.SignatureContext()
    key = xmlsec.Key.from_memory(keys.key, constants.KeyDataFormatPem, None)
    key.load_cert_from_memory(keys.certificate, constants.KeyDataFormatPem)
    context.key = key
    context.sign(signature)


def answer_logout(sides: Sides, query_string: str, relay_state: str | None, now: datetime) -> str:
    """Check a logout request that the application signed; give the address of the answer. Raises Refused."""
    saml_messages.check_redirect_signature(query_string, "SAMLRequest", (sides.sp_certificate,))
    root = saml_messages.read_redirect(query_string, "SAMLRequest")
    request = saml_messages.read_logout_request(root, sides.sp_entity_id, sides.slo_url, now)
    done = saml_messages.logout_response(sides.entity_id, sides.sls_url, request.id, now)
    return saml_messages.redirect_url(sides.sls_url, "SAMLResponse", done, relay_state, sides.keys.key)


def ask_logout(sides: Sides, name_id: NameId, now: datetime) -> str:
    """Give the address that asks the application to end a session (logout that begins here)."""
    message = saml_messages.logout_request(sides.entity_id, sides.sls_url, name_id, now)
    return saml_messages.redirect_url(sides.sls_url, "SAMLRequest", message, None, sides.keys.key)
