"""Which posts a page shows, newest first: a page costs the same however many posts there are.

The rule is that of core.audience in every one of these reads. The statements are built once: building
one anew costs more than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, select, union
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.audience import Viewer, prepared, tokens_of
from rse.core.policy import NotFound
from rse.feed.models import Bookmark, Post, PostTag
from rse.feed.newest import (
    GROUP,
    KEPT,
    PERSON,
    POST,
    SIZE,
    loud,
    newest,
    of_purpose,
    older,
    quiet_values,
    tagged,
)
from rse.feed.queries import Position
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
    kind: str
    key: datetime  # the time by which the list is ordered

    @property
    def position(self) -> Position:
        """The place of this post in its list, for cursors."""
        return self.key, self.id


def _page(ids: Subquery) -> Select[Any]:
    """Give the entries of a subquery (id, key), newest first."""
    columns = (
        POST["id"], POST["at"], POST["version"], POST["author_id"], PERSON["version"], POST["group_id"],
        GROUP["version"], POST["audience"], GROUP["member_count"], POST["kind"],
        ids.c.key,
    )  # fmt: skip
    joined = (
        ids.join(Post.__table__, POST["id"] == ids.c.id)
        .join(Person.__table__, PERSON["id"] == POST["author_id"])
        .outerjoin(Group.__table__, GROUP["id"] == POST["group_id"])
    )
    query = select(*columns).select_from(joined)
    return query.order_by(ids.c.key.desc(), POST["id"].desc()).limit(SIZE)


@lru_cache(maxsize=200)
def _by(
    dialect: str, name: str, purpose: str | None = None, *, deep: bool = False, quiet: bool = False
) -> Select[Any]:
    """Build the page of posts by a column, once for each form; by audience it needs no second criterion."""
    criteria = of_purpose(purpose) + ([older(POST["at"], POST["id"])] if deep else []) + loud(quiet=quiet)
    if name != "audience":
        criteria.append(prepared(POST["audience"]))
    return _page(newest(dialect, POST[name], criteria))


@lru_cache(maxsize=200)
def _followed(dialect: str, purpose: str | None, *, deep: bool) -> Select[Any]:
    """Build the page of posts by followed people or with followed tags."""
    criteria = [*of_purpose(purpose), prepared(POST["audience"])]
    criteria += [older(POST["at"], POST["id"])] if deep else []
    written = newest(dialect, POST["author_id"], criteria)
    marked = tagged(purpose, deep=deep).subquery()
    parts = (select(written.c.id, written.c.key), select(marked.c.id, marked.c.key))
    return _page(union(*parts).subquery())


@lru_cache(maxsize=4)
def _with_tag(*, deep: bool) -> Select[Any]:
    return _page(tagged(None, deep=deep).subquery())


@lru_cache(maxsize=4)
def _kept(*, deep: bool) -> Select[Any]:
    query = select(KEPT["post_id"].label("id"), KEPT["at"].label("key"))
    query = query.select_from(Bookmark.__table__.join(Post.__table__, POST["id"] == KEPT["post_id"]))
    query = query.where(KEPT["person_id"] == bindparam("person"), POST["deleted_at"].is_(None))
    query = query.where(prepared(POST["audience"]))
    if deep:
        query = query.where(older(KEPT["at"], KEPT["post_id"]))
    return _page(query.order_by(KEPT["at"].desc(), KEPT["post_id"].desc()).limit(SIZE).subquery())


def _run(
    session: Session, viewer: Viewer, query: Select[Any], before: Position | None, limit: int, **more: Any
) -> list[Entry]:
    values = {**more, "size": limit + 1, **tokens_of(viewer)}
    if before:
        values |= {"before_at": before[0], "before_id": before[1]}
    return [Entry(*row) for row in session.connection().execute(query, values).all()]


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


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
    dialect, deep = _dialect(session), before is not None
    if scope == "following":
        people, tags = follows(session, viewer)
        query = _followed(dialect, purpose, deep=deep)
        return _run(session, viewer, query, before, limit, keys=people, tags=tags)
    quiet = quiet_values(viewer)
    if scope == "groups":
        query = _by(dialect, "group_id", purpose, deep=deep, quiet=bool(quiet))
        return _run(session, viewer, query, before, limit, keys=groups.group_ids(viewer), **quiet)
    query = _by(dialect, "audience", purpose, deep=deep, quiet=bool(quiet))
    return _run(session, viewer, query, before, limit, keys=tokens_of(viewer)["viewer_tokens"], **quiet)


def follows(session: Session, viewer: Viewer) -> tuple[list[int], list[str]]:
    """Give the people and the tags that the viewer follows."""
    rows = session.execute(select(Follow.person_id, Follow.tag).where(Follow.follower_id == viewer.id)).all()
    return [row[0] for row in rows if row[0]], [row[1] for row in rows if row[1]]


def tag(session: Session, viewer: Viewer, name: str, *, before: Position | None, limit: int) -> list[Entry]:
    """Give the posts with a tag."""
    return _run(session, viewer, _with_tag(deep=before is not None), before, limit, tags=[name])


def of_group(
    session: Session, viewer: Viewer, group_id: int, *, before: Position | None, limit: int
) -> list[Entry]:
    """Give the posts of a group."""
    query = _by(_dialect(session), "group_id", deep=before is not None)
    return _run(session, viewer, query, before, limit, keys=[group_id])


def of_person(
    session: Session, viewer: Viewer, person_id: int, *, before: Position | None, limit: int
) -> list[Entry]:
    """Give what a person has posted."""
    query = _by(_dialect(session), "author_id", deep=before is not None)
    return _run(session, viewer, query, before, limit, keys=[person_id])


def saved(session: Session, viewer: Viewer, *, before: Position | None, limit: int) -> list[Entry]:
    """Give the posts that the viewer keeps, the last one kept first."""
    return _run(session, viewer, _kept(deep=before is not None), before, limit, person=viewer.id)


@lru_cache(maxsize=1)
def _listed() -> Select[Any]:
    query = select(POST["id"], POST["at"].label("key"))
    query = query.where(POST["id"].in_(bindparam("ids", expanding=True)), POST["deleted_at"].is_(None))
    return _page(query.where(prepared(POST["audience"])).subquery())


def by_id(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, Entry]:
    """Give those of these posts that the viewer may read."""
    return {entry.id: entry for entry in _run(session, viewer, _listed(), None, len(ids), ids=list(ids))}


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
