"""What the people feature declares."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.accounts.events import SignedIn
from rse.core.feature import Feature, Subscriber
from rse.people import models, service


def _fill_profile(session: Session, events: Sequence[SignedIn]) -> None:
    for event in events:
        service.take_attributes(session, event.person_id, event.attributes)


feature = Feature(
    name="people",
    subscribers=(Subscriber("people.profile", (SignedIn,), _fill_profile, mode="same_transaction"),),
)

__all__ = ["feature", "models"]
