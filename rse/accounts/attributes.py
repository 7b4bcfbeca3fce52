"""What an identity provider says about a person, whatever names it uses for it.

The usual names are known: LDAP object identifiers (RFC 4519, RFC 2798, X.520), the claims of Microsoft
Entra ID and ADFS, those of Okta, Google and Keycloak, plain words. The administrator's mapping goes first.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rse.accounts.saml_messages import NameId

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MICROSOFT = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
MAX_LENGTH = 256
MAX_VALUES = 64

# Best name first; compared without regard to case.
KNOWN: dict[str, tuple[str, ...]] = {
    "uid": (
        "uid",
        "urn:oid:0.9.2342.19200300.100.1.1",
        "urn:mace:dir:attribute-def:uid",
        "sAMAccountName",
        "preferred_username",
        "username",
        "user_name",
        "login",
        "user.login",
        MICROSOFT + "windowsaccountname",
        "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
        "eduPersonPrincipalName",
        CLAIMS + "upn",
        "upn",
        "userPrincipalName",
        CLAIMS + "name",
    ),
    "email": (
        "email",
        "mail",
        "urn:oid:0.9.2342.19200300.100.1.3",
        "urn:mace:dir:attribute-def:mail",
        CLAIMS + "emailaddress",
        "emailAddress",
        "email_address",
        "user.email",
        "urn:oid:1.2.840.113549.1.9.1",
    ),
    "given_name": (
        "givenName",
        "given_name",
        "urn:oid:2.5.4.42",
        CLAIMS + "givenname",
        "firstName",
        "first_name",
        "user.firstName",
    ),
    "family_name": (
        "sn",
        "familyName",
        "family_name",
        "urn:oid:2.5.4.4",
        CLAIMS + "surname",
        "surname",
        "lastName",
        "last_name",
        "user.lastName",
    ),
    "display_name": (
        "displayName",
        "display_name",
        "urn:oid:2.16.840.1.113730.3.1.241",
        "http://schemas.microsoft.com/identity/claims/displayname",
        "fullName",
        "cn",
        "urn:oid:2.5.4.3",
        "http://schemas.xmlsoap.org/claims/CommonName",
        "name",
    ),
    "title": ("title", "urn:oid:2.5.4.12", "jobTitle", "job_title", CLAIMS + "jobtitle", CLAIMS + "title"),
    "department": (
        "department",
        CLAIMS + "department",
        "departmentPath",
        "ou",
        "urn:oid:2.5.4.11",
        "organizationalUnit",
        "departmentNumber",
        "urn:oid:2.16.840.1.113730.3.1.2",
    ),
    "site": (
        "site",
        "physicalDeliveryOfficeName",
        "urn:oid:2.5.4.19",
        "officeLocation",
        "office",
        "location",
        "l",
        "urn:oid:2.5.4.7",
        CLAIMS + "locality",
        "city",
    ),
    "phone": (
        "phone",
        "telephoneNumber",
        "urn:oid:2.5.4.20",
        "phoneNumber",
        "phone_number",
        CLAIMS + "otherphone",
        "mobile",
        "urn:oid:0.9.2342.19200300.100.1.41",
        CLAIMS + "mobilephone",
        "primaryPhone",
    ),
    "manager": (
        "manager",
        "urn:oid:0.9.2342.19200300.100.1.10",
        "managerUid",
        "manager_uid",
        "managerId",
        CLAIMS + "manager",
    ),
    "roles": ("roles", "role", MICROSOFT + "role", CLAIMS + "role", "user.roles"),
}
EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9.-]{1,190}")
PROFILE = ("given_name", "family_name", "display_name", "title", "department", "site", "phone", "manager")


@dataclass(frozen=True)
class Identity:
    """A person as their identity provider describes them; keyed by (issuer, name_id).

    `department` may be a path `A / B / C`; `manager` is a uid or an e-mail address; `session_until` bounds
    the session (None: our own limit); what was not sent is None.
    """

    issuer: str
    name_id: str
    name_id_format: str | None = None
    session_index: str | None = None
    session_until: datetime | None = None
    uid: str | None = None
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    display_name: str | None = None
    title: str | None = None
    department: str | None = None
    site: str | None = None
    phone: str | None = None
    manager: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # slugs of groups of ours, by the administrator's grants

    @property
    def owned(self) -> frozenset[str]:
        """The profile fields that the identity provider sent, so owns."""
        return frozenset(name for name in ("email", *PROFILE) if getattr(self, name) is not None)

    @property
    def shown_name(self) -> str:
        """A name to show, made of what there is."""
        parts = " ".join(filter(None, (self.given_name, self.family_name)))
        return self.display_name or parts or (self.email or self.uid or self.name_id).partition("@")[0]


def checked_mapping(raw: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Understand RSE_SAML_ATTRIBUTES: our field to the name that the provider uses for it.

    Several names are separated by `|`, the first that is sent counts. Raises ValueError for a field that
    does not exist, or a name that is empty.
    """
    unknown = sorted(set(raw) - set(KNOWN))
    if unknown:
        raise ValueError(f"RSE_SAML_ATTRIBUTES: unknown field {unknown[0]!r}; known are {', '.join(KNOWN)}")
    mapping = {field: tuple(name.strip() for name in names.split("|")) for field, names in raw.items()}
    empty = [field for field, names in mapping.items() if not all(names)]
    if empty:
        raise ValueError(f"RSE_SAML_ATTRIBUTES: an empty name for {empty[0]!r}")
    return mapping


