"""Reports, decisions and appeals. They flush, never commit; what is decided is a line of the audit log."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, require
from rse.moderation import judges, policy, queries, targets
from rse.moderation.events import ContentHidden, ContentReported, ReportDecided
from rse.moderation.models import Report, ReportVoice


def report(
    session: Session, viewer: Viewer, target_type: str, target_id: int, *, reason: str, comment: str = ""
) -> Report:
    """Report something that one can read; doing it again changes one's words. Raises NotFound, Invalid."""
    target = targets.load(session, viewer, target_type, target_id)
    if target.author_id == viewer.id:
        raise Invalid(target_id=_("This is yours: change it, or take it back."))
    if reason == "other" and not comment:
        raise Invalid(comment=_("Say in a few words what is wrong with it."))
    found = _open(session, target_type, target_id, target)
    mine = session.get(ReportVoice, (found.id, viewer.id))
    if mine is not None:
        mine.reason, mine.comment = reason, comment
        session.flush()
        return found
    now = clock.now()
    session.add(
        ReportVoice(report_id=found.id, person_id=viewer.id, reason=reason, comment=comment, at=now)
    )  # fmt: skip
    session.flush()
    judges.appoint(session, found)
    emit(session, ContentReported(found.id, now))
    return found


def _open(session: Session, target_type: str, target_id: int, target: targets.Target) -> Report:
    """Give the row under which this is reported now; another process may make it in the same moment."""
    key = f"{target_type}:{target_id}"
    query = select(Report).where(Report.open_key == key).with_for_update()
    found = session.scalars(query).first()
    if found is not None:
        return found
    made = Report(
        target_type=target_type, target_id=target_id, author_id=target.author_id, open_key=key,
        copy=target.copy, opened_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        return session.scalars(query).one()
    return made


def _judged(session: Session, viewer: Viewer, report_id: int) -> Report:
    found = queries.find(session, viewer, report_id, lock=True)
    if found.state not in policy.WAITING:
        raise Invalid(decision=_("This is decided already."))
    reporters = [voice.person_id for voice in queries.voices(session, [found.id])[found.id]]
    reason = _("You have decided about it: another moderator judges the appeal.")
    require(policy.may_judge(viewer, found, reporters), Action.ADMINISTER, reason)
    return found


def hide(session: Session, viewer: Viewer, report_id: int, *, hidden: bool) -> Report:
    """Take something out of sight while it is looked at, or show it again. Raises Invalid for a person."""
    found = _judged(session, viewer, report_id)
    if found.target_type == "person":
        raise Invalid(hidden=_("A person cannot be hidden: remove their picture and text, or warn them."))
    if found.hidden == hidden:
        return found
    if hidden:
        targets.withdraw(session, found)
        emit(session, ContentHidden(found.id, clock.now()))
    else:
        targets.put_back(session, found)
    _note(session, viewer, "report.hide" if hidden else "report.show", found)
    return found


def decide(session: Session, viewer: Viewer, report_id: int, *, decision: str, statement: str) -> Report:
    """Decide about a report, or about the appeal against a decision; the author is given the reasons.

    Raises NotFound for who has a part in it, Refused for an appeal against oneself, Invalid.
    """
    found = _judged(session, viewer, report_id)
    if decision not in policy.outcomes(found.target_type):
        raise Invalid(decision=_("This cannot be decided about a person."))
    if decision != "keep" and not statement:
        raise Invalid(statement=_("The author has a right to the reasons: write them."))
    final, now = found.state == "appealed", clock.now()
    if final:
        found.appeal_decision, found.appeal_statement = decision, statement
        found.judged_by, found.judged_at, found.state = viewer.id, now, "closed"
    else:
        found.decision, found.statement = decision, statement
        found.decided_by, found.decided_at, found.state = viewer.id, now, "decided"
    found.open_key = None
    session.flush()
    if decision in policy.OUT_OF_SIGHT:
        targets.withdraw(session, found)
    else:
        targets.put_back(session, found)
    _note(session, viewer, "report.appeal" if final else "report.decide", found, decision=decision)
    emit(session, ReportDecided(found.id, now, final))
    return found


def appeal(session: Session, viewer: Viewer, report_id: int, words: str) -> Report:
    """Ask another moderator to look again, once. Raises NotFound, Invalid."""
    found = queries.own(session, viewer.id, report_id)
    if found.state == "open":
        raise NotFound
    if not policy.may_appeal(viewer, found):
        raise Invalid(words=_("One can appeal once, against a decision that was not in one’s favour."))
    found.appeal, found.appealed_at, found.state = words, clock.now(), "appealed"
    session.flush()
    judges.appoint(session, found)
    emit(session, ContentReported(found.id, found.appealed_at, appealed=True))
    return found


def appoint_anew(session: Session) -> None:
    """Give what waits to others where roles have changed, and tell them."""
    for found in judges.appoint_anew(session):
        emit(session, ContentReported(found.id, clock.now(), appealed=found.state == "appealed"))


def _note(session: Session, viewer: Viewer, action: str, found: Report, **about: str) -> None:
    audit.record(
        session, action, actor_id=viewer.id, target=f"report:{found.id}", about=found.target_type, **about
    )
