"""Writes about people: what a sign-in brings, and what their own pages change."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.names import sort_name
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.people import absence, policy
from rse.people.departments import Tree, place
from rse.people.events import PersonChanged
from rse.people.models import Follow, Profile
from rse.people.reporting import set_manager

OWNED = (
    "email", "given_name", "family_name", "display_name", "title", "department", "site", "phone", "manager",
)  # fmt: skip
MAX_PHONE = 40
NAMES = {"given_name", "family_name"}
ON_CARD = NAMES | {"title", "site"}
WELCOME_DONE = 4
AWAY_AT_MOST = timedelta(days=366)


def profile_of(session: Session, person_id: int) -> Profile:
    """Give the profile of a person, made when they have none yet."""
    profile = session.get(Profile, person_id)
    if profile is None:
        profile = Profile(person_id=person_id, languages=[], locked={}, imported={})
        session.add(profile)
        session.flush()
    return profile


def take_attributes(
    session: Session, person_id: int, sent: Mapping[str, Any], *, first: bool = False, source: str = "saml"
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
        _take_department(session, profile, str(sent["department"]), source)
    if sent.get("manager"):
        manager_id = person_named(session, str(sent["manager"]))
        if manager_id:
            set_manager(session, profile, manager_id)
    profile.welcome_step = _welcome_after(session, profile, first=first)
    session.flush()
    emit(session, PersonChanged(person_id))


def _welcome_after(session: Session, profile: Profile, *, first: bool) -> int:
    """Offer the welcome at the first sign-in, never again later; the demo's people are at home already."""
    if first:
        return 0 if session.get_one(Person, profile.person_id).demo else 1
    return 0 if profile.welcome_step == 1 else profile.welcome_step


def _take_department(session: Session, profile: Profile, path: str, source: str) -> None:
    """Move a person to a department; a path that is too long is not taken."""
    try:
        department_id = Tree(session, source).find_or_add(path)
    except ValueError:
        return
    profile.department_id = department_id
    place(session, profile.person_id, department_id, clock.now().date(), profile.start_date)


def person_named(session: Session, name: str) -> int | None:
    """Give the person whose login or e-mail address this is."""
    folded = name.strip().lower()
    query = select(Person.id).where(or_(func.lower(Person.uid) == folded, Person.email == folded))
    return session.scalar(query.limit(1))


def edit(session: Session, viewer: Viewer, changes: Mapping[str, Any]) -> None:
    """Change one's own profile. Raises Invalid for fields that the directory owns, and without a name."""
    profile, person = profile_of(session, viewer.id), session.get_one(Person, viewer.id)
    present = {name: getattr(person if name in ON_CARD else profile, name) for name in changes}
    changed = {name: value for name, value in changes.items() if value != present[name]}
    refused = {name: policy.owner_text(profile.locked[name]) for name in changed if name in profile.locked}
    if refused:
        raise Invalid(**refused)
    for name, value in changed.items():
        setattr(person if name in ON_CARD else profile, name, value)
    if NAMES & changed.keys():
        _rename(person)
    if ON_CARD & changed.keys():
        person.version += 1
    if changed:
        session.flush()
        emit(session, PersonChanged(viewer.id))


def be_away(session: Session, viewer: Viewer, first: date | None, last: date | None) -> None:
    """Say when one is away, or that one is here. Raises Invalid for days that cannot be."""
    if last is None and first is not None:
        raise Invalid(away_until=_("Say until when."))
    if last is not None:
        now = absence.today()
        if last < now:
            raise Invalid(away_until=_("This day is over."))
        if last > now + AWAY_AT_MOST:
            raise Invalid(away_until=_("At most a year."))
        if first is not None and first > last:
            raise Invalid(away_until=_("This is before the first day."))
    profile = profile_of(session, viewer.id)
    profile.away_from, profile.away_until = first, last
    session.flush()


def _rename(person: Person) -> None:
    shown = f"{person.given_name} {person.family_name}".strip()
    if not shown:
        raise Invalid(family_name=_("A person has a name."))
    person.display_name = shown
    person.sort_name = sort_name(person.family_name, person.given_name, shown)


def prefer(
    session: Session, viewer: Viewer, *, language: str | None, timezone: str | None, theme: str | None
) -> None:
    """Keep the language, zone and appearance of one's own pages; None leaves one as it is."""
    person = session.get_one(Person, viewer.id)
    person.locale = language or person.locale
    person.timezone = timezone or person.timezone
    if theme:
        profile = profile_of(session, viewer.id)
        profile.preferences = {**profile.preferences, "theme": theme}
    session.flush()


def set_photo(session: Session, viewer: Viewer, name: str | None) -> str | None:
    """Give oneself another picture, or none; gives the name of the one before."""
    person = session.get_one(Person, viewer.id)
    before, person.photo = person.photo, name
    person.version += 1
    session.flush()
    emit(session, PersonChanged(viewer.id))
    return before


def follow(session: Session, viewer: Viewer, person_id: int, *, on: bool) -> None:
    """Follow a person whom one may know, or no longer; nobody else sees it. Raises Invalid for oneself."""
    if person_id == viewer.id:
        raise Invalid(person=_("Nobody follows themselves."))
    query = select(Follow).where(Follow.follower_id == viewer.id, Follow.person_id == person_id)
    held = session.scalars(query).first()
    if on and held is None:
        session.add(Follow(follower_id=viewer.id, person_id=person_id, at=clock.now()))
    elif not on and held is not None:
        session.delete(held)
    session.flush()


def set_welcome(session: Session, person_id: int, step: int) -> None:
    """Note where the welcome of a person stands."""
    profile_of(session, person_id).welcome_step = step
    session.flush()
