"""Reporting lines of a directory file: found by login or address, circles refused."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from rse.core.events import emit_all
from rse.core.i18n import _
from rse.people.events import PersonChanged
from rse.people.models import Profile
from rse.people.reporting import closing_edges
from rse.provisioning.csvfile import Problem
from rse.provisioning.entries import Entry
from rse.provisioning.known import Known

Edge = tuple[int, int | None]


class Lines:
    """The managers that a file names, after all its people are in."""

    def __init__(self, people: dict[str, Known], problems: list[Problem]) -> None:
        self.people = people
        self.problems = problems
        self.named = {uid: person.id for uid, person in people.items()}
        self.named |= {person.card["email"]: person.id for person in people.values()}

    def changes(self, entries: list[Entry]) -> list[Edge]:
        """Give (person, manager) of everybody whose manager changes; reports unknown ones and circles."""
        wanted = {self.named[entry.uid]: self._manager(entry) for entry in entries}
        kept = {p.id: p.manager_id for p in self.people.values() if p.id not in wanted and p.manager_id}
        edges = [(person, manager) for person, manager in wanted.items() if manager]
        by_id = {self.named[entry.uid]: entry for entry in entries}
        for person in closing_edges(edges, kept):
            wanted[person] = None
            entry = by_id[person]
            reason = _("With %(manager)s as manager the line goes in a circle.", manager=entry.manager)
            self.problems.append(Problem(entry.line, reason))
        before = {person.id: person.manager_id for person in self.people.values()}
        return [edge for edge in wanted.items() if before[edge[0]] != edge[1]]

    def _manager(self, entry: Entry) -> int | None:
        if not entry.manager:
            return None
        manager = self.named.get(entry.manager)
        if manager is None:
            reason = _("The manager %(manager)s is not known; the person was taken.", manager=entry.manager)
            self.problems.append(Problem(entry.line, reason))
        return manager

    def apply(self, session: Session, edges: list[Edge]) -> None:
        """Store a part of the changes."""
        rows = [{"person_id": person, "manager_id": manager} for person, manager in edges]
        session.execute(update(Profile), rows)
        emit_all(session, [PersonChanged(person) for person, _manager in edges])
