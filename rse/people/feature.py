"""What the people feature declares."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts.events import PersonDeactivated, PersonReactivated, SignedIn
from rse.core import clock
from rse.core.events import emit
from rse.core.feature import Feature, Guard, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.core.web import settings
from rse.people import (
    api,
    deputy_views,
    exports,
    indicators,
    keeping,
    models,
    notices,
    reporting,
    search,
    service,
    settings_views,
    views,
    welcome,
)
from rse.people.events import PersonChanged
from rse.people.models import Profile


def _fill_profile(session: Session, events: Sequence[SignedIn]) -> None:
    for event in events:
        service.take_attributes(session, event.person_id, event.attributes, first=event.first)


def _note_end(session: Session, events: Sequence[PersonDeactivated]) -> None:
    """Note the last day of who is shut out, where the directory has said none: figures need it."""
    ids = [event.person_id for event in events]
    ended = Profile.person_id.in_(ids) & Profile.end_date.is_(None)
    session.execute(update(Profile).where(ended).values(end_date=clock.today(settings().timezone)))
    _look_at_managers(session, ids)


def _look_at_managers(session: Session, ids: Sequence[int]) -> None:
    """See whether those to whom these people report still manage somebody."""
    theirs = select(Profile.manager_id).where(Profile.person_id.in_(ids), Profile.manager_id.is_not(None))
    reporting.refresh_managers(session, [person for person in session.scalars(theirs.distinct()) if person])


def _note_return(session: Session, events: Sequence[PersonReactivated]) -> None:
    """Take the last day back of who is let in again, and let the index find them."""
    ids = [event.person_id for event in events]
    session.execute(update(Profile).where(Profile.person_id.in_(ids)).values(end_date=None))
    _look_at_managers(session, ids)
    for person_id in ids:
        emit(session, PersonChanged(person_id))


feature = Feature(
    name="people",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("people.profile", (SignedIn,), _fill_profile, mode="same_transaction"),
        Subscriber("people.end", (PersonDeactivated,), _note_end, mode="same_transaction"),
        Subscriber("people.return", (PersonReactivated,), _note_return, mode="same_transaction"),
    ),
    nav=(
        NavItem("people", lazy("People"), "people.index", "contact-round", 40),
        NavItem("settings", lazy("Settings"), "people.edit", "settings", 20, "me"),
        NavItem(
            "deputies", lazy("Delegation"), "people.own_deputies", "", 60, "settings.tabs",
            shown=lambda viewer: bool(getattr(viewer.card, "is_manager", False)),
        ),
    ),
    guards=(Guard("people.welcome", welcome.lead),),
    index=(search.source,),
    activity=(indicators.activity,),
    notices=notices.NOTICES,
    exports=(exports.export,),
    keeps=keeping.KEEPS,
)  # fmt: skip

__all__ = ["deputy_views", "feature", "models", "settings_views"]
