"""What a person is found by: the folded values of a SCIM document, as its columns keep them.

Strings compare by NFC and lower case unless RFC 7643 says `caseExact` (id, externalId, manager.value), the
same way as `scim2_models.default_comparison_key`.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from rse.core.model import encode_id
from rse.provisioning.scim_schema import ENTERPRISE

OF_SERVER = ("schemas", "id", "meta", "groups")  # attributes that no document keeps


def fold(value: str | None) -> str | None:
    """Give the form that is compared; None for nothing."""
    return normalize("NFC", normalize("NFC", value).lower()) if value else None


def exact(value: str | None) -> str | None:
    """Give the form of a case-exact value."""
    return normalize("NFC", value) if value else None


def tidy(value: Any) -> Any:
    """Leave out what is empty, at every depth: an empty text or list is an attribute without value."""
    if isinstance(value, Mapping):
        kept = {name: tidy(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [item for item in map(tidy, value) if item not in (None, "", [], {})]
    return value.strip() if isinstance(value, str) else value


def document(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is kept of a resource as the library writes it."""
    kept: dict[str, Any] = tidy({n: v for n, v in payload.items() if n not in OF_SERVER})
    manager = kept.get(ENTERPRISE, {}).get("manager")
    if manager is not None:
        kept[ENTERPRISE]["manager"] = {"value": manager["value"]} if manager.get("value") else None
        kept = tidy(kept)
    return kept


def preferred(values: Iterable[Mapping[str, Any]], name: str = "value") -> str:
    """Give the value that stands for several: the primary one, else that of type work, else the first."""
    having = [value for value in values if value.get(name)]
    chosen = next((v for v in having if v.get("primary")), None)
    chosen = chosen or next((v for v in having if str(v.get("type", "")).lower() == "work"), None)
    return str((chosen or (having[0] if having else {})).get(name, ""))


def sorting_email(emails: list[Mapping[str, Any]]) -> str | None:
    """Give the address that people are sorted by: the primary one, else the first (RFC 7644, 3.4.2.3)."""
    entry = next((e for e in emails if e.get("primary")), emails[0] if emails else {})
    return fold(entry.get("value"))


def columns(person_id: int, doc: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of `scim_user` that follow from a document."""
    name, work = doc.get("name", {}), doc.get(ENTERPRISE, {})
    return {
        "public_id": encode_id(person_id),
        "external_id": exact(doc.get("externalId")),
        "user_name": fold(doc["userName"]),
        "display_name": fold(doc.get("displayName")),
        "given_name": fold(name.get("givenName")),
        "family_name": fold(name.get("familyName")),
        "formatted": fold(name.get("formatted")),
        "title": fold(doc.get("title")),
        "email": sorting_email(doc.get("emails", [])),
        "department": fold(work.get("department")),
        "employee_number": fold(work.get("employeeNumber")),
        "manager": exact(work.get("manager", {}).get("value")),
        "active": doc.get("active"),
    }


def email_rows(person_id: int, doc: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of `scim_email` that follow from a document."""
    return [
        {
            "person_id": person_id,
            "position": position,
            "value": fold(entry.get("value")),
            "type": fold(entry.get("type")),
            "display": fold(entry.get("display")),
            "primary": entry.get("primary"),
        }
        for position, entry in enumerate(doc.get("emails", []))
    ]
