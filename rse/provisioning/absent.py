"""People whom the directory no longer names."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.service import deactivate as shut_out
from rse.core import clock
from rse.core.i18n import _
from rse.core.policy import Refused
from rse.people.departments import place
from rse.people.models import Profile
from rse.provisioning.known import Known

MOST = 0.10  # of the active people of the directory


class TooMany(Exception):
    """A file that would deactivate an unlikely part of the company; the text says how many."""


def active(people: Mapping[str, Known], source: str) -> list[Known]:
    """Give the active people whom this source brought here."""
    return [
        person
        for person in people.values()
        if person.profile and person.profile["source"] == source and person.card["status"] == "active"
    ]


def find(people: Mapping[str, Known], named: set[str], source: str) -> list[Known]:
    """Give the active people of this source whom a full file does not name, not even on a bad line."""
    return [
        person
        for person in active(people, source)
        if person.card["uid"].lower() not in named and person.card["email"] not in named
    ]


def refuse_many(people: Mapping[str, Known], missing: list[Known], source: str) -> None:
    """Raise TooMany when more than a tenth would be deactivated."""
    all_of_them = len(active(people, source))
    if len(missing) > MOST * all_of_them:
        raise TooMany(
            _(
                "%(n)s of %(all)s people are missing, more than 10 %%: nothing was changed.",
                n=len(missing),
                all=all_of_them,
            )
        )


def deactivate(session: Session, missing: list[Known], notices: list[str]) -> int:
    """Shut out people who are missing, and end their membership today. Flushes.

    The last administrator stays, and a notice says so. Gives how many were shut out.
    """
    day, gone = clock.now().date(), set[int]()
    persons = session.scalars(select(Person).where(Person.id.in_([m.id for m in missing]))).all()
    for person in persons:
        try:
            shut_out(session, person)
        except Refused as refusal:
            notices.append(refusal.reason)
            continue
        place(session, person.id, None, day)
        gone.add(person.id)
    for one in missing:
        if one.id in gone:
            left = {"imported": {**one.imported, "left": True}, "end_date": day}
            session.execute(update(Profile).where(Profile.person_id == one.id).values(**left))
    session.flush()
    return len(gone)