def clean(value: str) -> str:
    """Make a value fit to be kept: one line, no control characters, NFC, at most 256 characters."""
    printable = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in value)
    return unicodedata.normalize("NFC", " ".join(printable.split()))[:MAX_LENGTH]


def _values(
    field: str, sent: Mapping[str, tuple[str, ...]], mapping: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    for name in (*mapping.get(field, ()), *KNOWN[field]):
        values = tuple(filter(None, map(clean, sent.get(name.casefold(), ())[:MAX_VALUES])))
        if values:
            return values
    return ()


def sources(sent: Mapping[str, tuple[str, ...]], mapping: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Tell for each of our fields under which of the names `sent` its value was found."""
    as_sent = {name.casefold(): name for name, values in sent.items() if any(map(clean, values))}
    found = {
        field: [name for name in (*mapping.get(field, ()), *known) if name.casefold() in as_sent]
        for field, known in KNOWN.items()
    }
    return {field: as_sent[names[0].casefold()] for field, names in found.items() if names}


def manager_name(value: str) -> str:
    """Give the uid or e-mail address of a manager, also out of a distinguished name (`uid=ada,ou=People`)."""
    first, separator, _ = value.partition(",")
    kind, equals, name = first.partition("=")
    distinguished = separator and equals and kind.strip().casefold() in {"uid", "cn", "mail"}
    return name.strip() if distinguished else value


def to_identity(
    issuer: str,
    name_id: NameId,
    sent: Mapping[str, tuple[str, ...]],
    mapping: Mapping[str, tuple[str, ...]],
    session_until: datetime | None = None,
) -> Identity:
    """Understand the attributes `sent` with an assertion about `name_id`."""
    folded = {name.casefold(): values for name, values in sent.items()}
    found = {field: _values(field, folded, mapping) for field in KNOWN}
    single: dict[str, Any] = {name: values[0] for name, values in found.items() if values and name != "roles"}
    if not EMAIL.fullmatch(single.get("email", "")):
        single.pop("email", None)
    if "email" in single:
        single["email"] = single["email"].lower()
    if "manager" in single:
        single["manager"] = manager_name(single["manager"])
    return Identity(
        issuer,
        name_id.value,
        name_id.format,
        name_id.session_index,
        session_until,
        roles=found["roles"],
        **single,
    )
