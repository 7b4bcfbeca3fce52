"""Who is told about drafts: their writer, and whoever was asked to read one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer, person_token
from rse.core.i18n import _, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.drafts.events import DraftAnswered, PublishingFailed, ReadingAsked
from rse.drafts.models import Draft, DraftReader, DraftRemark

TITLE = 80


def _thread(draft_id: int) -> str:
    return f"draft:{draft_id}"


def tell(session: Session, event: PublishingFailed) -> Iterator[Told]:
    """Tell the writer."""
    if session.get(Draft, event.draft_id) is not None:
        key = f"unpublished:{event.draft_id}:{event.at.isoformat(timespec='seconds')}"
        who = event.person_id
        yield Told(key, _thread(event.draft_id), event.draft_id, event.at, person_token(who), [who])


def tell_asked(session: Session, event: ReadingAsked) -> Iterator[Told]:
    """Tell who was asked."""
    if session.get(DraftReader, (event.draft_id, event.person_id)) is not None:
        key = f"toread:{event.draft_id}:{event.at.isoformat(timespec='seconds')}"
        token, thread = person_token(event.person_id), _thread(event.draft_id)
        yield Told(key, thread, event.draft_id, event.at, token, [event.person_id], event.by_id)


def tell_answered(session: Session, event: DraftAnswered) -> Iterator[Told]:
    """Tell the writer, and the others who read it when something was said."""
    held = session.get(Draft, event.draft_id)
    if held is None:
        return
    people = {held.person_id}
    if event.remark_id is not None:
        asked = select(DraftReader.person_id).where(DraftReader.draft_id == event.draft_id)
        people |= set(session.scalars(asked))
    key = f"said:{event.draft_id}:{event.remark_id or f'by{event.by_id}'}"
    said = event.remark_id or 0
    for person_id in sorted(people - {event.by_id}):
        token = person_token(person_id)
        yield Told(key, _thread(event.draft_id), said, event.at, token, [person_id], event.by_id)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say which draft, and why; one that is gone is left out."""
    ids = [note.object_id for note in noted]
    query = select(Draft).where(Draft.id.in_(ids), Draft.person_id == viewer.id, Draft.problem != "")
    held = {draft.id: draft for draft in session.scalars(query)}
    return {
        note.id: Line(
            _("Your post could not be published at its time"),
            f"/drafts/{encode_id(note.object_id)}",
            subject(held[note.object_id].fields),
            held[note.object_id].problem,
        )
        for note in noted
        if note.object_id in held
    }


def subject(fields: Mapping[str, Any]) -> str:
    """Give what a draft is called in a list."""
    return text.excerpt(str(fields.get("title") or fields.get("body") or ""), TITLE) or _("Without text")


def _drafts(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Draft]:
    """Give the drafts of these notifications that the viewer reads now, their own and others'."""
    ids = {int(note.thread.removeprefix("draft:")) for note in noted}
    asked = select(DraftReader.draft_id).where(DraftReader.person_id == viewer.id)
    mine = (Draft.person_id == viewer.id) | Draft.id.in_(asked)
    return {draft.id: draft for draft in session.scalars(select(Draft).where(Draft.id.in_(ids), mine))}


def _names(session: Session, noted: Sequence[Noted]) -> dict[int, str]:
    actors = {note.by_id for note in noted if note.by_id}
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(actors)))
    return {row.id: row.display_name for row in rows}


def lines_asked(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say who asks one to read which draft, while it is one's to read."""
    drafts, names = _drafts(session, viewer, noted), _names(session, noted)
    return {
        note.id: Line(
            _("%(name)s asks you to read a draft", name=names.get(note.by_id or 0, _("Somebody"))),
            f"/drafts/{encode_id(note.object_id)}/reading",
            subject(drafts[note.object_id].fields),
        )
        for note in noted
        if note.object_id in drafts
    }


def lines_answered(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> Mapping[int, Line]:
    """Say what was said about a draft that one reads."""
    drafts, names = _drafts(session, viewer, noted), _names(session, noted)
    found = select(DraftRemark.id, DraftRemark.body_html).where(
        DraftRemark.id.in_([note.object_id for note in noted])
    )
    said = {row.id: text.excerpt(text.plain(row.body_html)) for row in session.execute(found)}
    made = {}
    for note in noted:
        draft = drafts.get(int(note.thread.removeprefix("draft:")))
        if draft is None or (note.object_id and note.object_id not in said):
            continue
        name = names.get(note.by_id or 0, _("Somebody"))
        words = _("%(name)s wrote about a draft", name=name)
        if not note.object_id:
            words = _("%(name)s has read your draft", name=name)
        href = f"/drafts/{encode_id(draft.id)}{'' if draft.person_id == viewer.id else '/reading'}#remarks"
        made[note.id] = Line(words, href, subject(draft.fields), said.get(note.object_id, ""))
    return made


NOTICES = (
    Notice(
        "unpublished", lazy("A post of mine could not be published at its time"), "clock",
        (PublishingFailed,), tell, lines,
    ),
    Notice(
        "draft_asked", lazy("Somebody asks me to read a draft"), "file-text",
        (ReadingAsked,), tell_asked, lines_asked,
    ),
    Notice(
        "draft_answer", lazy("Answers about a draft that I wrote or read"), "message-square",
        (DraftAnswered,), tell_answered, lines_answered,
    ),
)  # fmt: skip
