"""Import of a directory file: people, departments, reporting lines and skills, in short transactions.

What the directory owns is overwritten; what is the person's own (languages, skills, about) follows the file
only where the file itself has changed since the last import. Run again, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from rse.core.i18n import _
from rse.people.reporting import refresh_managers
from rse.provisioning import absent, csvfile, entries, known
from rse.provisioning.csvfile import BadFile, Problem
from rse.provisioning.entries import Directory, Entry
from rse.provisioning.lines import Edge, Lines
from rse.provisioning.merge import Batch, Counts, free_addresses

BATCH = 200  # lines in a transaction
Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]
Keep = Callable[[Session, list[Entry]], None]


@dataclass(frozen=True)
class Options:
    """How to import."""

    deactivate_missing: bool = False
    force: bool = False  # deactivate even when it hits many
    source: str = "directory"  # who owns the fields
    demo: bool = False  # mark what is made as demo data
    locale: str = "fr"  # the language of skills that are new


@dataclass
class Report:
    """What an import did."""

    counts: Counts = field(default_factory=Counts)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    deactivated: int = 0
    edges: list[Edge] = field(default_factory=list)  # managers that have changed

    def totals(self) -> dict[str, int]:
        """Give the counts of everything that the run did, for its record."""
        return {**asdict(self.counts), "deactivated": self.deactivated, "problems": len(self.problems)}


def run(
    data: bytes, options: Options, transaction: Transaction, progress: Progress = lambda done, total: None
) -> Report:
    """Import a file; every batch in a transaction of its own.

    Raises BadFile, and absent.TooMany before anything is written.
    """
    table = csvfile.read(data, entries.REQUIRED, entries.REQUIRED + entries.OPTIONAL)
    file = entries.check(table)
    if not file.entries:
        raise BadFile(_("No line of the file could be read.") if file.problems else _("The file is empty."))
    with transaction() as session:
        people = known.people(session)
    missing = absent.find(people, file.named, options.source)
    if options.deactivate_missing and not options.force:
        absent.refuse_many(people, missing, options.source)
    report = Report(problems=file.problems, notices=file.notices, missing=[m.card["uid"] for m in missing])
    apply(file, people, missing, options, transaction, progress=progress, report=report)
    report.problems.sort(key=lambda problem: problem.line)
    return report


def apply(
    file: Directory,
    people: dict[str, known.Known],
    missing: list[known.Known],
    options: Options,
    transaction: Transaction,
    *,
    progress: Progress,
    report: Report,
    keep: Keep = lambda session, entries: None,
) -> None:
    """Bring checked entries in, whatever they were read from: people, then lines, then who is missing.

    `people` is kept up to date; `keep` is called with each batch, in its transaction.
    """
    total = 2 * len(file.entries)
    wanted = _without_taken_addresses(file, people, report)
    with transaction() as session:
        free_addresses(session, wanted, people)
    for done, part in _parts(wanted):
        with transaction() as session:
            batch = Batch(session, file.columns, people, options.source, options.locale, demo=options.demo)
            batch.apply(part, report)
            keep(session, part)
        progress(done, total)
    if "manager_uid" in file.columns:
        lines = Lines(people, report.problems)
        report.edges = lines.changes(wanted)
        for done, edges in _parts(report.edges):
            with transaction() as session:
                lines.apply(session, edges)
            progress(len(file.entries) + done, total)
    for _done, gone in _parts(missing if options.deactivate_missing else []):
        with transaction() as session:
            report.deactivated += absent.deactivate(session, gone, report.notices)
    with transaction() as session:
        refresh_managers(session)
    progress(total, total)


def _parts(items: list[Any]) -> Iterator[tuple[int, list[Any]]]:
    """Cut into batches, each with the number of items up to its end."""
    for start in range(0, len(items), BATCH):
        part = items[start : start + BATCH]
        yield start + len(part), part


def _without_taken_addresses(file: Directory, people: dict[str, known.Known], report: Report) -> list[Entry]:
    """Leave out lines whose address belongs to somebody who keeps it."""
    new = {entry.uid: entry.email for entry in file.entries}
    holders = {person.card["email"]: uid for uid, person in people.items()}
    good = []
    for entry in file.entries:
        holder = holders.get(entry.email, entry.uid)
        if holder != entry.uid and new.get(holder, entry.email) == entry.email:
            reason = _("%(email)s belongs to %(uid)s.", email=entry.email, uid=holder)
            report.problems.append(Problem(entry.line, reason))
        else:
            good.append(entry)
    return good
