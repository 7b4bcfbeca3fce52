"""The parts that statements on posts are made of: the newest of a key, of a purpose, what is not silenced."""

from collections.abc import Iterable
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
)

from rse.accounts.models import Person
from rse.core.audience import Viewer, prepared
from rse.core.model import UTCDateTime
from rse.feed.models import Bookmark, Post, PostTag
from rse.feed.silencing import WHAT, silenced
from rse.groups.models import Group

POST, PERSON, GROUP = Post.__table__.c, Person.__table__.c, Group.__table__.c
TAG, KEPT = PostTag.__table__.c, Bookmark.__table__.c
NEWEST = (POST["at"].desc(), POST["id"].desc())
SIZE = bindparam("size", type_=Integer())  # of a page, and one more: whether there are others after it


def size_of(part: str) -> Any:
    """Give the place for how many posts a part of a statement gives."""
    return bindparam(f"size_{part}", type_=Integer())


WRITTEN, MARKED = bindparam("before_at", type_=UTCDateTime()), bindparam("before_id", type_=BigInteger())


def older(at: Any, row_id: Any) -> ColumnElement[bool]:
    """Limit a page to what comes after a position, in a form that an index can follow."""
    return and_(at <= WRITTEN, or_(at < WRITTEN, row_id < MARKED))


def newest(
    dialect: str, column: Any, criteria: Iterable[ColumnElement[bool]] = (), *, part: str = ""
) -> Subquery:
    """Give (id, key) of the newest posts whose `column` is one of the bound `keys`: `size` of them at most.

    A statement made of several has a name for each `part`: it binds `keys_<part>` and `size_<part>`.

    SQLite follows the index of each key and stops early; PostgreSQL is told to: the newest post of each
    key, the keys with the newest ones, the newest posts of these.
    """
    keys, size = (f"keys_{part}", size_of(part)) if part else ("keys", SIZE)
    criteria = [POST["deleted_at"].is_(None), *criteria]
    if dialect != "postgresql":
        # Statistics of the tables can talk SQLite into a full scan; the hint keeps it on the index.
        listed = func.likelihood(column.in_(bindparam(keys, expanding=True)), literal_column("0.00001"))
        plain = select(POST["id"], POST["at"].label("key")).where(listed, *criteria)
        return plain.order_by(*NEWEST).limit(size).subquery()
    kind: Any = String() if isinstance(column.type, String) else BigInteger()
    every = func.unnest(bindparam(keys, type_=ARRAY(kind))).table_valued("key").render_derived(name="every")
    first = select(POST["at"], POST["id"]).where(column == every.c.key, *criteria).order_by(*NEWEST).limit(1)
    last = first.lateral("last")
    best = select(every.c.key).join(last, true()).order_by(last.c.at.desc(), last.c.id.desc())
    chosen = best.limit(size).subquery("chosen")
    of_each = select(POST["id"], POST["at"].label("key")).where(column == chosen.c.key, *criteria)
    page = of_each.order_by(*NEWEST).limit(size).lateral("page")
    merged = select(page.c.id, page.c.key).select_from(chosen).join(page, true())
    return merged.order_by(page.c.key.desc(), page.c.id.desc()).limit(size).subquery()


def of_purpose(purpose: str | None) -> list[ColumnElement[bool]]:
    """Limit a feed to clubs, or to everything else."""
    if purpose is None:
        return []
    social = select(GROUP["id"]).where(GROUP["purpose"] == "social")
    if purpose == "social":
        return [POST["group_id"].in_(social)]
    return [or_(POST["group_id"].is_(None), POST["group_id"].not_in(social))]


def loud(*, quiet: bool) -> list[ColumnElement[bool]]:
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


def quiet_values(viewer: Viewer) -> dict[str, list[Any]]:
    """Give the values of that criterion; nothing for who has silenced nothing."""
    found = silenced(viewer)
    return {f"quiet_{what}": list(found.get(what, ())) for what in WHAT} if found else {}


def tagged(purpose: str | None, *, deep: bool, size: Any = SIZE) -> Select[Any]:
    """Give (id, key) of the newest posts with one of the bound `tags`."""
    query = select(TAG["post_id"].label("id"), TAG["at"].label("key"))
    query = query.select_from(PostTag.__table__.join(Post.__table__, POST["id"] == TAG["post_id"]))
    query = query.where(TAG["tag"].in_(bindparam("tags", expanding=True)), POST["deleted_at"].is_(None))
    query = query.where(prepared(POST["audience"]), *of_purpose(purpose))
    if deep:
        query = query.where(older(TAG["at"], TAG["post_id"]))
    # A post with two of the tags comes twice.
    return query.distinct().order_by(TAG["at"].desc(), TAG["post_id"].desc()).limit(size)
