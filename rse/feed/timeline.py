"""Which posts a page shows, newest first: a page costs the same however many posts there are.

The rule is `readable(Post.audience, viewer)` in every one of these reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    Subquery,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.audience import Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Bookmark, Post, PostTag
from rse.feed.queries import Position, earlier
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.people.models import Follow


@dataclass(frozen=True, slots=True)
class Entry:
    """A post on a page: what its cached card is found by, and what rights on it depend on."""

    id: int
    at: datetime
    version: int
    author_id: int
    author_version: int
    group_id: int | None
    group_version: int | None
    audience: str
    members: int | None  # of its group
    key: datetime  # the time by which the list is ordered

    @property
    def position(self) -> Position:
        """The place of this post in its list, for cursors."""
        return self.key, self.id


_COLUMNS = (
    Post.id, Post.at, Post.version, Post.author_id, Person.version, Post.group_id, Group.version,
    Post.audience, Group.member_count,
)  # fmt: skip


def _entries(session: Session, ids: Subquery, limit: int) -> list[Entry]:
    """Read the posts of a subquery (id, key), newest first, one more than `limit`."""
    query = (
        select(*_COLUMNS, ids.c.key)
        .join(ids, ids.c.id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .order_by(ids.c.key.desc(), Post.id.desc())
        .limit(limit + 1)
    )
    return [Entry(*row) for row in session.execute(query)]


def newest(
    dialect: str,
    column: Any,
    keys: Sequence[Any],
    *,
    where: Sequence[ColumnElement[bool]] = (),
    before: Position | None = None,
    limit: int = 20,
) -> Subquery:
    """Give (id, key) of the newest posts whose `column` is one of `keys`: `limit + 1` of them at most.

    SQLite follows the index of each key and stops early; PostgreSQL is told to: the newest post of each
    key, the keys with the newest ones, the newest posts of these.
    """
    criteria = [Post.deleted_at.is_(None), *where]
    if before:
        criteria.append(earlier(Post.at, Post.id, before))
    order = (Post.at.desc(), Post.id.desc())
    if dialect != "postgresql":
        # Statistics of the tables can talk SQLite into a full scan; the hint keeps it on the index.
        listed = func.likelihood(column.in_(keys), literal_column("0.00001"))
        plain = select(Post.id, Post.at.label("key")).where(listed, *criteria)
        return plain.order_by(*order).limit(limit + 1).subquery()
    kind = String() if isinstance(column.type, String) else BigInteger()
    values = bindparam(None, list(keys), type_=ARRAY(kind), unique=True)
    every = func.unnest(values).table_valued("key").render_derived(name="every")
    first = select(Post.at, Post.id).where(column == every.c.key, *criteria).order_by(*order).limit(1)
    last = first.lateral("last")
    best = select(every.c.key).join(last, true()).order_by(last.c.at.desc(), last.c.id.desc())
    chosen = best.limit(limit + 1).subquery("chosen")
    of_each = select(Post.id, Post.at.label("key")).where(column == chosen.c.key, *criteria)
    page = of_each.order_by(*order).limit(limit + 1).lateral("page")
    merged = select(page.c.id, page.c.key).select_from(chosen).join(page, true())
    return merged.order_by(page.c.key.desc(), page.c.id.desc()).limit(limit + 1).subquery()


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _of_purpose(purpose: str | None) -> list[ColumnElement[bool]]:
    """Limit a feed to clubs, or to everything else."""
    if purpose is None:
        return []
    social = select(Group.id).where(Group.purpose == "social")
    if purpose == "social":
        return [Post.group_id.in_(social)]
    return [or_(Post.group_id.is_(None), Post.group_id.not_in(social))]


def home(
    session: Session,
    viewer: Viewer,
    scope: str,
    *,
    purpose: str | None = None,
    before: Position | None,
    limit: int,
) -> list[Entry]:
    """Give a page of the home feed: all that is readable, the viewer's groups, or what they follow."""
    dialect, where = _dialect(session), _of_purpose(purpose)
    if scope == "following":
        return _following(session, viewer, where, before, limit)
    if scope == "groups":
        own = groups.group_ids(viewer)
        where = [*where, readable(Post.audience, viewer)]
        ids = newest(dialect, Post.group_id, own, where=where, before=before, limit=limit)
    else:
        keys = sorted(viewer.tokens)
        ids = newest(dialect, Post.audience, keys, where=where, before=before, limit=limit)
    return _entries(session, ids, limit)


