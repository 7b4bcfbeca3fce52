"""The lines of a directory file as checked values."""

import re
from dataclasses import dataclass, field
from datetime import date

from rse.accounts.attributes import EMAIL
from rse.accounts.models import ROLES
from rse.core.i18n import _
from rse.people.departments import MAX_NAME, MAX_PATH, split_path
from rse.people.languages import code_of
from rse.provisioning.csvfile import Problem, Table

REQUIRED = ("uid", "email", "given_name", "family_name")
OPTIONAL = (
    "title", "department", "site", "manager_uid", "languages", "skills", "start_date", "kind", "roles",
    "about", "phone",
)  # fmt: skip
UID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
LONGEST = {
    "email": 254, "given_name": 100, "family_name": 100, "title": 200, "site": 100, "about": 5000,
    "phone": 40,
}  # fmt: skip
MAX_SKILLS, MAX_SKILL = 100, 200
KINDS = ("employee", "guest", "service")
TEXTS = ("email", "given_name", "family_name", "title", "site", "about", "phone")


class BadLine(Exception):
    """A line that cannot be taken; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One person of the file. Columns that the file does not have are empty here: ask `Directory.columns`."""

    line: int
    uid: str
    email: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    site: str = ""
    about: str = ""
    phone: str = ""
    department: str = ""
    manager: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    start_date: date | None = None
    kind: str = "employee"
    roles: frozenset[str] = frozenset()


@dataclass
class Directory:
    """What a file says: its people, each once, and what was wrong."""

    columns: frozenset[str]
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)  # every login in the file, on bad lines too


def check(table: Table) -> Directory:
    """Check every line; the second of two lines about one login or address is reported."""
    found = Directory(frozenset(table.columns), problems=list(table.problems), notices=list(table.notices))
    found.named = set(table.suspects)
    lines: dict[str, int] = {}
    for number, row in table.rows:
        found.named.add(row["uid"].lower())
        try:
            entry = _entry(number, row)
            _once(entry, lines)
        except BadLine as bad:
            found.problems.append(Problem(number, str(bad)))
            continue
        lines |= {entry.uid: number, entry.email: number}
        found.entries.append(entry)
    return found


def _once(entry: Entry, lines: dict[str, int]) -> None:
    """Raise BadLine when the login or the address stood on an earlier line."""
    for name in (entry.uid, entry.email):
        if name in lines:
            raise BadLine(_("%(name)s stands on line %(line)s already.", name=name, line=lines[name]))


def _entry(line: int, row: dict[str, str]) -> Entry:
    uid, email = row["uid"].lower(), row["email"].lower()
    if not uid:
        raise BadLine(_("The login (uid) is missing."))
    if not UID.fullmatch(uid):
        raise BadLine(_("“%(uid)s” cannot be a login: letters, digits, dot, dash, underscore.", uid=uid[:64]))
    if not email:
        raise BadLine(_("The e-mail address is missing."))
    if not EMAIL.fullmatch(email):
        raise BadLine(_("“%(email)s” is not an e-mail address.", email=email[:80]))
    if not row["given_name"] and not row["family_name"]:
        raise BadLine(_("The name is missing."))
    for name, most in LONGEST.items():
        if len(row.get(name, "")) > most:
            raise BadLine(_("%(name)s is longer than %(most)s characters.", name=name, most=most))
    texts = {name: row.get(name, "") for name in TEXTS} | {"email": email}
    return Entry(
        line, uid, **texts, department=_department(row), manager=row.get("manager_uid", "").lower(),
        languages=_languages(row), skills=_skills(row), start_date=_date(row),
        kind=_kind(row), roles=_roles(row),
    )  # fmt: skip


def _several(row: dict[str, str], name: str) -> list[str]:
    return [" ".join(part.split()) for part in row.get(name, "").split(";") if part.strip()]


def _department(row: dict[str, str]) -> str:
    names = split_path(row.get("department", ""))
    if len(" / ".join(names)) > MAX_PATH or any(len(name) > MAX_NAME for name in names):
        raise BadLine(_("The department's path is too long."))
    return " / ".join(names)


def _languages(row: dict[str, str]) -> tuple[str, ...]:
    codes = []
    for name in _several(row, "languages"):
        code = code_of(name)
        if code is None:
            raise BadLine(_("“%(name)s” is not a language.", name=name[:40]))
        codes.append(code)
    return tuple(dict.fromkeys(codes))


def _skills(row: dict[str, str]) -> tuple[str, ...]:
    skills = _several(row, "skills")
    if len(skills) > MAX_SKILLS or any(len(skill) > MAX_SKILL for skill in skills):
        raise BadLine(_("Too many skills, or one that is too long."))
    return tuple(skills)


def _date(row: dict[str, str]) -> date | None:
    text = row.get("start_date", "")
    if not text:
        return None
    french = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text)
    try:
        return date.fromisoformat("-".join(reversed(french.groups())) if french else text)
    except ValueError:
        raise BadLine(_("“%(text)s” is not a date (2026-11-21 or 21/11/2026).", text=text[:40])) from None


def _kind(row: dict[str, str]) -> str:
    kind = row.get("kind", "").lower() or "employee"
    if kind not in KINDS:
        raise BadLine(
            _("“%(kind)s” is not a kind of person (%(kinds)s).", kind=kind[:40], kinds=", ".join(KINDS))
        )
    return kind


def _roles(row: dict[str, str]) -> frozenset[str]:
    roles = set(re.split(r"[;\s]+", row.get("roles", "").strip().lower())) - {""}
    unknown = sorted(roles - set(ROLES))
    if unknown:
        raise BadLine(_("“%(role)s” is not a role.", role=unknown[0][:40]))
    return frozenset(roles)
