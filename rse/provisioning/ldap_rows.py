"""What an entry of a directory says of a person, as the columns of a directory file."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Literal
from uuid import UUID

from rse.accounts.attributes import clean
from rse.core.i18n import _
from rse.provisioning.ldap import Found

DISABLED = 0x2  # ADS_UF_ACCOUNTDISABLE of userAccountControl
OVERLAP = timedelta(hours=1)  # read again before the mark: replicas lag, and long readings miss changes
FIELDS = (
    "uid", "email", "given_name", "family_name", "title", "department", "site", "phone", "manager",
    "start_date", "languages", "kind", "about",
)  # fmt: skip
REQUIRED = ("uid", "email", "given_name", "family_name")
Kind = Literal["openldap", "active_directory"]

# Attributes of inetOrgPerson (RFC 2798) and of Active Directory; the first that is there counts.
NAMES: dict[Kind, dict[str, tuple[str, ...]]] = {
    "openldap": {
        "uid": ("uid",),
        "email": ("mail",),
        "given_name": ("givenName",),
        "family_name": ("sn",),
        "title": ("title",),
        "department": ("ou", "departmentNumber"),
        "site": ("physicalDeliveryOfficeName", "l"),
        "phone": ("telephoneNumber", "mobile"),
        "manager": ("manager",),
    },
    "active_directory": {
        "uid": ("sAMAccountName",),
        "email": ("mail", "userPrincipalName"),
        "given_name": ("givenName",),
        "family_name": ("sn",),
        "title": ("title",),
        "department": ("department",),
        "site": ("physicalDeliveryOfficeName", "l"),
        "phone": ("telephoneNumber", "mobile"),
        "manager": ("manager",),
    },
}
KEY: dict[Kind, str] = {"openldap": "entryUUID", "active_directory": "objectGUID"}
CHANGED: dict[Kind, str] = {"openldap": "modifyTimestamp", "active_directory": "whenChanged"}
CONTROL = "userAccountControl"
PEOPLE: dict[Kind, str] = {
    "openldap": "(objectClass=inetOrgPerson)",
    "active_directory": "(&(objectCategory=person)(objectClass=user))",
}
ZONE: dict[Kind, str] = {"openldap": "Z", "active_directory": ".0Z"}


class BadEntry(Exception):
    """An entry that cannot be taken; the text says why."""


@dataclass(frozen=True)
class Row:
    """A person of the directory: the columns of a directory file, with the manager still a name there."""

    key: str
    dn: str  # as the server writes it
    columns: Mapping[str, str]
    stamp: str  # when it was last changed, YYYYMMDDHHMMSS in UTC
    disabled: bool

    @property
    def place(self) -> str:
        """Its name, folded."""
        return fold_dn(self.dn)

    @property
    def hash(self) -> str:
        """A hash of everything that counts."""
        said = json.dumps([self.place, sorted(self.columns.items())], ensure_ascii=False)
        return sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Schema:
    """How the entries of one directory are understood. Raises ValueError for a field that does not exist."""

    kind: Kind = "openldap"
    mapping: Mapping[str, str] = field(default_factory=dict)  # our field: their attributes, `|` between
    people: str = ""  # the filter; empty: everybody of that kind
    base: str = ""
    department: Literal["attribute", "dn"] = "attribute"

    def __post_init__(self) -> None:
        unknown = sorted(set(self.mapping) - set(FIELDS))
        if unknown:
            known = ", ".join(FIELDS)
            raise ValueError(f"RSE_LDAP_ATTRIBUTES: unknown field {unknown[0]!r}; known are {known}")

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Give the attributes of each field that this directory has."""
        own = {name: tuple(part.strip() for part in text.split("|")) for name, text in self.mapping.items()}
        return {**NAMES[self.kind], **own}

    @cached_property
    def columns(self) -> frozenset[str]:
        """Give the columns of the rows."""
        return frozenset("manager_uid" if name == "manager" else name for name in self.names)

    def attributes(self) -> list[str]:
        """Give the attributes to ask for."""
        asked = {name: None for names in self.names.values() for name in names}
        return [KEY[self.kind], CHANGED[self.kind], CONTROL, *asked]

    def wanted(self, mark: str) -> str:
        """Give the filter of everybody, or of who changed since a mark (a stamp)."""
        people = self.people or PEOPLE[self.kind]
        if not mark:
            return people
        since = datetime.strptime(f"{mark}+0000", "%Y%m%d%H%M%S%z") - OVERLAP
        return f"(&{people}({CHANGED[self.kind]}>={since:%Y%m%d%H%M%S}{ZONE[self.kind]}))"

    def key(self, found: Found) -> str:
        """Give the name of an entry that never changes. Raises BadEntry."""
        raw = next(iter(found.values.get(KEY[self.kind].lower(), ())), b"")
        try:
            return str(UUID(raw.decode()) if self.kind == "openldap" else UUID(bytes_le=raw))
        except ValueError as error:
            raise BadEntry(_("%(name)s is missing: may the account read it?", name=KEY[self.kind])) from error

    def read(self, found: Found) -> Row:
        """Understand an entry. Raises BadEntry."""
        columns = dict.fromkeys(self.columns, "")
        for name, attributes in self.names.items():
            values = next((v for a in attributes if (v := found.values.get(a.lower()))), [])
            columns["manager_uid" if name == "manager" else name] = _text(name, values)
        if self.department == "dn":
            columns["department"] = self._branches(found.dn)
        control = next(iter(found.values.get(CONTROL.lower(), ())), b"0")
        stamp = next(iter(found.values.get(CHANGED[self.kind].lower(), ())), b"").decode("ascii", "replace")
        disabled = control.isdigit() and bool(int(control) & DISABLED)
        return Row(self.key(found), found.dn, columns, stamp[:14] if stamp[:14].isdigit() else "", disabled)

    def _branches(self, dn: str) -> str:
        """Give the path of the branches between the base and the person: `Division / Team`."""
        parts, base = split_dn(dn), split_dn(self.base)
        above = parts[1 : len(parts) - len(base)]
        return " / ".join(plain(part.partition("=")[2]) for part in reversed(above))


def _text(name: str, values: list[bytes]) -> str:
    """Give the first value; all of them for languages. Raises BadEntry for what is not UTF-8."""
    try:
        texts = [value.decode() for value in values]
    except UnicodeDecodeError as error:
        raise BadEntry(_("%(name)s is not text in UTF-8.", name=name)) from error
    if name == "manager":
        return texts[0].strip() if texts else ""
    if name == "languages":
        return ";".join(clean(text) for text in texts)
    text = clean(texts[0]) if texts else ""
    day = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(\d{6}.*)?", text) if name == "start_date" else None
    return "-".join(day.groups()[:3]) if day else text


def split_dn(dn: str) -> list[str]:
    """Cut a distinguished name at its commas, escaped ones left alone (RFC 4514)."""
    return [part.strip() for part in re.findall(r"(?:\\.|[^\\,])+", dn)]


def plain(value: str) -> str:
    """Write a value of a distinguished name without its escapes."""
    data = re.sub(
        rb"\\([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), value.strip().encode()
    )
    return re.sub(r"\\(.)", r"\1", data.decode(errors="replace"))


def fold_dn(dn: str) -> str:
    """Write a distinguished name so that equal ones are equal texts, near enough: case, spaces, escapes."""
    if "\\" not in dn and ", " not in dn and "= " not in dn and " =" not in dn:
        return dn.casefold()
    parts = (part.partition("=") for part in split_dn(dn))
    return ",".join(f"{name.strip()}={plain(value)}" for name, _sign, value in parts).casefold()
