"""Pages of reports: to report, the moderators' queue and decision, what concerns oneself, the appeal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from rse.accounts import keepers
from rse.accounts.cards import cards
from rse.core import db
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import (
    SIGNED_IN,
    Form,
    Rule,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.moderation import policy, queries, service, targets, words
from rse.moderation.charter_views import blueprint
from rse.moderation.models import Report
from rse.moderation.schemas import Appeal, Decide, WhyReported

MODERATOR = Rule("judges of reports", lambda who: who is not None and not who.roles.isdisjoint(policy.LADDER))
PAGE = 20
EMPTY: Form[Any] = Form({}, None, {})
ONE = "/moderation/<pid:report_id>"


def _reported(target_type: str, target_id: int) -> targets.Target:
    if target_type not in policy.TARGETS:
        raise NotFound
    return targets.load(db.session(), viewer(), target_type, target_id)


def _ask(target_type: str, target_id: int, form: Form[Any], status: int = 200) -> Any:
    target = _reported(target_type, target_id)
    return page(
        "moderation/report.html",
        status,
        target=target,
        author=cards(db.session(), [target.author_id]).get(target.author_id),
        own=target.author_id == viewer().id,
        target_type=target_type,
        target_id=target_id,
        form=form,
        words=words,
    )


@route(blueprint, "/report/<target_type>/<pid:target_id>", rule=SIGNED_IN)
def report_form(target_type: str, target_id: int) -> Any:
    """Ask what is wrong with something that the viewer can read."""
    return _ask(target_type, target_id, EMPTY)


@route(blueprint, "/report/<target_type>/<pid:target_id>", rule=SIGNED_IN, methods=("POST",), limit="20/hour")
def make_report(target_type: str, target_id: int) -> Any:
    """Report it to the moderators."""
    _reported(target_type, target_id)
    form = read_form(WhyReported)
    try:
        given = form.input
        service.report(
            db.session(), viewer(), target_type, target_id, reason=given.reason, comment=given.comment
        )
    except Invalid as error:
        db.rollback()
        return _ask(target_type, target_id, Form(form.data, None, form.errors | error.errors), 422)
    flash(_("Thank you: a moderator looks at it. You find the outcome here."), "ok")
    return see_other(".mine")


def shown(session: Session, reports: Sequence[Report]) -> dict[str, Any]:
    """Give what pages say beside reports: who reported, and the cards of all of them, in two queries."""
    voices = queries.voices(session, [report.id for report in reports])
    people = {voice.person_id for said in voices.values() for voice in said}
    for report in reports:
        people |= {report.author_id, report.decided_by or 0, report.judged_by or 0}
    return {"voices": voices, "people": cards(session, people - {0}), "words": words}


@route(blueprint, "/moderation", rule=MODERATOR)
def queue() -> Any:
    """Show what waits for a decision, the oldest first; or what is decided."""
    session, waiting = db.session(), request.args.get("state") != "decided"
    position = decode_cursor(request.args.get("after"), datetime, int)
    after = (position[0], position[1]) if position else None
    found = queries.queue(session, viewer(), waiting=waiting, after=after, limit=PAGE)
    if not queries.concerned(session, viewer()):
        raise NotFound
    listed, more = found[:PAGE], None
    if len(found) > PAGE:
        cursor = encode_cursor(listed[-1].opened_at, listed[-1].id)
        more = url_for(".queue", state=None if waiting else "decided", after=cursor)
    return page("moderation/queue.html", reports=listed, waiting=waiting, more=more, **shown(session, listed))


def _one(report_id: int, form: Form[Any], status: int = 200) -> Any:
    session, who = db.session(), viewer()
    found = queries.find(session, who, report_id)
    values: Mapping[str, Any] = shown(session, [found])
    reporters = [voice.person_id for voice in values["voices"][found.id]]
    return page(
        "moderation/one.html",
        status,
        report=found,
        form=form,
        may_judge=policy.may_judge(who, found, reporters),
        alone=keepers.number(session, "moderator") == 1,
        options=[(name, *words.DECISIONS[name]) for name in policy.outcomes(found.target_type)],
        **values,
    )


@route(blueprint, ONE, rule=MODERATOR)
def one(report_id: int) -> Any:
    """Show a report, with the copy of what it is about, to who may judge it."""
    return _one(report_id, EMPTY)


@route(blueprint, ONE + "/hide", rule=MODERATOR, methods=("POST",))
def hide(report_id: int) -> Any:
    """Take it out of sight while it is looked at, or show it again."""
    service.hide(db.session(), viewer(), report_id, hidden=request.form.get("hidden") == "1")
    return see_other(".one", report_id=report_id)


@route(blueprint, ONE, rule=MODERATOR, methods=("POST",))
def decide(report_id: int) -> Any:
    """Decide, with the reasons for the author."""
    queries.find(db.session(), viewer(), report_id)
    form = read_form(Decide)
    try:
        given = form.input
        service.decide(db.session(), viewer(), report_id, decision=given.decision, statement=given.statement)
    except Invalid as error:
        db.rollback()
        return _one(report_id, Form(form.data, None, form.errors | error.errors), 422)
    flash(_("Decided. The author and those who reported it are told."), "ok")
    return see_other(".queue")


def _mine(form: Form[Any], wrong_id: int = 0, status: int = 200) -> Any:
    session, who = db.session(), viewer()
    about = queries.about(session, who.id)
    return page(
        "moderation/mine.html",
        status,
        made=queries.made_by(session, who.id),
        about=about,
        appealable={report.id for report in about if policy.may_appeal(who, report)},
        form=form,
        wrong_id=wrong_id,
        words=words,
    )


@route(blueprint, "/settings/reports", rule=SIGNED_IN)
def mine() -> Any:
    """Show what was decided about the viewer's content, and what became of their own reports."""
    return _mine(EMPTY)


@route(
    blueprint, "/settings/reports/<pid:report_id>/appeal", rule=SIGNED_IN, methods=("POST",), limit="20/hour"
)
def appeal(report_id: int) -> Any:
    """Ask another moderator to look again."""
    queries.own(db.session(), viewer().id, report_id)
    form = read_form(Appeal)
    try:
        service.appeal(db.session(), viewer(), report_id, form.input.words)
    except Invalid as error:
        db.rollback()
        return _mine(Form(form.data, None, form.errors | error.errors), report_id, 422)
    flash(_("Another moderator looks at it again."), "ok")
    return see_other(".mine")


def link(_session: Session, who: Viewer, subject: Any) -> str:
    """Give the way to report a profile, to everybody but its owner."""
    return render_template("moderation/_link.html", person_id=subject.id) if subject.id != who.id else ""
