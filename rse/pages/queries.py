"""Reads of pages: within the group's audience, related rows in batches."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import COLUMNS, Card, card_of, cards
from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Post
from rse.groups import queries as groups
from rse.groups.models import Group, Membership
from rse.pages.models import Page, PageCredit, PageLink, PageVersion

LISTED = 200
NAMED = 12
WANTED = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A group whose pages somebody reads, and their tie to it."""

    group: Group
    tie: Membership | None


def place(session: Session, viewer: Viewer, slug: str) -> Place:
    """Give a group by its slug to who reads what stands in it. Raises NotFound for everybody else."""
    return of_group(session, viewer, groups.find(session, viewer, slug))


def of_group(session: Session, viewer: Viewer, group: Group) -> Place:
    """Give the same for a group that was found."""
    if not viewer.holds(group.posts_audience):
        raise NotFound
    return Place(group, groups.membership(session, group.id, viewer.id))


def of_page(session: Session, viewer: Viewer, page: Page) -> Place:
    """Give the place of a page that was found."""
    return of_group(session, viewer, session.get_one(Group, page.group_id))


def page(session: Session, viewer: Viewer, group: Group, slug: str, *, lock: bool = False) -> Page:
    """Give a page of a group by its address. Raises NotFound when there is none for this viewer."""
    query = _readable(viewer).where(Page.group_id == group.id, Page.slug == slug)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def readable_page(session: Session, viewer: Viewer, page_id: int) -> Page:
    """Give a page by its id. Raises NotFound when there is none for this viewer."""
    found = session.scalars(_readable(viewer).where(Page.id == page_id)).first()
    if found is None:
        raise NotFound
    return found


def deleted(session: Session, group: Group, slug: str) -> Page:
    """Give a page that was deleted: for those who look after the group. Raises NotFound."""
    query = select(Page).where(Page.group_id == group.id, Page.slug == slug, Page.deleted_at.is_not(None))
    found = session.scalars(query.where(~Page.withdrawn).with_for_update()).first()
    if found is None:
        raise NotFound
    return found


def _readable(viewer: Viewer) -> Select[Page]:
    return select(Page).where(Page.deleted_at.is_(None), readable(Page.audience, viewer))


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as lists show it."""

    id: int
    slug: str
    key: str
    title: str
    html: str  # its beginning
    at: datetime
    by: Card | None

    @property
    def words(self) -> str:
        """Its first words, as plain text."""
        return text.plain(self.html.rpartition("<")[0] or self.html)


_BEGINNING = func.substr(Page.body_html, 1, 600)
_LISTED = (Page.id, Page.slug, Page.key, Page.title, _BEGINNING, Page.edited_at, Page.edited_by)


def listed(
    session: Session,
    viewer: Viewer,
    group: Group,
    *,
    q: str = "",
    newest: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = LISTED,
) -> list[Listed]:
    """Give `limit + 1` pages of a group, by title or the last changed first; two queries."""
    query = select(*_LISTED).where(
        Page.group_id == group.id, Page.deleted_at.is_(None), readable(Page.audience, viewer)
    )
    if q:
        query = query.where(func.lower(Page.title).contains(q.lower(), autoescape=True))
    if after:
        query = query.where(or_(Page.key > after[0], and_(Page.key == after[0], Page.id > after[1])))
    order = (Page.edited_at.desc(), Page.id.desc()) if newest else (Page.key, Page.id)
    return _with_cards(session, query.order_by(*order).limit(limit + 1))


def _with_cards(session: Session, query: Any) -> list[Listed]:
    rows = session.execute(query).all()
    people = cards(session, {row[6] for row in rows if row[6]})
    values: list[list[Any]] = [[*row[:6], people.get(row[6] or 0)] for row in rows]
    return [Listed(*given) for given in values]


def gone(session: Session, group: Group) -> list[Listed]:
    """Give the deleted pages of a group, the last first: for those who look after it."""
    query = select(*_LISTED[:5], Page.deleted_at, Page.edited_by)
    query = query.where(Page.group_id == group.id, Page.deleted_at.is_not(None), ~Page.withdrawn)
    return _with_cards(session, query.order_by(Page.deleted_at.desc(), Page.id).limit(LISTED))


def standing(session: Session, group_id: int, keys: Collection[str]) -> dict[str, str]:
    """Give {key: address} of the pages that links lead to: by their present title, else their first."""
    if not keys:
        return {}
    query = select(Page.key, Page.slug).where(Page.group_id == group_id, Page.deleted_at.is_(None))
    rows = session.execute(query.where(or_(Page.key.in_(keys), Page.slug.in_(keys))).order_by(Page.id.desc()))
    found = {}
    for key, slug in rows.all():
        found[key] = slug
        found.setdefault(slug, slug)
    return found


def wanted(session: Session, group: Group) -> list[str]:
    """Give titles that pages of a group point to and nobody has written, by title."""
    other = aliased(Page)
    there = select(other.id).where(
        other.group_id == group.id,
        other.deleted_at.is_(None),
        or_(other.key == PageLink.key, other.slug == PageLink.key),
    )
    query = (
        select(func.min(PageLink.title))
        .join(Page, Page.id == PageLink.page_id)
        .where(Page.group_id == group.id, Page.deleted_at.is_(None), ~there.exists())
        .group_by(PageLink.key)
        .order_by(PageLink.key)
    )
    return list(session.scalars(query.limit(WANTED)))


def pointing(session: Session, page: Page) -> list[tuple[str, str]]:
    """Give (address, title) of the pages of the group that point to this one."""
    query = (
        select(Page.slug, Page.title)
        .join(PageLink, PageLink.page_id == Page.id)
        .where(Page.group_id == page.group_id, Page.deleted_at.is_(None), Page.id != page.id)
        .where(PageLink.key.in_({page.key, page.slug}))
        .order_by(Page.key)
        .distinct()
    )
    return [(row[0], row[1]) for row in session.execute(query.add_columns(Page.key).limit(30))]


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the history lists it."""

    number: int
    title: str
    note: str
    at: datetime
    size: int  # characters
    restored: int | None
    by: Card | None


