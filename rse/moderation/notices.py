"""Who is told of reports: moderators of what waits, the author and those who reported of what was decided."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts import keepers
from rse.accounts.models import Person
from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.moderation import judges, queries, words
from rse.moderation.events import ContentHidden, ContentReported, ReportDecided
from rse.moderation.models import Report


def tell_moderators(session: Session, event: ContentReported) -> Iterator[Told]:
    """Tell those who judge it that something waits, once, but those who have a part in it."""
    found = session.get(Report, event.report_id)
    if found is None:
        return
    apart = {voice.person_id for voice in queries.voices(session, [found.id])[found.id]} | {found.author_id}
    people = set(session.scalars(select(Person.id).where(keepers.holding(judges.role_of(found))))) - apart
    key = f"report:{event.report_id}{':appeal' if event.appealed else ''}"
    yield Told(key, f"report:{event.report_id}", event.report_id, event.at, found.audience, people)


def _decided(event: ReportDecided, what: str, person_id: int) -> Told:
    key = f"{what}:{event.report_id}{':final' if event.final else ''}"
    thread = f"report:{event.report_id}"
    return Told(key, thread, event.report_id, event.at, person_token(person_id), [person_id])


def tell_author(session: Session, event: ReportDecided) -> Iterator[Told]:
    """Tell the author of a decision that is not in their favour, and of the end of their appeal."""
    found = session.get(Report, event.report_id)
    if found is not None and (event.final or found.decision != "keep"):
        yield _decided(event, "judged", found.author_id)


def tell_hidden(session: Session, event: ContentHidden) -> Iterator[Told]:
    """Tell the author why something of theirs is out of sight: a moderator looks at it."""
    found = session.get(Report, event.report_id)
    if found is not None and found.hidden and found.state == "open":
        key, thread = f"hidden:{event.report_id}:{event.at:%Y%m%d%H%M%S}", f"report:{event.report_id}"
        yield Told(key, thread, event.report_id, event.at, person_token(found.author_id), [found.author_id])


def tell_reporters(session: Session, event: ReportDecided) -> Iterator[Told]:
    """Tell those who reported of the outcome."""
    for voice in queries.voices(session, [event.report_id])[event.report_id]:
        yield _decided(event, "reported", voice.person_id)


def _reports(session: Session, noted: Sequence[Noted], *criteria: Any) -> dict[int, Report]:
    query = select(Report).where(Report.id.in_({note.object_id for note in noted}), *criteria)
    return {report.id: report for report in session.scalars(query)}


def moderators_lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say what waits to moderators who have no part in it."""
    theirs = queries.which(session, viewer, {note.object_id for note in noted})
    reports = _reports(session, noted, Report.id.in_(theirs))
    return {
        note.id: Line(
            _("Reported to the moderators"),
            f"/moderation/{encode_id(note.object_id)}",
            str(words.TARGETS[reports[note.object_id].target_type]),
        )
        for note in noted
        if note.object_id in reports
    }


def author_lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say to the author that there is a decision."""
    reports = _reports(session, noted, Report.author_id == viewer.id)
    said = _("A moderator has decided about something of yours")
    return _personal(noted, reports, said)


def hidden_lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say to the author that it is out of sight, as long as nothing is decided and it is."""
    open_yet = (Report.author_id == viewer.id, Report.state == "open", Report.hidden)
    said = _("Out of sight while a moderator looks at it")
    return _personal(noted, _reports(session, noted, *open_yet), said)


def reporters_lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say to those who reported that there is a decision."""
    mine = {row[0].id: row[0] for row in queries.made_by(session, viewer.id)}
    return _personal(noted, mine, _("Your report is decided"))


def _personal(noted: Sequence[Noted], reports: dict[int, Report], said: str) -> dict[int, Line]:
    return {
        note.id: Line(
            said,
            f"/settings/reports#r-{encode_id(note.object_id)}",
            str(words.TARGETS[reports[note.object_id].target_type]),
        )
        for note in noted
        if note.object_id in reports
    }


NOTICES = (
    Notice(
        "report", lazy("Something is reported to the moderators (for moderators)"), "flag",
        (ContentReported,), tell_moderators, moderators_lines,
    ),
    Notice(
        "judged", lazy("A moderator decides about something of mine"), "shield-check", (ReportDecided,),
        tell_author, author_lines,
    ),
    Notice(
        "hidden", lazy("A moderator takes something of mine out of sight meanwhile"), "eye-off",
        (ContentHidden,), tell_hidden, hidden_lines,
    ),
    Notice(
        "reported", lazy("Something that I reported is decided"), "flag", (ReportDecided,),
        tell_reporters, reporters_lines,
    ),
)  # fmt: skip
