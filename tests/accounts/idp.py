"""An identity provider under the tests' control: it says anything, and signs it."""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import xmlsec
from lxml import etree

from rse.accounts import saml_keys
from rse.accounts.saml_guard import DS, NS, SAML, SAMLP, XENC
from rse.accounts.saml_messages import saml_id
from rse.accounts.saml_metadata import PERSISTENT, IdentityProvider, ServiceProvider, parse_metadata

BASE = "http://127.0.0.1:5000"
ENTITY = "https://idp.example/metadata"
SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST = XENC + "sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DEFAULTS = {"uid": ["ada"], "mail": ["ada@example.org"], "givenName": ["Ada"], "sn": ["Byron"]}


def keys(name: str = "idp") -> saml_keys.KeyPair:
    """Give the pair of that name, made once per run (2048 bits: quick)."""
    return _keys(name)


@cache
def _keys(name: str) -> saml_keys.KeyPair:
    return saml_keys.create(name, datetime.now(UTC), bits=2048)


def service_provider(base_url: str = BASE, *formats: str) -> ServiceProvider:
    return ServiceProvider(base_url, keys("sp"), formats or ("persistent",))


def metadata(*certificates: str, entity: str = ENTITY, sso: str = "https://idp.example/sso") -> bytes:
    """Describe the identity provider; by default with its one certificate and single logout."""
    described = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for body in certificates or (keys().certificate_body,)
    )
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="{DS}" entityID="{entity}">
      <md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">{described}
        <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/slo"/>
        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/post"/>
        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso}"/>
      </md:IDPSSODescriptor></md:EntityDescriptor>""".encode()


def provider() -> IdentityProvider:
    return parse_metadata(metadata())


def at(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def response(request_id: str | None, base_url: str = BASE, **knobs: Any) -> Any:
    """Build an unsigned response to `request_id`; a knob set to None leaves its attribute or element out."""
    acs = f"{base_url}/saml/acs"
    said = {
        "response_id": saml_id(),
        "assertion_id": saml_id(),
        "issuer": ENTITY,
        "response_issuer": ENTITY,
        "destination": acs,
        "recipient": acs,
        "response_to": request_id,
        "confirmation_to": request_id,
        "audience": f"{base_url}/saml/metadata",
        "not_before": at(-60),
        "until": at(300),
        "confirmation_until": at(300),
        "name_id": "ada-7",
        "format": PERSISTENT,
        "attributes": DEFAULTS,
        "session_index": "s1",
        "session_until": None,
        "status": "Success",
    } | knobs
    root = etree.Element(f"{{{SAMLP}}}Response", nsmap={"samlp": SAMLP, "saml": SAML})
    _set(
        root,
        ID=said["response_id"],
        Version="2.0",
        IssueInstant=at(),
        Destination=said["destination"],
        InResponseTo=said["response_to"],
    )
    _text(root, "saml:Issuer", said["response_issuer"])
    status = etree.SubElement(root, f"{{{SAMLP}}}Status")
    etree.SubElement(
        status, f"{{{SAMLP}}}StatusCode", Value=f"urn:oasis:names:tc:SAML:2.0:status:{said['status']}"
    )
    root.append(assertion(said))
    return root


def assertion(said: dict[str, Any]) -> Any:
    node = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML})
    _set(node, ID=said["assertion_id"], Version="2.0", IssueInstant=at())
    _text(node, "saml:Issuer", said["issuer"])
    subject = etree.SubElement(node, f"{{{SAML}}}Subject")
    _set(_text(subject, "saml:NameID", said["name_id"]), Format=said["format"])
    confirmation = etree.SubElement(
        subject, f"{{{SAML}}}SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"
    )
    _set(
        etree.SubElement(confirmation, f"{{{SAML}}}SubjectConfirmationData"),
        Recipient=said["recipient"],
        InResponseTo=said["confirmation_to"],
        NotOnOrAfter=said["confirmation_until"],
    )
    conditions = etree.SubElement(node, f"{{{SAML}}}Conditions")
    _set(conditions, NotBefore=said["not_before"], NotOnOrAfter=said["until"])
    if said["audience"] is not None:
        _text(
            etree.SubElement(conditions, f"{{{SAML}}}AudienceRestriction"), "saml:Audience", said["audience"]
        )
    statement = etree.SubElement(node, f"{{{SAML}}}AuthnStatement")
    _set(
        statement,
        AuthnInstant=at(),
        SessionIndex=said["session_index"],
        SessionNotOnOrAfter=said["session_until"],
    )
    _text(
        etree.SubElement(statement, f"{{{SAML}}}AuthnContext"),
        "saml:AuthnContextClassRef",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
    )
    sent = etree.SubElement(node, f"{{{SAML}}}AttributeStatement")
    for name, values in (
        said["attributes"].items() if isinstance(said["attributes"], dict) else said["attributes"]
    ):
        attribute = etree.SubElement(sent, f"{{{SAML}}}Attribute", Name=name)
        for value in values:
            _text(attribute, "saml:AttributeValue", value)
    return node


def _set(node: Any, **attributes: str | None) -> None:
    for name, value in attributes.items():
        if value is not None and node is not None:
            node.set(name, value)


def _text(parent: Any, name: str, text: str | None) -> Any:
    if text is None:
        return None
    prefix, _, local = name.partition(":")
    node = etree.SubElement(parent, f"{{{NS[prefix]}}}{local}")
    node.text = text
    return node


def sign(
    node: Any,
    pair: saml_keys.KeyPair | None = None,
    *,
    signature: str = SIGNATURE,
    digest: str = DIGEST,
    transforms: tuple[str, ...] = (DS + "enveloped-signature", EXCLUSIVE),
) -> Any:
    """Sign an element with an ID in place (after its issuer), as identity providers do."""
    pair = pair or keys()
    template = etree.fromstring(
        f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
      <ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><ds:SignatureMethod Algorithm="{signature}"/>
      <ds:Reference URI="#{node.get("ID")}"><ds:Transforms>{"".join(f'<ds:Transform Algorithm="{name}"/>' for name in transforms)}
      </ds:Transforms><ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
      <ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{pair.certificate_body}</ds:X509Certificate>
      </ds:X509Data></ds:KeyInfo></ds:Signature>""",
        etree.XMLParser(remove_blank_text=True),
    )
    node.insert(1, template)
    xmlsec.tree.add_ids(node, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pair.key, xmlsec.KeyFormat.PEM, None)
    context.sign(template)
    return node


