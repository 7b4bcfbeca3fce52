"""Writes about people: what a sign-in brings, and what their own pages change."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import ApiToken, Person
from rse.accounts.models import Session as Signed
from rse.core import clock
from rse.core.events import emit
from rse.people.departments import Tree, place
from rse.people.events import PersonChanged, PersonDeactivated
from rse.people.models import Profile
from rse.people.reporting import set_manager

OWNED = (
    "email", "given_name", "family_name", "display_name", "title", "department", "site", "phone", "manager",
)  # fmt: skip
MAX_PHONE = 40


def profile_of(session: Session, person_id: int) -> Profile:
    """Give the profile of a person, made when they have none yet."""
    profile = session.get(Profile, person_id)
    if profile is None:
        profile = Profile(person_id=person_id, languages=[], locked={}, imported={})
        session.add(profile)
        session.flush()
    return profile


def take_attributes(
    session: Session, person_id: int, sent: Mapping[str, Any], *, source: str = "saml"
) -> None:
    """Fill a profile with what an identity provider says; what it sends is its own from now on.

    What it does not send stays. An unknown manager, or one that would close a circle, is left out.
    """
    profile = profile_of(session, person_id)
    owned = {field: source for field in OWNED if sent.get(field)}
    profile.locked = {**profile.locked, **owned}
    profile.source = profile.source or source
    if sent.get("phone"):
        profile.phone = str(sent["phone"])[:MAX_PHONE]
    if sent.get("department"):
        _take_department(session, profile, str(sent["department"]))
    if sent.get("manager"):
        manager_id = person_named(session, str(sent["manager"]))
        if manager_id:
            set_manager(session, profile, manager_id)
    session.flush()
    emit(session, PersonChanged(person_id))


def _take_department(session: Session, profile: Profile, path: str) -> None:
    """Move a person to a department; a path that is too long is not taken."""
    try:
        department_id = Tree(session).find_or_add(path)
    except ValueError:
        return
    profile.department_id = department_id
    place(session, profile.person_id, department_id, clock.now().date(), profile.start_date)


def person_named(session: Session, name: str) -> int | None:
    """Give the person whose login or e-mail address this is."""
    folded = name.strip().lower()
    query = select(Person.id).where(or_(func.lower(Person.uid) == folded, Person.email == folded))
    return session.scalar(query.limit(1))


def shut_out(session: Session, person: Person) -> None:
    """Deactivate a person at once: sessions and tokens end, what they wrote stays."""
    person.status = "deactivated"
    person.version += 1
    for owned in (Signed, ApiToken):
        session.execute(delete(owned).where(owned.person_id == person.id))
    session.flush()
    emit(session, PersonDeactivated(person.id))
