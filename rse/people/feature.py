"""What the people feature declares."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from rse.accounts.events import PersonDeactivated, SignedIn
from rse.core import clock
from rse.core.feature import Feature, Guard, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.core.web import settings
from rse.people import api, exports, models, search, service, settings_views, views, welcome
from rse.people.models import Profile


def _fill_profile(session: Session, events: Sequence[SignedIn]) -> None:
    for event in events:
        service.take_attributes(session, event.person_id, event.attributes, first=event.first)


def _note_end(session: Session, events: Sequence[PersonDeactivated]) -> None:
    """Note the last day of who is shut out, where the directory has said none: figures need it."""
    ended = Profile.person_id.in_([event.person_id for event in events]) & Profile.end_date.is_(None)
    session.execute(update(Profile).where(ended).values(end_date=clock.today(settings().timezone)))


feature = Feature(
    name="people",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("people.profile", (SignedIn,), _fill_profile, mode="same_transaction"),
        Subscriber("people.end", (PersonDeactivated,), _note_end, mode="same_transaction"),
    ),
    nav=(
        NavItem("people", lazy("People"), "people.index", "contact-round", 40),
        NavItem("settings", lazy("Settings"), "people.edit", "settings", 20, "me"),
    ),
    guards=(Guard("people.welcome", welcome.lead),),
    index=(search.source,),
    exports=(exports.export,),
)

__all__ = ["feature", "models", "settings_views"]
