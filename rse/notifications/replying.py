"""Answers that come by mail become comments, with the rights that their writer has now.

The address decides who writes (answering.py): what a mail says of its sender, and what servers say of that,
proves nothing. A sender that is not the person's own address is refused all the same: a mail that was handed
on would else let somebody write in another's name. Refusals go to the person's address, never to a sender.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.core import clock, company, db, i18n, jobs, mail
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid, NotFound, Refused
from rse.core.schema import errors_of
from rse.core.web import settings
from rse.feed import attaching
from rse.feed import queries as feed
from rse.feed.models import Comment
from rse.feed.schemas import AddComment
from rse.notifications import answering, letters_in, service
from rse.notifications.letters_in import Letter
from rse.notifications.models import MailReply, Notification

log = structlog.get_logger()
STANDS = timedelta(days=14)  # how long a mail can be answered
KEPT = timedelta(days=30)  # how long it is known that a mail has come
AN_HOUR = timedelta(hours=1)
MOST = 30  # answers of one person in an hour
POST = "post:"


def take(session: Session, content: bytes) -> str:
    """Take in one mail and say what came of it: published, refused, again, ignored or unknown.

    What is refused is rolled back, and its writer is told by a mail. Flushes.
    """
    try:
        letter = letters_in.read(content)
    except ValueError:
        return "ignored"
    ids = answering.find(letter.to)
    if letter.automatic:
        return "ignored"
    viewer = viewer_of_person(session, ids[1]) if ids else None
    if ids is None or viewer is None:
        return "unknown"
    with i18n.speaking(viewer.locale):
        try:
            return _take(session, viewer, ids[0], letter)
        except (Invalid, Refused, NotFound) as error:
            db.rollback()
            log.info("an answer by mail was refused", kind=type(error).__name__)
            tell_refusal(viewer.id, why(error))
            return "refused"


def why(error: Exception) -> str:
    """Say in a sentence why an answer was not published."""
    if isinstance(error, Invalid):
        return str(next(iter(error.errors.values()))[0])
    if isinstance(error, Refused) and error.reason:
        return str(error.reason)
    return _("What you answered is gone, or you may not read it any more.")


def _take(session: Session, viewer: Viewer, notification_id: int, letter: Letter) -> str:
    known = letter.message_id or sha256(bytes(letter.content)).hexdigest()
    key = sha256(f"{viewer.id} {known}".encode()).hexdigest()
    if session.get(MailReply, key) is not None:
        return "again"
    note = session.get(Notification, notification_id)
    if note is None or note.person_id != viewer.id or not note.thread.startswith(POST):
        raise NotFound
    _check(session, viewer, note, letter)
    post_id = int(note.thread.removeprefix(POST))
    feed.post(session, viewer, post_id)
    attaching.comment(session, viewer, post_id, _given(session, note, post_id, letter.written()))
    session.add(MailReply(key=key, person_id=viewer.id, at=clock.now()))
    service.read(session, viewer.id, thread=note.thread)
    session.flush()
    return "published"


def _check(session: Session, viewer: Viewer, note: Notification, letter: Letter) -> None:
    if clock.now() - note.at > STANDS:
        raise Invalid(mail=_("The mail that you answered is more than two weeks old: answer on the page."))
    own = session.scalar(select(Person.email).where(Person.id == viewer.id))
    if letter.sender != own:
        raise Invalid(
            mail=_("The answer came from %(other)s, not from your own address.", other=letter.sender or "?")
        )
    lately = (MailReply.person_id == viewer.id, MailReply.at > clock.now() - AN_HOUR)
    if (session.scalar(select(func.count()).select_from(MailReply).where(*lately)) or 0) >= MOST:
        raise Invalid(mail=_("Many answers came from you within an hour: write the next ones on the page."))


def _given(session: Session, note: Notification, post_id: int, body: str) -> AddComment:
    """Check what was written as the form of a comment does. Raises Invalid."""
    if not body:
        raise Invalid(body=_("There was no text above what you quoted."))
    told_of = session.get(Comment, note.object_id)
    parent = told_of if told_of and told_of.post_id == post_id and told_of.deleted_at is None else None
    values: dict[str, Any] = {"body": body, "parent_id": encode_id(parent.id) if parent else None}
    try:
        return AddComment.model_validate(values)
    except ValidationError as error:
        failed = Invalid()
        failed.errors = errors_of(error)
        raise failed from error


@jobs.job
def tell_refusal(person_id: int, reason: str) -> None:
    """Tell somebody by mail why their answer was not published."""
    session = db.db.session()
    viewer, person = viewer_of_person(session, person_id), session.get(Person, person_id)
    if viewer is None or person is None or not settings().mail_url:
        return
    network, base = company.get(session, "name") or settings().company, settings().base_url
    with i18n.speaking(viewer.locale):
        said = mail.Mail(
            to=person.email,
            to_name=person.display_name,
            subject=_("Your answer was not published"),
            text="\n\n".join(
                (
                    _("Your answer by mail was not published on %(network)s.", network=network),
                    reason,
                    _("You find the thread in your notifications: %(url)s", url=f"{base}/notifications"),
                )
            ),
        )
    message = mail.build(
        said, sender=mail.sender_of(settings().mail_from, base), sender_name=network, at=clock.now()
    )
    db.rollback()
    mail.send(mail.server_of(settings().mail_url), message)


def forget_old(session: Session) -> None:
    """Forget which mails came long ago."""
    session.execute(delete(MailReply).where(MailReply.at < clock.now() - KEPT))