def find_assertion(root: Any) -> Any:
    return root.find("saml:Assertion", NS)


def encrypt(root: Any, pair: saml_keys.KeyPair | None = None) -> Any:
    """Encrypt the assertion of a response for the service provider (AES-256, OAEP)."""
    pair = pair or keys("sp")
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pair.certificate, xmlsec.KeyFormat.CERT_PEM, None))
    data = xmlsec.template.encrypted_data_create(
        root, xmlsec.Transform.AES256, type=xmlsec.EncryptionType.ELEMENT, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, xmlsec.Transform.RSA_OAEP)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    plain = find_assertion(root)
    wrapper = etree.Element(f"{{{SAML}}}EncryptedAssertion")
    root.replace(plain, wrapper)
    wrapper.append(plain)
    context.encrypt_xml(data, plain)
    return etree.fromstring(etree.tostring(root))  # xmlsec changes the tree under lxml's proxies


def encode(root: Any) -> str:
    content = root if isinstance(root, bytes) else etree.tostring(root)
    return base64.b64encode(content).decode()


def signed(request_id: str | None, base_url: str = BASE, **knobs: Any) -> str:
    """Give the encoded response whose assertion is signed: the honest one, unless a knob says otherwise.

    `pair` names the key that signs it, `encrypted` encrypts the assertion, `sender` is the entity id of
    another provider that is honest too.
    """
    pair, encrypted = keys(knobs.pop("pair", "idp")), knobs.pop("encrypted", False)
    if sender := knobs.pop("sender", None):
        knobs = {"issuer": sender, "response_issuer": sender} | knobs
    root = response(request_id, base_url, **knobs)
    sign(find_assertion(root), pair)
    return encode(encrypt(root) if encrypted else root)
