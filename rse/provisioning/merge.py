"""One batch of a directory file: what is new is inserted, what differs is updated, the rest left alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from rse.accounts import audit, keepers
from rse.accounts.models import Person
from rse.accounts.names import sort_name
from rse.core import clock
from rse.core.events import emit_all
from rse.core.i18n import _
from rse.core.model import new_id
from rse.people.departments import Tree, place
from rse.people.events import PersonChanged
from rse.people.models import DepartmentMembership, PersonSkill, Profile
from rse.people.vocabulary import Vocabulary
from rse.provisioning import known
from rse.provisioning.csvfile import Problem
from rse.provisioning.entries import Entry
from rse.provisioning.known import Known

OWNED = {
    "email": "email", "given_name": "given_name", "family_name": "family_name", "title": "title",
    "site": "site", "department": "department", "manager_uid": "manager", "start_date": "start_date",
    "phone": "phone",
}  # column: field that the directory owns  # fmt: skip
CARD = ("given_name", "family_name", "title", "site", "kind", "roles")
EMPTY: dict[str, Any] = {
    "department_id": None, "languages": [], "about": "", "phone": "", "start_date": None, "end_date": None,
    "locked": {}, "source": "", "imported": {},
}  # fmt: skip


@dataclass
class Counts:
    """How many people an import made, changed, or found as they are."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    reactivated: int = 0


class Reported(Protocol):
    """Where a batch notes what it did."""

    counts: Counts
    problems: list[Problem]


