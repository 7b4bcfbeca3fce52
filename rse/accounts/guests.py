"""Guests: the employee who answers for them, their last day, and the domains that they may come from."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.models import GuestStay, Person
from rse.accounts.saml_guard import Refused
from rse.core import clock, company
from rse.core.i18n import _
from rse.core.policy import Invalid

DOMAINS = "guest_domains"  # company setting: a list; empty means any


def stay(session: Session, person_id: int) -> GuestStay | None:
    """Give what is known of a guest's stay."""
    return session.get(GuestStay, person_id)


def set_stay(
    session: Session,
    person: Person,
    sponsor: Person | None,
    ends_on: date | None,
    actor_id: int | None = None,
) -> None:
    """Say who answers for a guest and until when. Raises Invalid. Flushes."""
    if person.kind != "guest":
        raise Invalid(person=_("Only a guest has a sponsor and a last day."))
    if sponsor is not None and (sponsor.kind != "employee" or sponsor.status != "active"):
        raise Invalid(sponsor=_("Only an active employee can answer for a guest."))
    row = stay(session, person.id) or GuestStay(person_id=person.id)
    row.sponsor_id, row.ends_on = sponsor.id if sponsor else None, ends_on
    session.add(row)
    session.flush()
    about = {"sponsor": row.sponsor_id, "ends_on": ends_on}
    audit.record(session, "guest.stay", actor_id=actor_id, target=f"person:{person.id}", **about)


def allowed_domain(session: Session, email: str) -> bool:
    """Tell whether guests may come from an address; any, while no domain is listed."""
    domains = company.get(session, DOMAINS, [])
    return not domains or email.rpartition("@")[2].lower() in domains


def check_arrival(session: Session, person: Person) -> None:
    """Raise Refused for a guest whose last day is over, or whose domain is not on the list."""
    if person.kind != "guest":
        return
    row = stay(session, person.id)
    if row is not None and row.ends_on is not None and row.ends_on < clock.now().date():
        raise Refused("guest_ended", f"person:{person.id} ended on {row.ends_on}")
    if not allowed_domain(session, person.email):
        raise Refused("guest_domain", f"person:{person.id} comes from a domain that is not allowed")


def overdue(session: Session, today: date) -> Sequence[Person]:
    """Give the active guests whose last day is over."""
    query = select(Person).join(GuestStay, GuestStay.person_id == Person.id)
    ended = (Person.status == "active", Person.kind == "guest", GuestStay.ends_on < today)
    return session.scalars(query.where(*ended)).all()
