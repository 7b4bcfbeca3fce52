"""What a person's own export says of the charter and of reports, and what an erasure removes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.moderation.models import CharterAcceptance, Report, ReportVoice


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the versions of the charter that a person accepted, what they reported, what was decided.

    Never who reported them, nor a report about which nothing is decided yet.
    """
    accepted = select(CharterAcceptance.version, CharterAcceptance.locale, CharterAcceptance.at)
    for row in session.execute(accepted.where(CharterAcceptance.person_id == person_id)).mappings():
        yield {"what": "charter accepted", **row}
    made = select(ReportVoice.reason, ReportVoice.comment, ReportVoice.at, Report.target_type)
    made = made.join(Report, Report.id == ReportVoice.report_id).where(ReportVoice.person_id == person_id)
    for row in session.execute(made).mappings():
        yield {"what": "report made", **row}
    for one in session.scalars(select(Report).where(Report.author_id == person_id, Report.state != "open")):
        yield {
            "what": "decision about me", "on": f"{one.target_type}:{encode_id(one.target_id)}",
            "text": one.copy["body"], "decision": one.decision, "reasons": one.statement,
            "at": one.decided_at, "appeal": one.appeal, "appeal_decision": one.appeal_decision,
            "appeal_reasons": one.appeal_statement,
        }  # fmt: skip


def erase(session: Session, person_id: int) -> None:
    """Forget what a person accepted, their words in reports, and the copies of what they wrote."""
    session.execute(delete(CharterAcceptance).where(CharterAcceptance.person_id == person_id))
    own = ReportVoice.person_id == person_id
    session.execute(update(ReportVoice).where(own).values(comment=""))
    nothing = {"title": "", "body": "", "html": "", "place": ""}
    session.execute(
        update(Report).where(Report.author_id == person_id).values(copy=nothing, appeal="", hidden=False)
    )


export = Export("moderation", rows, erase)
