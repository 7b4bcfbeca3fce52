"""What can be reported: read for who reports it, copied for moderators, taken out of sight and put back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.chat import queries as chat
from rse.chat import withdrawing as messages
from rse.chat.models import Conversation, Message
from rse.core import text
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.policy import NotFound
from rse.feed import queries as feed
from rse.feed import withdrawing as posts
from rse.feed.models import Comment, Post
from rse.groups.mentioning import unnamed
from rse.groups.models import Group
from rse.moderation.models import Report
from rse.pages import queries as pages
from rse.pages import withdrawing as pages_out
from rse.pages.models import Page
from rse.people import queries as people
from rse.people.events import PersonChanged
from rse.people.models import Profile


@dataclass(frozen=True)
class Target:
    """Something that somebody can read, with its author and a copy of what it says."""

    author_id: int
    copy: dict[str, Any]


def _copied(title: str | None, body: str, html: str, place: str, **more: Any) -> dict[str, Any]:
    html = unnamed(html) if place == "secret" else html
    return {"title": title or "", "body": body, "html": html, "place": place, **more}


def _place(session: Session, group_id: int | None, usual: str) -> str:
    """Say what kind of place it stands in: never the name, which may itself be secret."""
    group = session.get(Group, group_id) if group_id else None
    return group.visibility if group else usual


def _post(session: Session, viewer: Viewer, target_id: int) -> Target:
    found = feed.post(session, viewer, target_id)
    place = _place(session, found.group_id, "company")
    copied = _copied(found.title, found.body, found.body_html, place, at=found.at.isoformat())
    return Target(found.author_id, copied)


def _comment(session: Session, viewer: Viewer, target_id: int) -> Target:
    found, post = feed.comment(session, viewer, target_id)
    place = _place(session, post.group_id, "company")
    return Target(
        found.author_id, _copied("", found.body, found.body_html, place, at=found.at.isoformat())
    )  # fmt: skip


def _message(session: Session, viewer: Viewer, target_id: int) -> Target:
    found = chat.message(session, viewer, target_id)
    if found.deleted_at is not None:
        raise NotFound
    group_id = session.get_one(Conversation, found.conversation_id).group_id
    place = _place(session, group_id, "direct")
    return Target(
        found.author_id, _copied("", found.body, found.body_html, place, at=found.at.isoformat())
    )  # fmt: skip


def _person(session: Session, viewer: Viewer, target_id: int) -> Target:
    page = people.person(session, viewer, target_id)
    profile, person = session.get(Profile, target_id), session.get_one(Person, target_id)
    about = profile.about if profile else ""
    return Target(target_id, _copied(page.card.display_name, about, "", "profile", photo=person.photo))


def _page(session: Session, viewer: Viewer, target_id: int) -> Target:
    """Give a page of a group; who stands for what it says now is who changed it last."""
    found = pages.readable_page(session, viewer, target_id)
    author = found.edited_by or found.created_by
    if author is None:  # their account is erased: its group deletes it
        raise NotFound
    place = _place(session, found.group_id, "company")
    html = text.PAGE_LINK.sub("<a>", found.body_html)
    return Target(author, _copied(found.title, found.body, html, place, at=found.edited_at.isoformat()))


LOADERS: dict[str, Callable[[Session, Viewer, int], Target]] = {
    "post": _post,
    "comment": _comment,
    "message": _message,
    "person": _person,
    "page": _page,
}


def load(session: Session, viewer: Viewer, target_type: str, target_id: int) -> Target:
    """Give what somebody reports. Raises NotFound when they cannot read it: nobody reports by guessing."""
    return LOADERS[target_type](session, viewer, target_id)


MODELS: dict[str, Any] = {
    "post": Post, "comment": Comment, "message": Message, "person": Person, "page": Page,
}  # fmt: skip


def stands(session: Session, report: Report) -> bool:
    """Tell whether the row of what was reported is still there: a group is deleted with its posts."""
    return session.get(MODELS[report.target_type], report.target_id) is not None


def withdraw(session: Session, report: Report) -> None:
    """Take what was reported out of sight, once; what its author has taken back already stays so."""
    if report.hidden or not stands(session, report):
        return
    if report.target_type == "post":
        report.hidden = posts.withdraw_post(session, report.target_id)
    elif report.target_type == "comment":
        report.hidden = posts.withdraw_comment(session, report.target_id)
    elif report.target_type == "message":
        report.hidden = messages.withdraw(session, report.target_id)
    elif report.target_type == "page":
        report.hidden = pages_out.withdraw(session, report.target_id)
    else:
        report.hidden = True
        _set_profile(session, report.target_id, "", None)
    session.flush()


def put_back(session: Session, report: Report) -> None:
    """Show again what we have taken out of sight; nothing else."""
    if not report.hidden or not stands(session, report):
        return
    if report.target_type == "post":
        posts.put_back_post(session, report.target_id)
    elif report.target_type == "comment":
        posts.put_back_comment(session, report.target_id)
    elif report.target_type == "message":
        messages.put_back(session, report.target_id, report.copy["body"], report.copy["html"])
    elif report.target_type == "page":
        pages_out.put_back(session, report.target_id)
    else:
        _set_profile(session, report.target_id, report.copy["body"], report.copy.get("photo"))
    report.hidden = False
    session.flush()


def _set_profile(session: Session, person_id: int, about: str, photo: str | None) -> None:
    person, profile = session.get_one(Person, person_id), session.get(Profile, person_id)
    if profile is not None and not (about and profile.about):  # never over what they wrote meanwhile
        profile.about = about
    person.photo = person.photo if photo and person.photo else photo
    person.version += 1
    session.flush()
    emit(session, PersonChanged(person_id))
