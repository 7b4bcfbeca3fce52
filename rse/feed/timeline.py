"""Which posts a page shows, newest first: a page costs the same however many posts there are.

The rule is that of core.audience in every one of these reads. The statements are built once: building
one anew costs more than running it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    and_,
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
from rse.core.audience import Viewer, prepared, tokens_of
from rse.core.model import UTCDateTime
from rse.core.policy import NotFound
from rse.feed.models import Bookmark, Post, PostTag
from rse.feed.queries import Position
from rse.feed.silencing import WHAT, silenced
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


POST, PERSON, GROUP = Post.__table__.c, Person.__table__.c, Group.__table__.c
TAG, KEPT = PostTag.__table__.c, Bookmark.__table__.c
NEWEST = (POST["at"].desc(), POST["id"].desc())
SIZE = bindparam("size", type_=Integer())  # of a page, and one more: whether there are others after it
WRITTEN, MARKED = bindparam("before_at", type_=UTCDateTime()), bindparam("before_id", type_=BigInteger())


def _older(at: Any, row_id: Any) -> ColumnElement[bool]:
    return and_(at <= WRITTEN, or_(at < WRITTEN, row_id < MARKED))


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


def newest(dialect: str, column: Any, criteria: Iterable[ColumnElement[bool]] = ()) -> Subquery:
    """Give (id, key) of the newest posts whose `column` is one of the bound `keys`: `size` of them at most.

    SQLite follows the index of each key and stops early; PostgreSQL is told to: the newest post of each
    key, the keys with the newest ones, the newest posts of these.
    """
    criteria = [POST["deleted_at"].is_(None), *criteria]
    if dialect != "postgresql":
        # Statistics of the tables can talk SQLite into a full scan; the hint keeps it on the index.
        listed = func.likelihood(column.in_(bindparam("keys", expanding=True)), literal_column("0.00001"))
        plain = select(POST["id"], POST["at"].label("key")).where(listed, *criteria)
        return plain.order_by(*NEWEST).limit(SIZE).subquery()
    kind: Any = String() if isinstance(column.type, String) else BigInteger()
    every = func.unnest(bindparam("keys", type_=ARRAY(kind))).table_valued("key").render_derived(name="every")
    first = select(POST["at"], POST["id"]).where(column == every.c.key, *criteria).order_by(*NEWEST).limit(1)
    last = first.lateral("last")
    best = select(every.c.key).join(last, true()).order_by(last.c.at.desc(), last.c.id.desc())
    chosen = best.limit(SIZE).subquery("chosen")
    of_each = select(POST["id"], POST["at"].label("key")).where(column == chosen.c.key, *criteria)
    page = of_each.order_by(*NEWEST).limit(SIZE).lateral("page")
    merged = select(page.c.id, page.c.key).select_from(chosen).join(page, true())
    return merged.order_by(page.c.key.desc(), page.c.id.desc()).limit(SIZE).subquery()


def _of_purpose(purpose: str | None) -> list[ColumnElement[bool]]:
    """Limit a feed to clubs, or to everything else."""
    if purpose is None:
        return []
    social = select(GROUP["id"]).where(GROUP["purpose"] == "social")
    if purpose == "social":
        return [POST["group_id"].in_(social)]
    return [or_(POST["group_id"].is_(None), POST["group_id"].not_in(social))]


def _loud(*, quiet: bool) -> list[ColumnElement[bool]]:
    """Leave out what the viewer has silenced (`quiet`: anything at all)."""
    if not quiet:
        return []
    tagged = select(TAG["post_id"]).where(TAG["tag"].in_(bindparam("quiet_tags", expanding=True)))
    groups_ = POST["group_id"].not_in(bindparam("quiet_groups", expanding=True))
    return [
        POST["author_id"].not_in(bindparam("quiet_people", expanding=True)),
        POST["kind"].not_in(bindparam("quiet_kinds", expanding=True)),
        or_(POST["group_id"].is_(None), groups_),
        ~tagged.where(TAG["post_id"] == POST["id"]).correlate(Post.__table__).exists(),
    ]


def _quiet(viewer: Viewer) -> dict[str, list[Any]]:
    """Give the values of that criterion; nothing for who has silenced nothing."""
    found = silenced(viewer)
    return {f"quiet_{what}": list(found.get(what, ())) for what in WHAT} if found else {}


@lru_cache(maxsize=200)
def _by(
    dialect: str, name: str, purpose: str | None = None, *, deep: bool = False, quiet: bool = False
) -> Select[Any]:
    """Build the page of posts by a column, once for each form; by audience it needs no second criterion."""
    criteria = _of_purpose(purpose) + ([_older(POST["at"], POST["id"])] if deep else []) + _loud(quiet=quiet)
    if name != "audience":
        criteria.append(prepared(POST["audience"]))
    return _page(newest(dialect, POST[name], criteria))


def _tagged(purpose: str | None, *, deep: bool) -> Select[Any]:
    query = select(TAG["post_id"].label("id"), TAG["at"].label("key"))
    query = query.select_from(PostTag.__table__.join(Post.__table__, POST["id"] == TAG["post_id"]))
    query = query.where(TAG["tag"].in_(bindparam("tags", expanding=True)), POST["deleted_at"].is_(None))
    query = query.where(prepared(POST["audience"]), *_of_purpose(purpose))
    if deep:
        query = query.where(_older(TAG["at"], TAG["post_id"]))
    # A post with two of the tags comes twice.
    return query.distinct().order_by(TAG["at"].desc(), TAG["post_id"].desc()).limit(SIZE)


@lru_cache(maxsize=200)
def _followed(dialect: str, purpose: str | None, *, deep: bool) -> Select[Any]:
    """Build the page of posts by followed people or with followed tags."""
    criteria = [*_of_purpose(purpose), prepared(POST["audience"])]
    criteria += [_older(POST["at"], POST["id"])] if deep else []
    written = newest(dialect, POST["author_id"], criteria)
    tagged = _tagged(purpose, deep=deep).subquery()
    parts = (select(written.c.id, written.c.key), select(tagged.c.id, tagged.c.key))
    return _page(union(*parts).subquery())


@lru_cache(maxsize=4)
def _with_tag(*, deep: bool) -> Select[Any]:
    return _page(_tagged(None, deep=deep).subquery())


@lru_cache(maxsize=4)
def _kept(*, deep: bool) -> Select[Any]:
    query = select(KEPT["post_id"].label("id"), KEPT["at"].label("key"))
    query = query.select_from(Bookmark.__table__.join(Post.__table__, POST["id"] == KEPT["post_id"]))
    query = query.where(KEPT["person_id"] == bindparam("person"), POST["deleted_at"].is_(None))
    query = query.where(prepared(POST["audience"]))
    if deep:
        query = query.where(_older(KEPT["at"], KEPT["post_id"]))
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
    quiet = _quiet(viewer)
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
