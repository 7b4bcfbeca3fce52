"""Pages and forms of ideas: the board, the list, campaigns, stages, the code of an unsigned one."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from rse.core import clock, db
from rse.core.i18n import _, get_zone
from rse.core.policy import Invalid, NotFound
from rse.core.web import (
    EMPLOYEE,
    SIGNED_IN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    is_fragment,
    page,
    read_form,
    route,
    see_other,
    viewer,
)  # fmt: skip
from rse.feed import attaching, timeline
from rse.feed import queries as feed
from rse.feed.schemas import of_kind
from rse.feed.views import card_of
from rse.groups import queries as groups
from rse.ideas import policy, queries, service
from rse.ideas.models import STAGES
from rse.ideas.schemas import Claim, OpenCampaign, SetStatus
from rse.ideas.words import STAGES as WORDS

blueprint = Blueprint("ideas", __name__)
PAGE = 20
SORTS = ("votes", "new")


def _wrong(form: Form[Any], error: Invalid) -> Form[Any]:
    return Form(form.data, None, form.errors | error.errors)


def _today() -> Any:
    return clock.now().astimezone(get_zone()).date()


@route(blueprint, "/ideas", rule=SIGNED_IN)
def board() -> Any:
    """Show the ideas by their stages, those with the most votes first, and what is being asked for."""
    session, who = db.session(), viewer()
    return page(
        "ideas/board.html",
        columns=queries.board(session, who),
        stages=WORDS,
        campaigns=queries.campaigns(session, _today()) if who.is_employee else [],
        may_sponsor=policy.may_sponsor(who),
        today=_today(),
    )


@route(blueprint, "/ideas/list", rule=SIGNED_IN)
def listing() -> Any:
    """List ideas, of one stage or of all, by votes or by age."""
    status = request.args.get("status", "")
    status = status if status in STAGES else ""
    sort = request.args.get("sort", "votes")
    sort = sort if sort in SORTS else "votes"
    rows, more = _listed(db.session(), status=status or None, sort=sort)
    choices = [("", _("All stages"), f"/ideas/list?sort={sort}")]
    choices += [(key, str(text), f"/ideas/list?sort={sort}&status={key}") for key, text in WORDS.items()]
    return page(
        "ideas/list.html", choices=choices, rows=rows, more=more, chosen=status, sort=sort, stages=WORDS
    )


def _listed(session: Any, *, sort: str = "votes", **values: Any) -> tuple[list[queries.Row], str | None]:
    """Give a page of ideas and the address of the next one."""
    first: type = int if sort == "votes" else datetime
    after = decode_cursor(request.args.get("cursor"), first, int)
    rows = queries.listing(session, viewer(), sort=sort, after=after, limit=PAGE, **values)
    if len(rows) <= PAGE:
        return rows, None
    last = rows[PAGE - 1]
    position = encode_cursor(last.votes if sort == "votes" else last.at, last.id)
    given = {**(request.view_args or {}), **request.args.to_dict(), "cursor": position}
    return rows[:PAGE], url_for(request.endpoint or "", **given)


@route(blueprint, "/ideas/new", rule=SIGNED_IN)
def new() -> Any:
    """Show the form of an idea: with or without one's name, perhaps for a campaign."""
    return _form(200, Form({"campaign": request.args.get("campaign", "")}, None, {}))


def _form(status: int, form: Form[Any]) -> Response:
    session, who = db.session(), viewer()
    living = [place for place in groups.mine(who) if not place.archived]
    asked = queries.campaigns(session, _today()) if who.is_employee else []
    open_ones = [one for one in asked if one.starts_on <= _today()]
    return page("ideas/new.html", status, form=form, places=living, campaigns=open_ones)


