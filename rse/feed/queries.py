"""Reads of the feed: one post for one viewer, and what a page needs of many of them, in batches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, JSON, BigInteger, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.policy import NotFound
from rse.feed.models import Bookmark, Comment, Mention, Post, Reaction, Revision
from rse.groups.models import Group, Membership


def post(session: Session, viewer: Viewer, post_id: int, *, lock: bool = False) -> Post:
    """Give a post that the viewer may read. Raises NotFound when there is none for them."""
    query = select(Post).where(Post.id == post_id, Post.deleted_at.is_(None), readable(Post.audience, viewer))
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def comment(session: Session, viewer: Viewer, comment_id: int, *, lock: bool = False) -> tuple[Comment, Post]:
    """Give a comment and its post, read through the post. Raises NotFound as `post` does."""
    query = (
        select(Comment, Post)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.id == comment_id, Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer))
    )
    row = session.execute(query.with_for_update(of=Post) if lock else query).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def place(session: Session, viewer: Viewer, group_id: int | None) -> tuple[Group | None, Membership | None]:
    """Give the group that something stands in, and the viewer's tie to it."""
    if group_id is None:
        return None, None
    return session.get(Group, group_id), session.get(Membership, (group_id, viewer.id))


@dataclass(frozen=True, slots=True)
class Body:
    """What a card shows that does not come with the list: read for the cards that are not cached."""

    id: int
    kind: str
    title: str | None
    body: str
    html: str
    tags: list[str]
    at: datetime
    edited_at: datetime | None
    comment_count: int
    reactions: dict[str, int]
    answer_id: int | None
    audience: str
    files: int
    link_id: int | None
    language: str
    author: Card
    group: tuple[int, str, str, str] | None  # id, slug, name, visibility


_POST = Post.__table__.c
_OF_CARD = tuple(Person.__table__.c[column.key] for column in COLUMNS)
_OF_BODY = tuple(
    _POST[name]
    for name in (
        "id", "kind", "title", "body", "body_html", "tags", "at", "edited_at", "comment_count", "reactions",
        "answer_id", "audience", "files", "link_id", "language",
    )
)  # fmt: skip
_BODIES = (
    select(*_OF_CARD, *_OF_BODY, *(Group.__table__.c[name] for name in ("id", "slug", "name", "visibility")))
    .select_from(
        Post.__table__.join(Person.__table__, _POST["author_id"] == Person.__table__.c["id"]).outerjoin(
            Group.__table__, Group.__table__.c["id"] == _POST["group_id"]
        )
    )
    .where(_POST["id"].in_(bindparam("ids", expanding=True)))
)


def bodies(session: Session, ids: Collection[int]) -> dict[int, Body]:
    """Give what the cards of these posts are made of; the caller has checked the audience."""
    if not ids:
        return {}
    at = len(COLUMNS)
    found = {}
    for row in session.execute(_BODIES, {"ids": list(ids)}):
        own = row[at : at + len(_OF_BODY)]
        group = tuple(row[at + len(_OF_BODY) :])
        values: list[Any] = [*own, card_of(row), group if group[0] is not None else None]
        found[values[0]] = Body(*values)
    return found


_NAMED = (
    select(*COLUMNS, Mention.object_id)
    .join(Mention, Mention.person_id == Person.id)
    .where(Mention.kind == "post", Mention.object_id.in_(bindparam("ids", expanding=True)))
    .order_by(Person.sort_name)
)


def mentions(session: Session, ids: Collection[int]) -> dict[int, list[Card]]:
    """Give the people named in posts."""
    found: dict[int, list[Card]] = defaultdict(list)
    if ids:
        for row in session.execute(_NAMED, {"ids": list(ids)}):
            found[row.object_id].append(card_of(row))
    return found


SAVED = "saved"  # stands beside the names of reactions


_REACTED, _KEPT = Reaction.__table__.c, Bookmark.__table__.c


@lru_cache(maxsize=2)
def _mine(dialect: str) -> Any:
    """Build the query of `mine` once; the ids are one value: twenty places would be filled each time."""
    if dialect == "postgresql":
        ids: Any = select(func.unnest(bindparam("ids", type_=ARRAY(BigInteger()))))
    else:
        ids = select(func.json_each(bindparam("ids", type_=JSON())).table_valued("value").c.value)
    own = bindparam("person", type_=BigInteger())
    reacted = select(_REACTED["object_id"], _REACTED["name"]).where(
        _REACTED["kind"] == "post", _REACTED["object_id"].in_(ids), _REACTED["person_id"] == own
    )
    kept = select(_KEPT["post_id"], literal(SAVED)).where(
        _KEPT["person_id"] == own, _KEPT["post_id"].in_(ids)
    )
    return reacted.union_all(kept)


def mine(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, set[str]]:
    """Give the reactions that the viewer gave to posts, and `saved` for those that they keep: one query."""
    found: dict[int, set[str]] = {}
    if ids:
        values = {"ids": list(ids), "person": viewer.id}
        connection = session.connection()
        for object_id, name in connection.execute(_mine(connection.dialect.name), values).all():
            found.setdefault(object_id, set()).add(name)
    return found


