"""The page of the random coffee: taking part, the present meeting, those before."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response
from icalendar import Calendar, Event

from rse.coffee import queries, service, wording
from rse.coffee.schemas import MetForm, SeatForm
from rse.core import clock, company, db
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.web import EMPLOYEE, flash, page, read_form, route, see_other, settings, viewer

blueprint = Blueprint("coffee", __name__)


@route(blueprint, "/coffee", rule=EMPLOYEE)
def index() -> Any:
    """Show it."""
    session, who = db.session(), viewer()
    seat = queries.seat(session, who.id)
    meetings = queries.meetings(session, who)
    paused = (
        seat.paused_until if seat and (seat.paused_until or clock.now().date()) > clock.now().date() else None
    )
    return page(
        "coffee/index.html",
        seat=seat,
        paused_until=paused,
        present=meetings[0].id if meetings and queries.is_present(meetings[0]) else None,
        past=bool(meetings) and meetings[0].starts_at < clock.now(),
        meetings=meetings,
        opening=wording.opening,
        taking_part=queries.taking_part(session),
        happened=queries.happened(session),
        talks="chat" not in company.switched_off(session),
    )


@route(blueprint, "/coffee", rule=EMPLOYEE, methods=("POST",), limit="30/minute")
def take_part() -> Any:
    """Take part, pause or stop."""
    asked, session, who = read_form(SeatForm).input, db.session(), viewer()
    service.choose(session, who, asked.action, int(asked.weeks))
    if asked.action == "join":
        flash(_("You take part: we tell you whom you meet after the next draw."))
    elif asked.action == "pause":
        flash(_("You pause: nobody is told."))
    else:
        flash(_("You take part no more: nobody is told."))
    return see_other("coffee.index")


@route(blueprint, "/coffee/<pid:meeting_id>/met", rule=EMPLOYEE, methods=("POST",), limit="60/minute")
def met(meeting_id: int) -> Any:
    """Say that a meeting took place, or take it back."""
    service.say_met(db.session(), viewer(), meeting_id, met=read_form(MetForm).input.met)
    return see_other("coffee.index")


@route(blueprint, "/coffee/<pid:meeting_id>/coffee.ics", rule=EMPLOYEE)
def calendar(meeting_id: int) -> Any:
    """Give the proposal as a calendar file (RFC 5545)."""
    session, who = db.session(), viewer()
    meeting = queries.one(session, who, meeting_id)
    shown = queries.meetings(session, who, ids=[meeting.id])[0]
    base = settings().base_url.rstrip("/")
    event, whole = Event(), Calendar()
    whole.add("prodid", "-//rse//EN")
    whole.add("version", "2.0")
    event.add("uid", f"coffee-{encode_id(meeting.id)}@{urlsplit(base).hostname or 'rse'}")
    event.add("dtstamp", clock.now())
    event.add("dtstart", shown.starts_at)
    event.add("dtend", shown.starts_at + service.LONG)
    event.add(
        "summary", _("Coffee with %(names)s", names=", ".join(card.display_name for card in shown.others))
    )
    event.add("description", wording.opening(shown))
    event.add("url", f"{base}/coffee")
    whole.add_component(event)
    response = Response(whole.to_ical(), mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=coffee.ics"
    return response
