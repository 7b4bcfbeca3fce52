"""Who an entry of a directory is: by its key, else by login; names that pass from one person to another."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.i18n import _
from rse.provisioning.csvfile import Problem
from rse.provisioning.entries import Entry
from rse.provisioning.known import Known


class Names:
    """Puts `people` under the logins that the directory gives them now, and reports what cannot be.

    `keys` gives the key of an entry by its line, `owners` the person of a key; `lost` are the keys whose
    person may go to an entry with another key, of the same login and address.
    """

    def __init__(
        self,
        people: dict[str, Known],
        owners: Mapping[str, int],
        keys: Mapping[int, str],
        lost: Collection[str],
        problems: list[Problem],
    ) -> None:
        self.people, self.owners, self.keys, self.lost, self.problems = people, owners, keys, lost, problems
        self.key_of = {person_id: key for key, person_id in owners.items()}
        self.by_id = {person.id: person for person in people.values()}
        self.by_email = {person.card["email"]: person for person in people.values()}
        self.mine: dict[int, Known | None] = {}  # the person of each entry, by its line
        self.replaced: dict[str, int] = {}  # keys that others took the place of, and their persons
        self.moving: dict[str, Known] = {}  # by the login that they leave

    def take(self, entries: Sequence[Entry]) -> list[Entry]:
        """Give the entries that can be merged; who keeps a login or an address keeps others from it."""
        self.mine = {entry.line: self._person(entry) for entry in entries}
        good, before = list(entries), -1
        while len(good) != before:
            before = len(good)
            now = {person.id: entry for entry in good if (person := self.mine[entry.line]) is not None}
            good = [entry for entry in good if self._free(entry, now)]
        known = [(entry, person) for entry in good if (person := self.mine[entry.line]) is not None]
        for entry, person in known:
            self._leave(entry, person)
        for entry, person in known:
            self.people[entry.uid] = person
        return good

    def _person(self, entry: Entry) -> Known | None:
        """Give the person of an entry: of its key, else the one of its login whom no key names."""
        owner = self.owners.get(self.keys[entry.line])
        if owner is not None:
            return self.by_id.get(owner)
        holder = self.people.get(entry.uid)
        if holder is None or holder.id not in self.key_of:
            return holder
        same = self.key_of[holder.id] in self.lost and holder.card["email"] == entry.email
        return holder if same else None

    def _free(self, entry: Entry, now: Mapping[int, Entry]) -> bool:
        """Tell whether nobody else keeps the login or the address; `now` are the entries of people."""
        mine = self.mine[entry.line]
        of_login, of_email = self.people.get(entry.uid), self.by_email.get(entry.email)
        for holder, field in ((of_login, "uid"), (of_email, "email")):
            if holder is None or (mine is not None and holder.id == mine.id):
                continue
            theirs = now.get(holder.id)
            if theirs is None or getattr(theirs, field) == getattr(entry, field):
                reason = _(
                    "%(name)s belongs to another person, %(other)s.",
                    name=getattr(entry, field),
                    other=holder.card["display_name"],
                )
                self.problems.append(Problem(entry.line, reason))
                return False
        return True

    def _leave(self, entry: Entry, person: Known) -> None:
        """Note the login and the key that a person leaves."""
        old, key = person.card["uid"].lower(), self.keys[entry.line]
        if old != entry.uid:
            self.moving[old] = self.people.pop(old)
        if self.key_of.get(person.id, key) != key:
            self.replaced[self.key_of[person.id]] = person.id

    def free_logins(self, session: Session, entries: Sequence[Entry]) -> None:
        """Let go of logins that pass from one person to another, so that order does not matter."""
        wanted = {entry.uid for entry in entries}
        for old, person in self.moving.items():
            if old in wanted:
                person.card["uid"] = f"moving.{person.id}"
                parked = update(Person).where(Person.id == person.id).values(uid=person.card["uid"])
                session.execute(parked)