def _following(
    session: Session,
    viewer: Viewer,
    where: list[ColumnElement[bool]],
    before: Position | None,
    limit: int,
) -> list[Entry]:
    people, tags = follows(session, viewer)
    where = [*where, readable(Post.audience, viewer)]
    parts = []
    if people:
        written = newest(_dialect(session), Post.author_id, people, where=where, before=before, limit=limit)
        parts.append(select(written.c.id, written.c.key))
    if tags:
        tagged = _tagged(tags, where, before, limit)
        parts.append(select(tagged.c.id, tagged.c.key))
    if not parts:
        return []
    return _entries(session, union(*parts).subquery(), limit)


def follows(session: Session, viewer: Viewer) -> tuple[list[int], list[str]]:
    """Give the people and the tags that the viewer follows."""
    rows = session.execute(select(Follow.person_id, Follow.tag).where(Follow.follower_id == viewer.id)).all()
    return [row[0] for row in rows if row[0]], [row[1] for row in rows if row[1]]


def _tagged(
    tags: Sequence[str], where: Iterable[ColumnElement[bool]], before: Position | None, limit: int
) -> Subquery:
    query = select(PostTag.post_id.label("id"), PostTag.at.label("key")).join(
        Post, Post.id == PostTag.post_id
    )
    query = query.where(PostTag.tag.in_(tags), Post.deleted_at.is_(None), *where)
    if before:
        query = query.where(earlier(PostTag.at, PostTag.post_id, before))
    order = (PostTag.at.desc(), PostTag.post_id.desc())
    # A post with two of the tags comes twice.
    return query.distinct().order_by(*order).limit(limit + 1).subquery()


def tag(session: Session, viewer: Viewer, name: str, *, before: Position | None, limit: int) -> list[Entry]:
    """Give the posts with a tag."""
    ids = _tagged([name], [readable(Post.audience, viewer)], before, limit)
    return _entries(session, ids, limit)


def of_group(
    session: Session, viewer: Viewer, group_id: int, *, before: Position | None, limit: int
) -> list[Entry]:
    """Give the posts of a group."""
    where = [readable(Post.audience, viewer)]
    ids = newest(_dialect(session), Post.group_id, [group_id], where=where, before=before, limit=limit)
    return _entries(session, ids, limit)


def of_person(
    session: Session, viewer: Viewer, person_id: int, *, before: Position | None, limit: int
) -> list[Entry]:
    """Give what a person has posted."""
    where = [readable(Post.audience, viewer)]
    ids = newest(_dialect(session), Post.author_id, [person_id], where=where, before=before, limit=limit)
    return _entries(session, ids, limit)


def saved(session: Session, viewer: Viewer, *, before: Position | None, limit: int) -> list[Entry]:
    """Give the posts that the viewer keeps, the last one kept first."""
    query = select(Bookmark.post_id.label("id"), Bookmark.at.label("key"))
    query = query.join(Post, Post.id == Bookmark.post_id)
    query = query.where(
        Bookmark.person_id == viewer.id, Post.deleted_at.is_(None), readable(Post.audience, viewer)
    )
    if before:
        query = query.where(earlier(Bookmark.at, Bookmark.post_id, before))
    order = (Bookmark.at.desc(), Bookmark.post_id.desc())
    return _entries(session, query.order_by(*order).limit(limit + 1).subquery(), limit)


def by_id(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Entry]:
    """Give those of these posts that the viewer may read."""
    query = select(Post.id, Post.at.label("key"))
    query = query.where(Post.id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, viewer))
    return {entry.id: entry for entry in _entries(session, query.subquery(), len(ids))}


def one(session: Session, viewer: Viewer, post_id: int) -> Entry:
    """Give one readable post. Raises NotFound."""
    entry = by_id(session, viewer, [post_id]).get(post_id)
    if entry is None:
        raise NotFound
    return entry


def in_scope(session: Session, viewer: Viewer, scope: str, post_id: int) -> bool:
    """Tell whether a readable post belongs to a scope of the viewer's home feed."""
    entry = by_id(session, viewer, [post_id]).get(post_id)
    if entry is None or scope == "all":
        return entry is not None
    if scope == "groups":
        return entry.group_id in groups.group_ids(viewer)
    people, tags = follows(session, viewer)
    if entry.author_id in people:
        return True
    here = select(PostTag.tag).where(PostTag.post_id == post_id, PostTag.tag.in_(tags)).limit(1)
    return session.scalar(here) is not None
