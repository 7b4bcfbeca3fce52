"""The people of a directory server brought in line with ours, by the merge that files go through.

People are known by the name that never changes (entryUUID, objectGUID): a new login or address is a change
of the same person. Entries are read first, wholly; then what differs is written in short transactions, so
that a server which dies in the middle of its answer changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.i18n import _
from rse.people.models import Profile
from rse.provisioning import absent, directory, entries, known, ldap_changes, runs
from rse.provisioning.csvfile import Problem, Table
from rse.provisioning.directory import Transaction
from rse.provisioning.entries import Entry
from rse.provisioning.known import Known
from rse.provisioning.ldap import Found, Source, Unreachable
from rse.provisioning.ldap_names import Names
from rse.provisioning.ldap_rows import BadEntry, Row, Schema, fold_dn
from rse.provisioning.models import ExternalId

SOURCE = "ldap"
BATCH = 500


@dataclass(frozen=True)
class Options:
    """How to run."""

    full: bool = True  # read everybody and find who is missing; else what changed since the last good run
    force: bool = False  # deactivate even when it hits many
    rejoin: bool = False  # an entry with a new key takes over the person of its login and address
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class Link:
    """What is stored of an entry."""

    person_id: int
    hash: str
    dn: str


@dataclass
class Reading:
    """The answer of the directory, sorted."""

    seen: set[str] = field(default_factory=set)
    work: list[Row] = field(default_factory=list)
    disabled: set[str] = field(default_factory=set)
    problems: list[dict[str, str]] = field(default_factory=list)
    unchanged: int = 0
    mark: str = ""


@dataclass
class Report:
    """What a run did, or would do."""

    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    mark: str = ""


def run(
    source: Source,
    schema: Schema,
    options: Options,
    transaction: Transaction,
    progress: Callable[[int], None] = lambda read: None,
) -> Report:
    """Read a directory and bring people in line with it.

    Raises Unreachable (nothing was changed) and absent.TooMany (neither).
    """
    with transaction() as session:
        links = _links(session)
        mark = "" if options.full else runs.mark(session, SOURCE)
    report = Report("changes" if mark else "full", mark=mark)
    reading = _read(source, schema, links, mark, progress)
    report.mark, report.problems = max(mark, reading.mark), reading.problems
    if not mark and not reading.seen:
        raise Unreachable(_("The directory names nobody: nothing was changed. Look at its base and filter."))
    gone = reading.disabled if mark else (set(links) - reading.seen) | reading.disabled
    with transaction() as session:
        missing = _active(session, [links[key].person_id for key in gone if key in links])
        people = known.people(session) if reading.work or missing else {}
    merged = directory.Report()
    merged.counts.unchanged = reading.unchanged
    if reading.work or missing:
        _Sync(schema, options, transaction, links, people).apply(reading, missing, merged, report)
    report.counts = merged.totals() | {"problems": len(report.problems)}
    return report


def _links(session: Session) -> dict[str, Link]:
    query = select(ExternalId.key, ExternalId.person_id, ExternalId.hash, ExternalId.dn)
    rows = session.execute(query.where(ExternalId.source == SOURCE))
    return {row[0]: Link(row[1], row[2], row[3]) for row in rows}


def _active(session: Session, ids: list[int]) -> set[int]:
    """Give those of them who are active and whom the directory brought here."""
    found: set[int] = set()
    query = select(Person.id).join(Profile, Profile.person_id == Person.id)
    query = query.where(Person.status == "active", Profile.source == SOURCE)
    for start in range(0, len(ids), BATCH):
        found.update(session.scalars(query.where(Person.id.in_(ids[start : start + BATCH]))))
    return found


def _read(
    source: Source, schema: Schema, links: dict[str, Link], mark: str, progress: Callable[[int], None]
) -> Reading:
    reading = Reading()
    by_dn: dict[str, str] = {}
    for number, found in enumerate(source.entries(schema.wanted(mark), schema.attributes()), 1):
        try:
            row = schema.read(found)
        except BadEntry as bad:
            by_dn = by_dn or {link.dn: key for key, link in links.items()}
            reading.seen.add(_key(schema, found) or by_dn.get(fold_dn(found.dn), ""))
            reading.problems.append({"where": found.dn, "reason": str(bad)})
            continue
        _sort(row, links.get(row.key), reading)
        if number % BATCH == 0:
            progress(number)
    return reading


def _key(schema: Schema, found: Found) -> str:
    try:
        return schema.key(found)
    except BadEntry:
        return ""


def _sort(row: Row, link: Link | None, reading: Reading) -> None:
    if row.key in reading.seen:
        return
    reading.seen.add(row.key)
    reading.mark = max(reading.mark, row.stamp)
    if row.disabled:
        reading.disabled.add(row.key)
    elif link is not None and link.hash == row.hash:
        reading.unchanged += 1
    else:
        reading.work.append(row)


class _Sync:
    """One run's writing."""

    def __init__(
        self,
        schema: Schema,
        options: Options,
        transaction: Transaction,
        links: dict[str, Link],
        people: dict[str, Known],
    ) -> None:
        self.schema, self.options, self.transaction = schema, options, transaction
        self.links, self.people = links, people
        self.rows: dict[int, Row] = {}  # by the number that stands for a line

    def apply(self, reading: Reading, missing: set[int], merged: directory.Report, report: Report) -> None:
        """Write what differs. Raises absent.TooMany before anything is written."""
        self.rows = dict(enumerate(reading.work, 1))
        owners = {key: link.person_id for key, link in self.links.items()}
        keys = {number: row.key for number, row in self.rows.items()}
        unseen = set(self.links) - reading.seen if self.options.rejoin and report.kind == "full" else set()
        file = self._file(merged.problems)
        before = ldap_changes.snapshot(self.people, self._concerned(reading.work, missing))
        names = Names(self.people, owners, keys, unseen, merged.problems)
        good = names.take(file.entries)
        lost = [p for p in self.people.values() if p.id in missing and p.id not in names.replaced.values()]
        if not self.options.force:
            absent.refuse_many(self.people, lost, SOURCE)
        with self.transaction() as session:
            names.free_logins(session, good)
            self._forget(session, names.replaced)
        file.entries = self._managed(good)
        how = directory.Options(deactivate_missing=True, source=SOURCE, locale=self.options.locale)
        directory.apply(
            file, self.people, lost, how, self.transaction,
            progress=lambda done, total: None, report=merged, keep=self._keep,
        )  # fmt: skip
        self._remember({problem.line for problem in merged.problems}, {person.id for person in lost})
        report.problems += [self._placed(problem) for problem in merged.problems]
        report.problems += [{"where": "", "reason": notice} for notice in merged.notices]
        with self.transaction() as session:
            report.changes = ldap_changes.between(session, before, self.people, merged.edges, lost)

    def _concerned(self, rows: list[Row], missing: set[int]) -> set[int]:
        """Give the people whom a run may change."""
        by_key = {self.links[row.key].person_id for row in rows if row.key in self.links}
        logins = (self.people.get(row.columns["uid"].lower()) for row in rows)
        return missing | by_key | {person.id for person in logins if person is not None}

    def _file(self, problems: list[Problem]) -> entries.Directory:
        """Give the rows as a checked directory file; managers stand there as the directory names them."""
        table, places = Table(tuple(self.schema.columns)), dict[str, str]()
        for number, row in self.rows.items():
            own = [name for name in (row.columns["uid"].lower(), row.columns["email"].lower()) if name]
            double = next((name for name in own if name in places), None)
            if double is None:
                places |= dict.fromkeys(own, row.dn)
                table.rows.append((number, dict(row.columns)))
            else:
                reason = _("%(name)s stands in %(dn)s already.", name=double, dn=places[double])
                problems.append(Problem(number, reason))
        file = entries.check(table)
        problems += file.problems
        return file

    def _managed(self, good: list[Entry]) -> list[Entry]:
        """Give the entries with their managers named by login."""
        uid_of = {person.id: uid for uid, person in self.people.items()}
        logins = {link.dn: uid_of[link.person_id] for link in self.links.values() if link.person_id in uid_of}
        logins |= {self.rows[entry.line].place: entry.uid for entry in good}
        return [
            replace(entry, manager=logins.get(fold_dn(entry.manager), entry.manager))
            if entry.manager
            else entry
            for entry in good
        ]

    def _forget(self, session: Session, replaced: Mapping[str, int]) -> None:
        for key in replaced:
            session.execute(delete(ExternalId).where(ExternalId.source == SOURCE, ExternalId.key == key))

    def _placed(self, problem: Problem) -> dict[str, str]:
        return {"where": self.rows[problem.line].dn, "reason": problem.reason}

    def _keep(self, session: Session, part: list[Entry]) -> None:
        """Tie the people of a batch to their keys, in its transaction; their hash comes when all is done."""
        fresh, moved = list[dict[str, Any]](), list[dict[str, Any]]()
        for entry in part:
            row, person_id = self.rows[entry.line], self.people[entry.uid].id
            values = {"source": SOURCE, "key": row.key, "person_id": person_id, "hash": "", "dn": row.place}
            (moved if row.key in self.links else fresh).append(values)
        if fresh:
            session.execute(insert(ExternalId), fresh)
        if moved:
            session.execute(update(ExternalId), moved)

    def _remember(self, bad: set[int], missing: set[int]) -> None:
        """Store the hashes of what was taken wholly, and forget those of who has left."""
        good = [(row.key, row.hash) for number, row in self.rows.items() if number not in bad]
        good += [(key, "") for key, link in self.links.items() if link.person_id in missing]
        for start in range(0, len(good), BATCH):
            part = good[start : start + BATCH]
            with self.transaction() as session:
                rows = [{"source": SOURCE, "key": key, "hash": value} for key, value in part]
                session.execute(update(ExternalId), rows)
