"""Reads of reports: the moderators' queue, one of them, and what concerns a person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from rse.core.audience import Viewer, readable
from rse.core.policy import NotFound
from rse.moderation.models import Report, ReportVoice
from rse.moderation.policy import WAITING

MINE = 50


def _voiced(person_id: int) -> ColumnElement[bool]:
    return exists().where(ReportVoice.report_id == Report.id, ReportVoice.person_id == person_id)


def _judgeable(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Give the criterion of a moderator's reads: not what is about themselves, nor what they reported."""
    return readable(Report.audience, viewer), Report.author_id != viewer.id, ~_voiced(viewer.id)


def find(session: Session, viewer: Viewer, report_id: int, *, lock: bool = False) -> Report:
    """Give a report for a moderator who has no part in it. Raises NotFound."""
    query = select(Report).where(Report.id == report_id, *_judgeable(viewer))
    query = query.execution_options(populate_existing=True)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def queue(
    session: Session, viewer: Viewer, *, waiting: bool, after: tuple[datetime, int] | None, limit: int
) -> list[Report]:
    """Give `limit + 1` reports: those that wait, the oldest first; or those decided, the newest first."""
    place = (Report.opened_at, Report.id)
    query = select(Report).where(*_judgeable(viewer))
    if waiting:
        query = query.where(Report.state.in_(WAITING)).order_by(*place)
    else:
        query = query.where(Report.state.not_in(WAITING)).order_by(*(column.desc() for column in place))
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after) if waiting else tuple_(*place) < tuple_(*after))
    return list(session.scalars(query.limit(limit + 1)))


def concerned(session: Session, viewer: Viewer) -> bool:
    """Tell whether there is a queue for somebody: moderators, and who was given one of their reports."""
    if "moderator" in viewer.roles:
        return True
    return session.scalar(select(Report.id).where(*_judgeable(viewer)).limit(1)) is not None


def which(session: Session, viewer: Viewer, ids: Iterable[int]) -> set[int]:
    """Give which of these reports a moderator may see."""
    return set(session.scalars(select(Report.id).where(Report.id.in_(list(ids)), *_judgeable(viewer))))


def voices(session: Session, ids: Iterable[int]) -> dict[int, list[ReportVoice]]:
    """Give who reported what, by report, the first one first."""
    query = select(ReportVoice).where(ReportVoice.report_id.in_(list(ids))).order_by(ReportVoice.at)
    found: dict[int, list[ReportVoice]] = defaultdict(list)
    for voice in session.scalars(query):
        found[voice.report_id].append(voice)
    return found


def made_by(session: Session, person_id: int) -> Sequence[Any]:
    """Give what a person has reported, the newest first: (report, their own voice)."""
    query = select(Report, ReportVoice).join(ReportVoice, ReportVoice.report_id == Report.id)
    query = query.where(ReportVoice.person_id == person_id).order_by(ReportVoice.at.desc())
    return session.execute(query.limit(MINE)).all()


def about(session: Session, person_id: int) -> Sequence[Report]:
    """Give what was decided about a person's content, the newest first; an open report is not told of.

    What is out of sight while it is looked at is told of: its author misses it.
    """
    told = or_(Report.state != "open", Report.hidden)
    query = select(Report).where(Report.author_id == person_id, told, Report.decision != "keep")
    return session.scalars(query.order_by(Report.opened_at.desc()).limit(MINE)).all()


def own(session: Session, person_id: int, report_id: int) -> Report:
    """Give a report about a person's own content, locked. Raises NotFound."""
    query = select(Report).where(Report.id == report_id, Report.author_id == person_id)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found
