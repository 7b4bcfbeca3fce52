"""Who judges a report: the moderators; where each of them has a part in it, who stands in for them.

The ladder is moderators, community managers, administrators: the first of these among whom somebody active
has no part in the report (who wrote it, who reported it; who decided, when it is an appeal). The report then
carries the token of that role, so that nobody else sees it; docs/adr/0080-who-judges.md.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import keepers
from rse.accounts.models import Person
from rse.core.audience import role_token
from rse.moderation import queries
from rse.moderation.models import Report
from rse.moderation.policy import LADDER, WAITING

AT_ONCE = 500


def appoint(session: Session, report: Report) -> bool:
    """Give a report that waits to those who may judge it; tells whether they are others now. Flushes."""
    apart = {voice.person_id for voice in queries.voices(session, [report.id])[report.id]}
    apart.add(report.author_id)
    if report.state == "appealed" and report.decided_by:
        apart.add(report.decided_by)
    for role in LADDER:
        one = select(Person.id).where(keepers.holding(role), Person.status == "active")
        if session.scalar(one.where(Person.id.not_in(apart)).limit(1)) is not None:
            changed = report.audience != role_token(role)
            report.audience = role_token(role)
            session.flush()
            return changed
    return False


def role_of(report: Report) -> str:
    """Name the role that judges a report."""
    return report.audience.removeprefix("role:")


def appoint_anew(session: Session) -> list[Report]:
    """Look again at what waits, since roles change; gives the reports with other judges. Flushes."""
    waiting = select(Report).where(Report.state.in_(WAITING)).order_by(Report.opened_at).limit(AT_ONCE)
    return [report for report in session.scalars(waiting).all() if appoint(session, report)]
