"""What a run changed of whom, told field by field: for its record, and for a rehearsal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.people.models import Department
from rse.provisioning.known import Known
from rse.provisioning.lines import Edge

CARD = ("uid", "email", "given_name", "family_name", "title", "site", "kind")
PROFILE = ("phone", "start_date", "languages", "about")


@dataclass(frozen=True)
class Before:
    """People before a run: who there was, and how those were whom it may change."""

    ids: frozenset[int]
    concerned: Mapping[int, Known]


def snapshot(people: Mapping[str, Known], ids: set[int]) -> Before:
    """Keep people as they are before a run."""
    kept = {
        person.id: replace(person, card=dict(person.card), profile=person.profile and dict(person.profile))
        for person in people.values()
        if person.id in ids
    }
    return Before(frozenset(person.id for person in people.values()), kept)


def between(
    session: Session,
    before: Before,
    people: Mapping[str, Known],
    edges: Iterable[Edge],
    lost: Iterable[Known],
) -> list[dict[str, Any]]:
    """Give {uid, what, fields: {name: [old, new]}} of everybody who differs, by login."""
    paths = {row[0]: row[1] for row in session.execute(select(Department.id, Department.path))}
    uid_of = {person.id: uid for uid, person in people.items()}
    managers = {person: uid_of.get(manager or 0, "") for person, manager in edges}
    gone = {person.id for person in lost}
    told = []
    for uid, person in people.items():
        old = before.concerned.get(person.id)
        if old is None and person.id in before.ids:
            continue
        fields = dict(_fields(old, person, paths)) if old else {}
        if old and person.id in managers:
            fields["manager"] = [uid_of.get(old.manager_id or 0, ""), managers[person.id]]
        what = _what(old, person, left=person.id in gone)
        if fields or what != "updated":
            told.append({"uid": uid, "what": what, "fields": fields})
    return sorted(told, key=lambda change: change["uid"])


def _what(old: Known | None, new: Known, *, left: bool) -> str:
    if old is None:
        return "created"
    if left:
        return "deactivated"
    return "reactivated" if old.card["status"] != new.card["status"] else "updated"


def _fields(old: Known, new: Known, paths: Mapping[int, str]) -> Iterator[tuple[str, list[str]]]:
    """Give the fields that differ, as texts."""
    one, other = old.profile or {}, new.profile or {}
    for name in CARD:
        if old.card[name] != new.card[name]:
            yield name, [str(old.card[name]), str(new.card[name])]
    if one.get("department_id") != other.get("department_id"):
        yield "department", [paths.get(p.get("department_id") or 0, "") for p in (one, other)]
    for name in PROFILE:
        if one.get(name) != other.get(name) and (one.get(name) or other.get(name)):
            yield name, [str(one.get(name) or ""), str(other.get(name) or "")]
