"""What a person's own export contains of the random coffee."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.coffee import queries, service
from rse.coffee.models import CoffeeGuest, CoffeeMeeting
from rse.core.feature import Export
from rse.core.model import encode_id


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the seat and the days of the meetings; with whom is the others' own too, and is left out."""
    held = queries.seat(session, person_id)
    if held is not None:
        yield {"what": "coffee", "at": held.at, "paused_until": held.paused_until}
    query = select(CoffeeMeeting).join(CoffeeGuest, CoffeeGuest.meeting_id == CoffeeMeeting.id)
    for one in session.scalars(query.where(CoffeeGuest.person_id == person_id).order_by(CoffeeMeeting.id)):
        yield {"what": "coffee_meeting", "id": encode_id(one.id), "on": one.drawn_on, "met": one.met}


export = Export("coffee", rows, service.forget)