def my_reactions(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, set[str]]:
    """Give the names of the reactions that the viewer gave to comments, for a whole page in one query."""
    found: dict[int, set[str]] = {}
    if ids:
        query = select(Reaction.object_id, Reaction.name).where(
            Reaction.kind == "comment", Reaction.object_id.in_(ids), Reaction.person_id == viewer.id
        )
        for object_id, name in session.execute(query):
            found.setdefault(object_id, set()).add(name)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A comment as a page shows it."""

    id: int
    post_id: int
    parent_id: int | None
    body: str
    html: str
    at: datetime
    edited_at: datetime | None
    reactions: dict[str, int]
    files: int
    link_id: int | None
    author: Card


def _comments() -> Any:
    return (
        select(
            *COLUMNS, Comment.id, Comment.post_id, Comment.parent_id, Comment.body, Comment.body_html,
            Comment.at, Comment.edited_at, Comment.reactions, Comment.files, Comment.link_id,
        )
        .join(Comment, Comment.author_id == Person.id)
        .where(Comment.deleted_at.is_(None))
    )  # fmt: skip


def _shown(row: Any) -> Shown:
    values: list[Any] = [*row[len(COLUMNS) :], card_of(row)]
    return Shown(*values)


Position = tuple[datetime, int]


def later(at: Any, row_id: Any, position: Position) -> Any:
    """Give the criterion of rows after a position in (at, id)."""
    return and_(at >= position[0], or_(at > position[0], row_id > position[1]))


def earlier(at: Any, row_id: Any, position: Position) -> Any:
    """Give the criterion of rows before a position in (at, id), in a form that an index can follow."""
    return and_(at <= position[0], or_(at < position[0], row_id < position[1]))


def comments_before(session: Session, post_id: int, position: Position | None, limit: int) -> list[Shown]:
    """Give the last comments before a position (or the last of all), oldest first, one more than `limit`."""
    query = _comments().where(Comment.post_id == post_id)
    if position:
        query = query.where(earlier(Comment.at, Comment.id, position))
    query = query.order_by(Comment.at.desc(), Comment.id.desc()).limit(limit + 1)
    return [_shown(row) for row in session.execute(query)][::-1]


def comments_after(session: Session, post_id: int, position: Position | None, limit: int) -> list[Shown]:
    """Give the first comments after a position, oldest first, one more than `limit`."""
    query = _comments().where(Comment.post_id == post_id)
    if position:
        query = query.where(later(Comment.at, Comment.id, position))
    rows = session.execute(query.order_by(Comment.at, Comment.id).limit(limit + 1))
    return [_shown(row) for row in rows]


def comments_up_to(session: Session, post_id: int, comment_id: int, limit: int) -> list[Shown]:
    """Give a comment and those before it, oldest first; where it is not of the post the last is another."""
    own: Any = aliased(Comment)
    at = select(own.at).where(own.id == comment_id, own.post_id == post_id).scalar_subquery()
    query = _comments().where(Comment.post_id == post_id, Comment.at <= at)
    query = query.where(or_(Comment.at < at, Comment.id <= comment_id))
    query = query.order_by(Comment.at.desc(), Comment.id.desc()).limit(limit)
    return [_shown(row) for row in session.execute(query)][::-1]


def comments_by_id(session: Session, ids: Iterable[int]) -> dict[int, Shown]:
    """Give comments by their ids; the caller has checked their posts."""
    rows = session.execute(_comments().where(Comment.id.in_(list(ids))))
    return {shown.id: shown for shown in map(_shown, rows)}


def revisions(session: Session, kind: str, object_id: int) -> Sequence[Revision]:
    """Give what a post or comment said before, newest first."""
    query = select(Revision).where(Revision.kind == kind, Revision.object_id == object_id)
    return session.scalars(query.order_by(Revision.at.desc(), Revision.id.desc())).all()


_PERSON = Person.__table__.c
_EMPLOYEES = (
    select(func.count())
    .select_from(Person.__table__)
    .where(_PERSON["status"] == "active", _PERSON["kind"] == "employee")
)


LARGE, FRESH = 500, 60.0  # people from which the count is kept, and for how many seconds
_headcount: WeakKeyDictionary[Any, tuple[float, int]] = WeakKeyDictionary()  # by engine


def employees(session: Session) -> int:
    """Count the active employees; in a large company a count is kept for a minute, as it needs a scan."""
    engine = session.get_bind()
    at, number = _headcount.get(engine, (0.0, 0))
    if number and monotonic() - at < FRESH:
        return number
    number = session.scalar(_EMPLOYEES) or 0
    if number >= LARGE:
        _headcount[engine] = (monotonic(), number)
    return number


def readers(session: Session, audience: str) -> int:
    """Count the people who read what has this audience (the whole company: its active employees)."""
    if audience == EVERYONE:
        return employees(session)
    _kind, _colon, number = audience.partition(":")
    return session.scalar(select(Group.member_count).where(Group.id == int(number))) or 0