def versions(session: Session, page: Page, *, before: int | None = None, limit: int = 50) -> list[Version]:
    """Give `limit + 1` versions, the newest first; two queries."""
    columns = (PageVersion.number, PageVersion.title, PageVersion.note, PageVersion.at)
    query = select(*columns, func.length(PageVersion.body), PageVersion.restored, PageVersion.author_id)
    query = query.where(PageVersion.page_id == page.id)
    if before is not None:
        query = query.where(PageVersion.number < before)
    rows = session.execute(query.order_by(PageVersion.number.desc()).limit(limit + 1)).all()
    people = cards(session, {row[6] for row in rows if row[6]})
    return [Version(row[0], row[1], row[2], row[3], row[4], row[5], people.get(row[6] or 0)) for row in rows]


def version(session: Session, page: Page, number: int) -> PageVersion:
    """Give one version of a page. Raises NotFound."""
    query = select(PageVersion).where(PageVersion.page_id == page.id, PageVersion.number == number)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def author(session: Session, person_id: int | None) -> Card | None:
    """Give the card of who wrote a version, or None when they are not there any more."""
    return cards(session, [person_id]).get(person_id) if person_id else None


def authors(session: Session, page: Page) -> list[Card]:
    """Give those who wrote a page, who wrote most of its versions first."""
    query = (
        select(*COLUMNS)
        .join(PageVersion, PageVersion.author_id == Person.id)
        .where(PageVersion.page_id == page.id)
        .group_by(*COLUMNS)
        .order_by(func.count().desc(), Person.sort_name)
    )
    return [card_of(row) for row in session.execute(query.limit(NAMED))]


def credited(session: Session, page: Page) -> list[Card]:
    """Give those whose words of a thread a page took over."""
    query = select(*COLUMNS).join(PageCredit, PageCredit.person_id == Person.id)
    query = query.where(PageCredit.page_id == page.id).order_by(Person.sort_name)
    return [card_of(row) for row in session.execute(query.limit(NAMED))]


def made_of(session: Session, post: Post) -> Page | None:
    """Give the page of its group that a question has become; who reads the question reads the page."""
    here = (Page.post_id == post.id, Page.group_id == post.group_id, Page.deleted_at.is_(None))
    return session.scalars(select(Page).where(*here).order_by(Page.id).limit(1)).first()


def thread(session: Session, viewer: Viewer, page: Page) -> Post | None:
    """Give the question that a page was made of, where the viewer may read it."""
    if page.post_id is None:
        return None
    query = select(Post).where(Post.id == page.post_id, Post.deleted_at.is_(None))
    return session.scalars(query.where(readable(Post.audience, viewer))).first()


def by_ids(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, tuple[Page, Group]]:
    """Give the pages that the viewer may read, each with its group."""
    query = select(Page, Group).join(Group, Group.id == Page.group_id)
    query = query.where(Page.id.in_(ids), Page.deleted_at.is_(None), readable(Page.audience, viewer))
    return {row[0].id: (row[0], row[1]) for row in session.execute(query)}
