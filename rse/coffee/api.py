"""The random coffee for programs: one's own seat and meetings."""

from typing import Any

from flask import Blueprint

from rse.coffee import queries, service, wording
from rse.coffee.schemas import CoffeeOut, MetForm, SeatForm
from rse.core import clock, db
from rse.core.api import endpoint
from rse.core.model import encode_id
from rse.core.web import EMPLOYEE, viewer

blueprint = Blueprint("coffee_api", __name__)


def _coffee() -> dict[str, Any]:
    session, who = db.session(), viewer()
    seat, today = queries.seat(session, who.id), clock.now().date()
    paused = seat.paused_until if seat and seat.paused_until and seat.paused_until > today else None
    return {
        "taking_part": seat is not None,
        "paused_until": paused,
        "meetings": [
            {
                "id": encode_id(one.id),
                "drawn_on": one.drawn_on,
                "starts_at": one.starts_at,
                "people": [card.public_id for card in one.others],
                "opening": wording.opening(one),
                "present": at == 0 and queries.is_present(one),
                "met": one.met,
            }
            for at, one in enumerate(queries.meetings(session, who))
        ],
    }


@endpoint(blueprint, "/me/coffee", rule=EMPLOYEE, returns=CoffeeOut)
def coffee() -> dict[str, Any]:
    """Tell whether you take part in the random coffee, and whom you meet; the last meeting first."""
    return _coffee()


@endpoint(blueprint, "/me/coffee", "PUT", rule=EMPLOYEE, body=SeatForm, returns=CoffeeOut, limit="30/minute")
def take_part(body: SeatForm) -> dict[str, Any]:
    """Take part from the next draw on, pause for some weeks, or leave."""
    service.choose(db.session(), viewer(), body.action, int(body.weeks))
    return _coffee()


@endpoint(blueprint, "/me/coffee/<pid:meeting_id>/met", "PUT", rule=EMPLOYEE, body=MetForm, status=204)
def met(meeting_id: int, body: MetForm) -> None:
    """Say that a meeting of yours took place, or that it did not."""
    service.say_met(db.session(), viewer(), meeting_id, met=body.met)