class Batch:
    """Applies entries; `people` is kept up to date, so that the next batch sees them."""

    def __init__(
        self,
        session: Session,
        columns: frozenset[str],
        people: dict[str, Known],
        source: str,
        locale: str,
        *,
        demo: bool,
    ) -> None:
        self.session, self.columns, self.people = session, columns, people
        self.source, self.demo = source, demo
        self.tree = Tree(session, source)
        self.vocabulary = Vocabulary(session, locale)
        self.changed: set[int] = set()

    def apply(self, entries: list[Entry], report: Reported) -> None:
        """Store the entries and count them; emits PersonChanged for those that differ. Flushes."""
        new = [entry for entry in entries if entry.uid not in self.people]
        old = [entry for entry in entries if entry.uid in self.people]
        self._insert(new)
        self._update(old, report)
        self._skills(entries, {entry.uid for entry in new})
        emit_all(self.session, [PersonChanged(person_id) for person_id in sorted(self.changed)])
        report.counts.created += len(new)
        report.counts.updated += len(self.changed) - len(new)
        report.counts.unchanged += len(entries) - len(self.changed)

    # Cards and profiles

    def _card(self, entry: Entry, before: dict[str, Any]) -> dict[str, Any]:
        """Give the card after this entry: columns that the file does not have stay as they are."""
        card = {**before, "uid": entry.uid, "email": entry.email}
        card |= {name: getattr(entry, name) for name in CARD if name in self.columns}
        card["sort_name"] = sort_name(card["family_name"], card["given_name"], entry.uid)
        if (card["given_name"], card["family_name"]) != (before.get("given_name"), before.get("family_name")):
            card["display_name"] = f"{card['given_name']} {card['family_name']}".strip()
        return card

    def _profile(self, entry: Entry, before: dict[str, Any]) -> dict[str, Any]:
        """Give the profile after this entry; languages and about follow the file where the file changed."""
        after = {**before, "source": self.source}
        after["locked"] = {**before["locked"], **{OWNED[c]: self.source for c in OWNED if c in self.columns}}
        if "department" in self.columns:
            after["department_id"] = self.tree.find_or_add(entry.department, demo=self.demo)
        after |= {name: getattr(entry, name) for name in ("start_date", "phone") if name in self.columns}
        said = dict(before["imported"] or {})
        for name, value in (("languages", list(entry.languages)), ("about", entry.about)):
            if name in self.columns and said.get(name) != value:
                after[name] = said[name] = value
        after["imported"] = said
        return after

    def _insert(self, entries: list[Entry]) -> None:
        persons, profiles, members = [], [], []
        blank: dict[str, Any] = dict.fromkeys(known.CARD, "")
        blank |= {"kind": "employee", "status": "active", "roles": frozenset(), "version": 1}
        for entry in entries:
            person_id, card = new_id(), self._card(entry, blank)
            profile = self._profile(entry, EMPTY)
            persons.append({"id": person_id, "created_at": clock.now(), "demo": self.demo, **card})
            profiles.append({"person_id": person_id, **profile})
            if profile["department_id"]:
                since = {"from_date": profile["start_date"], "to_date": None}
                department = {"department_id": profile["department_id"]}
                members.append({"person_id": person_id, **department, **since})
            self.people[entry.uid] = Known(person_id, card, profile, None, self.demo)
            self.changed.add(person_id)
        for table, rows in ((Person, persons), (Profile, profiles), (DepartmentMembership, members)):
            if rows:
                self.session.execute(insert(table), rows)

    def _update(self, entries: list[Entry], report: Reported) -> None:
        memberships = known.memberships(self.session, [self.people[e.uid].id for e in entries])
        for entry in entries:
            person = self.people[entry.uid]
            card = self._card(entry, person.card)
            if card["roles"] != person.card["roles"]:
                self._roles(person, entry, card, report)
            profile = self._profile(entry, person.profile or EMPTY)
            if card["status"] != "active":
                self._return(person, entry, card, profile, report)
            if card == person.card and profile == person.profile:
                continue
            self._store(person, card, profile)
            held = memberships.get(person.id)
            if (held[0] if held else None) != profile["department_id"]:
                day = clock.now().date()
                place(self.session, person.id, profile["department_id"], day, profile["start_date"])

    def _roles(self, person: Known, entry: Entry, card: dict[str, Any], report: Reported) -> None:
        """Note a change of roles in the audit log; the last administrator stays one, the report says so."""
        if keepers.ADMIN not in card["roles"]:
            someone = self.session.get(Person, person.id)
            if someone is not None and keepers.is_last(self.session, someone):
                card["roles"] |= {keepers.ADMIN}
                reason = _("%(uid)s is the last administrator and stays one.", uid=entry.uid)
                report.problems.append(Problem(entry.line, reason))
        before, after = sorted(person.card["roles"]), sorted(card["roles"])
        if before != after:
            about: dict[str, Any] = {"before": before, "after": after, "by": self.source}
            audit.record(self.session, "roles", target=f"person:{person.id}", **about)

    def _return(
        self, person: Known, entry: Entry, card: dict[str, Any], profile: dict[str, Any], report: Reported
    ) -> None:
        """Let somebody in again whom an import had shut out; whom an administrator shut out stays out."""
        if not profile["imported"].pop("left", False):
            reason = _("%(uid)s was deactivated by an administrator and stays so.", uid=entry.uid)
            report.problems.append(Problem(entry.line, reason))
            return
        card["status"], profile["end_date"] = "active", None
        report.counts.reactivated += 1

    def _store(self, person: Known, card: dict[str, Any], profile: dict[str, Any]) -> None:
        if card != person.card:
            card["version"] += 1
            self.session.execute(update(Person).where(Person.id == person.id).values(**card))
        if person.profile is None:
            self.session.execute(insert(Profile).values(person_id=person.id, **profile))
        elif profile != person.profile:
            change = update(Profile).where(Profile.person_id == person.id)
            self.session.execute(change.values(**profile), execution_options={"synchronize_session": False})
        self.people[card["uid"].lower()] = replace(person, card=card, profile=profile)
        self.changed.add(person.id)

    # Skills

    def _skills(self, entries: list[Entry], new: set[str]) -> None:
        """Add skills that the file names anew, take those that it no longer names; the person's own stay."""
        if "skills" not in self.columns:
            return
        self.vocabulary.ids([label for entry in entries for label in entry.skills], demo=self.demo)
        ids = [self.people[entry.uid].id for entry in entries]
        held = known.skills(self.session, ids)
        added: list[dict[str, Any]] = []
        said: list[dict[str, Any]] = []
        for entry in entries:
            person = self.people[entry.uid]
            wanted = self.vocabulary.ids(entry.skills, demo=self.demo)
            before = [int(skill) for skill in person.imported.get("skills", [])]
            if before == wanted:
                continue
            fresh = set(wanted) - set(before) - held[person.id]
            added += [{"person_id": person.id, "skill_id": s, "level": 2} for s in wanted if s in fresh]
            self._take_away(person.id, set(before) - set(wanted))
            self._remember(person, wanted, said)
        if added:
            self.session.execute(insert(PersonSkill), added)
        if said:
            self.session.execute(update(Profile), said)

    def _take_away(self, person_id: int, gone: set[int]) -> None:
        if gone:
            theirs = (PersonSkill.person_id == person_id, PersonSkill.skill_id.in_(gone))
            self.session.execute(delete(PersonSkill).where(*theirs))

    def _remember(self, person: Known, wanted: list[int], said: list[dict[str, Any]]) -> None:
        """Keep what the file said, as texts: ids are larger than what JSON numbers hold everywhere."""
        imported = {**person.imported, "skills": [str(skill) for skill in wanted]}
        if person.profile is not None:
            person.profile["imported"] = imported
        said.append({"person_id": person.id, "imported": imported})
        self.changed.add(person.id)


def free_addresses(session: Session, entries: list[Entry], people: dict[str, Known]) -> None:
    """Let go of addresses that one person of the file hands to another, so that order does not matter."""
    wanted = {entry.email: entry.uid for entry in entries}
    leaving = [people[e.uid] for e in entries if e.uid in people and people[e.uid].card["email"] != e.email]
    for person in leaving:
        if wanted.get(person.card["email"], person.card["uid"]) != person.card["uid"]:
            person.card["email"] = f"{person.id}@moving.invalid"
            parked = update(Person).where(Person.id == person.id).values(email=person.card["email"])
            session.execute(parked)