@route(blueprint, "/ideas/new", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def publish() -> Any:
    """Publish an idea. The code of an unsigned one stands on the answer itself: it is kept nowhere."""
    session, who = db.session(), viewer()
    form = read_form(of_kind("idea"), lenient=True)
    if form.value is None:
        return _form(422, form)
    given: Any = form.input
    group = groups.find(session, who, given.group) if given.group else None
    try:
        made = attaching.publish(session, who, given, group)
    except Invalid as error:
        db.rollback()
        return _form(422, _wrong(form, error))
    if given.code:
        response = page("ideas/code.html", code=given.code, post_id=made.id)
        response.headers["Cache-Control"] = "no-store"
        return response
    return see_other("feed.post", post_id=made.id)


@route(blueprint, "/posts/<pid:post_id>/vote", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def vote(post_id: int) -> Any:
    """Be for an idea, or no more."""
    session, who = db.session(), viewer()
    feed.post(session, who, post_id)
    seen = queries.ideas(session, who, [post_id]).get(post_id)
    service.vote(session, who, post_id, on=seen is None or not seen.voted)
    return _after(post_id)


def _after(post_id: int) -> Any:
    if is_fragment():
        return card_of(timeline.one(db.session(), viewer(), post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/status", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def decide(post_id: int) -> Any:
    """Move an idea to another stage, with a public reply."""
    given = read_form(SetStatus).input
    service.set_status(db.session(), viewer(), post_id, **dict(given))
    flash(_("The stage and your reply are public now."))
    return see_other("feed.post", post_id=post_id)


def _claimable(post_id: int) -> Any:
    found = feed.post(db.session(), viewer(), post_id)
    if queries.idea(db.session(), post_id).claim is None:
        raise NotFound
    return found


@route(blueprint, "/posts/<pid:post_id>/claim", rule=SIGNED_IN)
def claim_form(post_id: int) -> Any:
    """Show the form of who holds the code of an unsigned idea."""
    found = _claimable(post_id)
    form: Form[Claim] = Form({"title": found.title or "", "body": found.body}, None, {})
    return page("ideas/claim.html", post=found, form=form)


@route(blueprint, "/posts/<pid:post_id>/claim", rule=SIGNED_IN, methods=("POST",), limit="10/minute")
def claim(post_id: int) -> Any:
    """Change an unsigned idea by its code, or sign it."""
    session, who = db.session(), viewer()
    found = _claimable(post_id)
    form = read_form(Claim)
    try:
        given = form.input
        if given.sign:
            service.sign(session, who, post_id, given.code)
        else:
            service.edit_unsigned(session, who, post_id, given.code, title=given.title or "", body=given.body)
    except Invalid as error:
        db.rollback()
        form.data.pop("code", None)
        return page("ideas/claim.html", 422, post=found, form=_wrong(form, error))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/ideas/campaigns/new", rule=EMPLOYEE)
def new_campaign() -> Any:
    """Show the form of a campaign, to those who may ask."""
    if not policy.may_sponsor(viewer()):
        raise NotFound
    return page("ideas/new_campaign.html", form=Form({"starts_on": _today().isoformat()}, None, {}))


@route(blueprint, "/ideas/campaigns/new", rule=EMPLOYEE, methods=("POST",), limit="10/minute")
def open_campaign() -> Any:
    """Ask the company for ideas."""
    form = read_form(OpenCampaign)
    try:
        made = service.open_campaign(db.session(), viewer(), **form.input.model_dump())
    except Invalid as error:
        db.rollback()
        return page("ideas/new_campaign.html", 422, form=_wrong(form, error))
    return see_other("ideas.campaign", campaign_id=made.id)


@route(blueprint, "/ideas/campaigns/<pid:campaign_id>", rule=EMPLOYEE)
def campaign(campaign_id: int) -> Any:
    """Show what is asked, by whom, until when, and the ideas that came."""
    session = db.session()
    asked, sponsor = queries.campaign_with_sponsor(session, campaign_id)
    rows, more = _listed(session, campaign=campaign_id)
    open_now = asked.starts_on <= _today() <= asked.ends_on
    values = {"rows": rows, "more": more, "open": open_now, "stages": WORDS}
    return page("ideas/campaign.html", asked=asked, sponsor=sponsor, **values)
