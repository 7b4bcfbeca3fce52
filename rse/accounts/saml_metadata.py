"""Who talks to whom: an identity provider read from its metadata, and ours written.

Source: SAML 2.0 Metadata (saml-metadata-2.0-os). Several signing certificates are kept, so that a provider
may announce the next one before it uses it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from rse.accounts.saml_guard import DS, Refused
from rse.accounts.saml_keys import KeyPair, certificate_end
from rse.accounts.saml_messages import POST_BINDING

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
REDIRECT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
FORMATS = {"persistent": PERSISTENT, "email": EMAIL, "unspecified": UNSPECIFIED}
MAX_METADATA = 1024 * 1024
NAMES = {"md": MD, "ds": DS}


@dataclass(frozen=True)
class IdentityProvider:
    """An identity provider as its metadata describe it. Certificates are base64 of DER, without armour."""

    entity_id: str
    sso_url: str
    slo_url: str | None
    certificates: tuple[str, ...]
    wants_signed: bool = False  # WantAuthnRequestsSigned

    @property
    def certificate_end(self) -> datetime:
        """When the last of its signing certificates ends."""
        return max(certificate_end(body) for body in self.certificates)


@dataclass(frozen=True)
class ServiceProvider:
    """This application as identity providers see it; `name_id_formats` are keys of FORMATS, best first."""

    base_url: str
    keys: KeyPair
    name_id_formats: tuple[str, ...] = ("persistent",)

    @property
    def entity_id(self) -> str:
        """Our name: the address of our metadata."""
        return f"{self.base_url}/saml/metadata"

    @property
    def acs_url(self) -> str:
        """Where answers to sign-in are posted."""
        return f"{self.base_url}/saml/acs"

    @property
    def sls_url(self) -> str:
        """Where logout requests and answers arrive."""
        return f"{self.base_url}/saml/sls"


def parse_metadata(content: bytes) -> IdentityProvider:
    """Read an identity provider's metadata. Raises Refused `metadata` with what is missing."""
    descriptor = _descriptor(content)
    provider = IdentityProvider(
        str(descriptor.getparent().get("entityID") or ""),
        _location(descriptor, "SingleSignOnService") or "",
        _location(descriptor, "SingleLogoutService"),
        _signing_certificates(descriptor),
        descriptor.get("WantAuthnRequestsSigned", "").strip() in {"true", "1"},
    )
    _check(provider)
    return provider


def _descriptor(content: bytes) -> Any:
    if len(content) > MAX_METADATA or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("metadata", "too large, or with a document type")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("metadata", "not well-formed XML") from error
    found = list(root.iter(f"{{{MD}}}IDPSSODescriptor"))
    if len(found) != 1 or found[0].getparent() is None:
        raise Refused("metadata", f"{len(found)} identity providers are described, one is expected")
    return found[0]


def _location(descriptor: Any, service: str) -> str | None:
    for node in descriptor.findall(f"md:{service}", NAMES):
        if node.get("Binding") == REDIRECT_BINDING:
            return str(node.get("Location") or "")
    return None


def _signing_certificates(descriptor: Any) -> tuple[str, ...]:
    found = []
    for key in descriptor.findall("md:KeyDescriptor", NAMES):
        if key.get("use", "signing") == "signing":
            found += ["".join((node.text or "").split()) for node in key.iter(f"{{{DS}}}X509Certificate")]
    return tuple(dict.fromkeys(found))


def _check(provider: IdentityProvider) -> None:
    if not provider.entity_id:
        raise Refused("metadata", "no entity id")
    for url in (provider.sso_url, provider.slo_url):
        if url is not None and urlsplit(url).scheme not in {"http", "https"}:
            raise Refused("metadata", f"no usable address for the redirect binding: {url[:80]}")
    if not provider.certificates:
        raise Refused("metadata", "no signing certificate")
    for body in provider.certificates:
        try:
            certificate_end(body)
        except ValueError as error:
            raise Refused("metadata", "a signing certificate cannot be read") from error


def sp_metadata(sp: ServiceProvider) -> bytes:
    """Write our metadata; our one certificate serves for signing and for encryption."""
    root = etree.Element(f"{{{MD}}}EntityDescriptor", nsmap={"md": MD, "ds": DS})
    root.set("entityID", sp.entity_id)
    descriptor = etree.SubElement(root, f"{{{MD}}}SPSSODescriptor")
    descriptor.set("AuthnRequestsSigned", "true")
    descriptor.set("WantAssertionsSigned", "true")
    descriptor.set("protocolSupportEnumeration", PROTOCOL)
    for use in ("signing", "encryption"):
        add_certificate(descriptor, use, sp.keys.certificate_body)
    add_service(descriptor, "SingleLogoutService", REDIRECT_BINDING, sp.sls_url)
    for name in sp.name_id_formats:
        etree.SubElement(descriptor, f"{{{MD}}}NameIDFormat").text = FORMATS[name]
    acs = add_service(descriptor, "AssertionConsumerService", POST_BINDING, sp.acs_url)
    acs.set("index", "0")
    acs.set("isDefault", "true")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def add_certificate(descriptor: Any, use: str, body: str) -> None:
    """Add a certificate to a role of metadata, for `signing` or `encryption`."""
    key = etree.SubElement(descriptor, f"{{{MD}}}KeyDescriptor", use=use)
    data = etree.SubElement(etree.SubElement(key, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = body


def add_service(descriptor: Any, name: str, binding: str, location: str) -> Any:
    """Add an end point to a role of metadata and give its element."""
    return etree.SubElement(descriptor, f"{{{MD}}}{name}", Binding=binding, Location=location)
