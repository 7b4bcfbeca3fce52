"""The form of an identity provider: what an administrator writes, understood and checked."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from rse.accounts.grants import LINKS, MODES, NAME_ID_FORMATS
from rse.accounts.models import ROLES
from rse.administration.sso_words import FIELDS
from rse.core.i18n import _

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
MAX_NAME = 100
MAX_TEXT = 300
MAX_DOMAINS = 100
MAX_GRANTS = 200
Posted = MultiDict[str, str]


def domains(text: str) -> tuple[list[str], str]:
    """Give the domains that are written, and what is wrong with them (empty: nothing)."""
    found = list(dict.fromkeys(part.lstrip("@").lower() for part in re.split(r"[\s,;]+", text) if part))
    wrong = next((one for one in found if not DOMAIN.fullmatch(one)), "")
    if len(found) > MAX_DOMAINS:
        return found[:MAX_DOMAINS], _("These are too many domains.")
    return found, _("%(domain)s is not a domain.", domain=wrong[:80]) if wrong else ""


def _options(form: Posted, errors: dict[str, str]) -> dict[str, Any]:
    link, name_id = form.get("link", "none"), form.get("name_id", "persistent")
    link_domains, errors["link_domains"] = domains(form.get("link_domains", ""))
    if link == "email" and not link_domains and not errors["link_domains"]:
        errors["link_domains"] = _("Name at least one domain.")
    flags = {name: name in form for name in ("sign_requests", "want_encrypted", "idp_initiated")}
    return flags | {
        "link": link if link in LINKS else "none",
        "link_domains": link_domains,
        "name_id": name_id if name_id in NAME_ID_FORMATS else "persistent",
    }


def _mapping(form: Posted) -> dict[str, str]:
    """Give the names that the administrator has corrected; an empty one is recognised by itself."""
    given = {field: form.get(f"map_{field}", "").strip()[:MAX_TEXT] for field in FIELDS}
    return {
        field: "|".join(filter(None, map(str.strip, text.split("|"))))
        for field, text in given.items()
        if text
    }


def _grants(form: Posted, is_group: Callable[[str], bool], errors: dict[str, str]) -> list[dict[str, str]]:
    names = ("attribute", "value", "role", "group")
    columns = [[text.strip()[:MAX_TEXT] for text in form.getlist(f"grant_{name}")] for name in names]
    rows = [
        dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False) if any(row[:2]) or row[3]
    ]
    for row in rows:
        if not row["attribute"] or not row["value"] or not (row["role"] or row["group"]):
            errors["grants"] = _("Each line needs an attribute, a value, and a role or a group.")
        elif row["role"] and row["role"] not in ROLES:
            errors["grants"] = _("This role does not exist.")
        elif row["group"] and not is_group(row["group"]):
            errors["grants"] = _("There is no group %(group)s.", group=row["group"])
    if len(rows) > MAX_GRANTS:
        errors["grants"] = _("These are too many lines.")
    return [{name: text for name, text in row.items() if text} for row in rows[:MAX_GRANTS]]


def read(
    form: Posted, *, taken_domains: Mapping[str, str], is_group: Callable[[str], bool]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Give (changes, errors per field); `taken_domains` are those of other providers, with their names."""
    errors: dict[str, str] = {}
    name = " ".join(form.get("name", "").split())[:MAX_NAME]
    errors["name"] = "" if name else _("Give it the name that people know.")
    own, errors["domains"] = domains(form.get("domains", ""))
    clash = next((one for one in own if one in taken_domains), "")
    if clash:
        errors["domains"] = _("%(domain)s leads to %(name)s.", domain=clash, name=taken_domains[clash])
    mode = form.get("grants_mode", "additive")
    changes = {
        "name": name,
        "domains": own,
        "options": _options(form, errors),
        "mapping": _mapping(form),
        "grants": _grants(form, is_group, errors),
        "grants_mode": mode if mode in MODES else "additive",
    }
    return changes, {field: text for field, text in errors.items() if text}
