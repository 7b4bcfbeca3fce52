"""Writes of pages: every saving is a version, nothing that was written is lost, two writers are told."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete as remove
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rse.core import clock, text
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, require
from rse.feed import writing
from rse.groups import policy as groups
from rse.groups.models import Group
from rse.pages import policy, queries
from rse.pages.events import PageChanged
from rse.pages.models import Page, PageLink, PageVersion
from rse.pages.queries import Place

TAKEN = frozenset({"new", "deleted", "preview", "writers"})  # words of our own addresses


class Overtaken(Exception):
    """Somebody else has saved the page since the text was begun: nothing of it was stored."""

    def __init__(self, page: Page) -> None:
        super().__init__(f"page {page.id} is at version {page.number}")
        self.page = page


def require_writer(place: Place) -> None:
    """Raise Refused unless the viewer writes the pages of this group, with the reason."""
    if place.group.archived_at is not None:
        reason = _("This group is archived: it can be read, but not written to.")
    elif place.group.pages_by == "staff":
        reason = _("In this group the owners and moderators write the pages.")
    else:
        reason = _("Join the group to write its pages.")
    require(policy.may_write(place.group, place.tie), Action.WRITE_PAGE, reason)


def create(
    session: Session,
    viewer: Viewer,
    place: Place,
    *,
    title: str,
    body: str,
    note: str = "",
    post_id: int | None = None,
    at: datetime | None = None,
    demo: bool = False,
) -> Page:
    """Begin a page of a group. Raises Refused, Invalid(title=...) when there is one of that title."""
    require_writer(place)
    # One after the other, so that two who begin the same page at once are told of it.
    session.execute(select(Group.id).where(Group.id == place.group.id).with_for_update())
    key = _key(session, place.group.id, title)
    written = writing.write(session, viewer, body, place.group.posts_audience, wiki=True)
    now = at or clock.now()
    page = Page(
        group_id=place.group.id, audience=place.group.posts_audience, key=key,
        slug=_slug(session, place.group.id, key), title=title, body=body, body_html=written.html, number=1,
        version=1, created_by=viewer.id, created_at=now, edited_by=viewer.id, edited_at=now,
        post_id=post_id, deleted_at=None, demo=demo,
    )  # fmt: skip
    session.add(page)
    session.flush()
    _note_version(session, page, note, None)
    return page


def edit(
    session: Session,
    viewer: Viewer,
    place: Place,
    slug: str,
    *,
    base: int,
    title: str | None = None,
    body: str | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Page:
    """Save a page that was read as its version `base`. Saying what it says already changes nothing.

    Raises Refused, NotFound, Invalid, and Overtaken when somebody else saved it meanwhile.
    """
    page = queries.page(session, viewer, place.group, slug, lock=True)
    require_writer(place)
    title, body = page.title if title is None else title, page.body if body is None else body
    if (title, body) == (page.title, page.body):
        return page
    if base != page.number:
        raise Overtaken(page)
    _save(session, viewer, page, (title, body), at)
    _note_version(session, page, note, None)
    return page


def restore(session: Session, viewer: Viewer, place: Place, slug: str, number: int) -> Page:
    """Let an older version stand again, as a new one: what stood in between stays in the history."""
    page = queries.page(session, viewer, place.group, slug, lock=True)
    require_writer(place)
    old = queries.version(session, page, number)
    if (old.title, old.body) != (page.title, page.body):
        _save(session, viewer, page, (old.title, old.body))
        _note_version(session, page, "", number)
    return page


def delete(session: Session, viewer: Viewer, place: Place, slug: str) -> None:
    """Take a page away; those who look after the group may bring it back for some weeks."""
    page = queries.page(session, viewer, place.group, slug, lock=True)
    allowed = policy.may_delete(viewer, page, place.group, place.tie)
    reason = _("Who began it, or who looks after the group, deletes a page.")
    require(allowed, Action.DELETE_PAGE, reason)
    page.deleted_at = clock.now()
    _changed(session, page)


def bring_back(session: Session, place: Place, slug: str) -> Page:
    """Bring a deleted page back."""
    allowed = policy.may_bring_back(place.group, place.tie)
    require(allowed, Action.DELETE_PAGE, _("Only owners and moderators do that."))
    page = queries.deleted(session, place.group, slug)
    page.deleted_at = None
    _changed(session, page)
    return page


def _key(session: Session, group_id: int, title: str, page_id: int | None = None) -> str:
    """Give what a title is linked by. Raises Invalid when it has no letters, or another page has it."""
    key = text.page_key(title)
    if not key:
        raise Invalid(title=_("A title needs letters or digits."))
    same = select(Page.id).where(Page.group_id == group_id, Page.key == key, Page.deleted_at.is_(None))
    if session.scalar(same.where(Page.id != page_id) if page_id else same):
        raise Invalid(title=_("This group already has a page of that title."))
    return key


def _slug(session: Session, group_id: int, key: str) -> str:
    """Give a free address; those of deleted pages stay theirs."""
    like = select(Page.slug).where(Page.group_id == group_id, Page.slug.startswith(key, autoescape=True))
    taken = {*session.scalars(like), *TAKEN}
    return next(
        slug for slug in (key, *(f"{key}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken
    )


def _save(
    session: Session, viewer: Viewer, page: Page, said: tuple[str, str], at: datetime | None = None
) -> None:
    title, body = said
    page.key = _key(session, page.group_id, title, page.id)
    written = writing.write(session, viewer, body, page.audience, wiki=True)
    page.title, page.body, page.body_html = title, body, written.html
    page.edited_by, page.edited_at = viewer.id, at or clock.now()
    page.number += 1
    session.flush()


def _note_version(session: Session, page: Page, note: str, restored: int | None) -> None:
    """Keep what the page says now as its last version, and where it points to."""
    session.add(
        PageVersion(
            page_id=page.id, number=page.number, title=page.title, body=page.body, note=note,
            author_id=page.edited_by, at=page.edited_at, restored=restored,
        )
    )  # fmt: skip
    session.execute(remove(PageLink).where(PageLink.page_id == page.id))
    links = text.wiki_links(page.body)
    if links:
        rows = [{"page_id": page.id, "key": key, "title": title} for key, title in links.items()]
        session.execute(insert(PageLink), rows)
    _changed(session, page)


def _changed(session: Session, page: Page) -> None:
    page.version += 1
    session.flush()
    emit(session, PageChanged(page.id))


def retoken(session: Session, group_id: int, audience: str) -> Collection[int]:
    """Give the pages of a group their new audience; gives which."""
    values = {"audience": audience, "version": Page.version + 1}
    here = update(Page).where(Page.group_id == group_id).values(values)
    session.execute(here.execution_options(synchronize_session=False))
    session.expire_all()
    return session.scalars(select(Page.id).where(Page.group_id == group_id)).all()


def set_writers(session: Session, viewer: Viewer, place: Place, pages_by: str) -> Group:
    """Decide who writes the pages of a group: its members, or who looks after it. Raises Refused."""
    require(groups.may_edit(viewer, place.tie), Action.EDIT_GROUP, _("Only the group's owners change it."))
    place.group.pages_by = pages_by
    session.flush()
    return place.group
