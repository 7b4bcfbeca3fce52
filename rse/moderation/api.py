"""Moderation for programs: the charter, which stays open while everything else waits for it, and reports."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from rse.core import db, i18n
from rse.core.api import endpoint, paginate
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, Rule, decode_cursor, viewer
from rse.moderation import charter, policy, queries, service
from rse.moderation.models import Report
from rse.moderation.schemas import AcceptCharter, ChangeReport, ReportContent, Reports

blueprint = Blueprint("moderation_api", __name__)
MODERATOR = Rule("judges of reports", lambda who: who is not None and not who.roles.isdisjoint(policy.LADDER))


class CharterOut(BaseModel):
    """The charter in force, in both languages, and the newest version that the caller has accepted."""

    version: int
    body: dict[str, str]
    published_at: datetime
    accepted_version: int


@endpoint(blueprint, "/charter", rule=SIGNED_IN, returns=CharterOut)
def read_charter() -> Any:
    """Give the charter in force; 404 when there is none."""
    session, number = db.session(), charter.in_force(db.session())
    if not number:
        raise NotFound
    version = charter.find(session, number)
    return {
        "version": number,
        "body": {"fr": version.body_fr, "en": version.body_en},
        "published_at": version.published_at,
        "accepted_version": charter.accepted(viewer()),
    }


@endpoint(blueprint, "/me/charter", "PUT", rule=SIGNED_IN, body=AcceptCharter, status=204)
def accept_charter(body: AcceptCharter) -> None:
    """Accept the version in force; another one is refused, since it is another text."""
    charter.accept(db.session(), viewer(), body.version, i18n.get_locale())


class ReportMade(BaseModel):
    """What who reported is told: the report, and what became of it."""

    id: str
    state: str


class VoiceOut(BaseModel):
    """One person's report."""

    person_id: str
    reason: str
    comment: str
    at: datetime


class ReportOut(BaseModel):
    """A report as moderators see it, with the copy of what it is about."""

    id: str
    target_type: str
    target_id: str
    author_id: str
    state: str
    hidden: bool
    title: str
    body: str
    place: str
    opened_at: datetime
    reports: list[VoiceOut]
    decision: str
    statement: str
    decided_by: str | None
    decided_at: datetime | None
    appeal: str
    appeal_decision: str
    appeal_statement: str


class ReportPage(BaseModel):
    """A page of reports."""

    items: list[ReportOut]
    next_cursor: str | None


def _written(reports: list[Report]) -> list[dict[str, Any]]:
    voices = queries.voices(db.session(), [report.id for report in reports])
    plain = ("target_type", "state", "hidden", "opened_at", "decision", "statement", "decided_at", "appeal")
    return [
        {name: getattr(report, name) for name in (*plain, "appeal_decision", "appeal_statement")}
        | {name: report.copy.get(name, "") for name in ("title", "body", "place")}
        | {
            "id": encode_id(report.id),
            "target_id": encode_id(report.target_id),
            "author_id": encode_id(report.author_id),
            "decided_by": encode_id(report.decided_by) if report.decided_by else None,
            "reports": [
                {"person_id": encode_id(v.person_id), "reason": v.reason, "comment": v.comment, "at": v.at}
                for v in voices[report.id]
            ],
        }
        for report in reports
    ]


@endpoint(
    blueprint,
    "/reports",
    "POST",
    rule=SIGNED_IN,
    body=ReportContent,
    returns=ReportMade,
    status=201,
    limit="20/hour",
)
def make_report(body: ReportContent) -> Any:
    """Report a post, comment, message or profile to the moderators."""
    made = service.report(
        db.session(), viewer(), body.target_type, body.target_id, reason=body.reason, comment=body.comment
    )
    return {"id": encode_id(made.id), "state": made.state}


@endpoint(blueprint, "/reports", rule=MODERATOR, query=Reports, returns=ReportPage)
def list_reports(query: Reports) -> Any:
    """List the reports that the caller may judge: those that wait, the oldest first, or those decided."""
    position = decode_cursor(query.cursor, datetime, int)
    after = (position[0], position[1]) if position else None
    waiting = query.state == "waiting"
    if not queries.concerned(db.session(), viewer()):
        raise NotFound
    found = queries.queue(db.session(), viewer(), waiting=waiting, after=after, limit=query.limit)
    listed, cursor = paginate(found, query.limit, lambda report: (report.opened_at, report.id))
    return {"items": _written(listed), "next_cursor": cursor}


@endpoint(
    blueprint, "/reports/<pid:report_id>", "PATCH", rule=MODERATOR, body=ChangeReport, returns=ReportOut
)
def change_report(report_id: int, body: ChangeReport) -> Any:
    """Hide what was reported while it is looked at, show it again, or decide."""
    session, who = db.session(), viewer()
    if body.hidden is None and body.decision is None:
        raise Invalid(decision=_("Give a decision, or say whether it is hidden meanwhile."))
    if body.hidden is not None and body.decision is not None:
        raise Invalid(hidden=_("A decision says itself whether it is hidden."))
    if body.decision is not None:
        found = service.decide(session, who, report_id, decision=body.decision, statement=body.statement)
    else:
        found = service.hide(session, who, report_id, hidden=bool(body.hidden))
    return _written([found])[0]
