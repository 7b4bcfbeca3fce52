"""What the people feature declares."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.accounts.events import SignedIn
from rse.core.feature import Feature, Guard, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.people import api, exports, models, search, service, settings_views, views, welcome


def _fill_profile(session: Session, events: Sequence[SignedIn]) -> None:
    for event in events:
        service.take_attributes(session, event.person_id, event.attributes, first=event.first)


feature = Feature(
    name="people",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(Subscriber("people.profile", (SignedIn,), _fill_profile, mode="same_transaction"),),
    nav=(
        NavItem("people", lazy("People"), "people.index", "contact-round", 40),
        NavItem("settings", lazy("Settings"), "people.edit", "settings", 20, "me"),
    ),
    guards=(Guard("people.welcome", welcome.lead),),
    index=(search.source,),
    exports=(exports.export,),
)

__all__ = ["feature", "models", "settings_views"]
