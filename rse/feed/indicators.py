"""What the feed's posts, comments, reactions, accepted answers, pins and mentions are for the indicators.

In a secret group they say only that somebody was there (INDICATORS section 6c).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, null, select
from sqlalchemy.orm import Session, aliased

from rse.core import kinds
from rse.core.activity import Activity, ActivityEvent, ActivityType, Content, Touched
from rse.feed import events as happened
from rse.feed.models import Acceptance, Comment, Mention, Pin, Post, PostTag, Reaction
from rse.groups.models import Group
from rse.people.models import Skill, SkillName
from rse.people.vocabulary import key

AT_ONCE = 500  # names asked for together
# Of kinds that no feature declares (INDICATORS section 6c); any other is a discussion.
UNDECLARED = {"question": "question", "idea": "idea"} | dict.fromkeys(
    ("kudos", "event", "announcement"), "announcement"
)
ALWAYS = datetime.min.replace(tzinfo=UTC)
Where = Callable[[Any, Any], ColumnElement[bool]]  # (the event's time, its post's id) -> criterion
On = aliased(Comment)  # the comment that something hangs on


def _rows(session: Session, query: Any, *, on_comment: bool) -> Iterable[Any]:
    """Run a query on something with its post, its place, and the comment that it hangs on."""
    secret = func.coalesce(Group.visibility == "secret", False).label("secret")
    query = query.outerjoin(Group, Group.id == Post.group_id).add_columns(
        secret,
        Post.id.label("post_id"),
        Post.author_id.label("post_author"),
        Post.at.label("post_at"),
        Post.deleted_at.label("post_deleted"),
        (On.id if on_comment else null()).label("on_id"),
        (On.author_id if on_comment else null()).label("on_author"),
        (On.at if on_comment else null()).label("on_at"),
        (On.deleted_at if on_comment else null()).label("on_deleted"),
    )
    return session.execute(query)


def _parent(row: Any) -> Content:
    if row.on_id is not None:
        return Content(row.on_id, row.on_author, row.post_id, row.on_at, row.on_deleted)
    return Content(row.post_id, row.post_author, row.post_id, row.post_at, row.post_deleted)


def _counts_as(kind: str) -> str:
    declared = kinds.known().get(kind)
    return declared.counts_as if declared else UNDECLARED.get(kind, "discussion")


def _posts(session: Session, where: Where) -> Iterator[ActivityEvent]:
    query = select(Post.kind).select_from(Post).where(where(Post.at, Post.id))
    tags = _tags(session, where)
    for row in _rows(session, query, on_comment=False):
        name, kind = f"post:{row.post_id}", _counts_as(row.kind)
        if row.secret:
            yield ActivityEvent(name, row.post_at, "visit", row.post_author)
        else:
            yield ActivityEvent(
                name, row.post_at, "post", row.post_author, row.post_id, kind, row.post_id,
                tags=tags.get(row.post_id, ()), deleted_at=row.post_deleted,
            )  # fmt: skip


def _tags(session: Session, where: Where) -> dict[int, list[str]]:
    """Give the tags of questions; one that names a skill of the vocabulary is told by the skill's slug."""
    query = select(PostTag.post_id, PostTag.tag).join(Post, Post.id == PostTag.post_id)
    rows = session.execute(query.where(where(Post.at, Post.id), Post.kind == "question")).all()
    keys = {row.tag: key(row.tag) for row in rows}
    named = select(SkillName.folded, func.min(Skill.slug)).join(Skill, Skill.id == SkillName.skill_id)
    slugs: dict[str, str] = {}
    wanted = sorted(set(keys.values()))
    for at in range(0, len(wanted), AT_ONCE):
        some = named.where(SkillName.folded.in_(wanted[at : at + AT_ONCE]))
        slugs |= {row[0]: row[1] for row in session.execute(some.group_by(SkillName.folded))}
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.post_id].append(slugs.get(keys[row.tag], row.tag))
    return found


def _comments(session: Session, where: Where) -> Iterator[ActivityEvent]:
    columns = (Comment.id, Comment.author_id, Comment.at, Comment.deleted_at)
    query = select(*columns).select_from(Comment).join(Post, Post.id == Comment.post_id)
    query = query.outerjoin(On, On.id == Comment.parent_id).where(where(Comment.at, Comment.post_id))
    for row in _rows(session, query, on_comment=True):
        name = f"comment:{row.id}"
        if row.secret:
            yield ActivityEvent(name, row.at, "visit", row.author_id)
        else:
            yield ActivityEvent(
                name, row.at, "reply", row.author_id, row.id, "", row.post_id, _parent(row),
                deleted_at=row.deleted_at,
            )  # fmt: skip


def _reactions(session: Session, where: Where) -> Iterator[ActivityEvent]:
    columns = (Reaction.person_id.label("actor"), Reaction.at, Reaction.name, Reaction.object_id)
    yield from _objects(session, Reaction, select(*columns, null().label("target")), "reaction", where)


def _mentions(session: Session, where: Where) -> Iterator[ActivityEvent]:
    columns = (Mention.at, Mention.person_id.label("name"), Mention.object_id)
    query = select(*columns, Mention.person_id.label("target"))
    yield from _objects(session, Mention, query, "mention", where)


def _objects(
    session: Session, model: Any, query: Any, kind: ActivityType, where: Where
) -> Iterator[ActivityEvent]:
    """Give what hangs on posts, then what hangs on comments: each with the index that fits."""
    on_post = query.select_from(model).join(Post, Post.id == model.object_id).where(model.kind == "post")
    on_post = on_post.where(where(model.at, model.object_id))
    on_comment = query.select_from(model).join(On, On.id == model.object_id).join(Post, Post.id == On.post_id)
    on_comment = on_comment.where(model.kind == "comment", where(model.at, On.post_id))
    for rows in (_rows(session, on_post, on_comment=False), _rows(session, on_comment, on_comment=True)):
        for row in rows:
            parent = _parent(row)
            actor = parent.author_id if kind == "mention" else row.actor
            name = f"{kind}:{row.object_id}:{actor}:{row.name}"
            if row.secret:
                yield ActivityEvent(name, row.at, "visit", actor)
            else:
                yield ActivityEvent(name, row.at, kind, actor, parent=parent, target_id=row.target)


def _acceptances(session: Session, where: Where) -> Iterator[ActivityEvent]:
    query = select(Acceptance.person_id, Acceptance.at).select_from(Acceptance)
    query = query.join(On, On.id == Acceptance.comment_id).join(Post, Post.id == Acceptance.post_id)
    query = query.where(where(Acceptance.at, Acceptance.post_id))
    return _marks("accept", _rows(session, query, on_comment=True))


def _pins(session: Session, where: Where) -> Iterator[ActivityEvent]:
    """Give the posts that stand at the top of their group's page: what they hold is kept (INDICATORS 2)."""
    query = select(Pin.person_id, Pin.at).select_from(Pin).join(Post, Post.id == Pin.post_id)
    query = query.where(Pin.person_id.is_not(None), where(Pin.at, Pin.post_id))
    return _marks("promote", _rows(session, query, on_comment=False))


def _marks(kind: ActivityType, rows: Iterable[Any]) -> Iterator[ActivityEvent]:
    for row in rows:
        name = f"{kind}:{row.post_id}"
        if row.secret:
            yield ActivityEvent(name, row.at, "visit", row.person_id)
        else:
            yield ActivityEvent(name, row.at, kind, row.person_id, parent=_parent(row))


READERS = (_posts, _comments, _reactions, _mentions, _acceptances, _pins)


def events(session: Session, start: datetime, end: datetime) -> Iterator[ActivityEvent]:
    """Give what happened in [start, end)."""

    def where(at: Any, _post: Any) -> ColumnElement[bool]:
        return and_(at >= start, at < end)

    for read in READERS:
        yield from read(session, where)


def threads(session: Session, roots: Collection[int]) -> Iterator[ActivityEvent]:
    """Give these posts, their comments, and what hangs on either."""
    for read in READERS:
        yield from read(session, _of(roots))


def answers(session: Session, roots: Collection[int]) -> Iterator[ActivityEvent]:
    """Give these posts, their comments, and what keeps either: accepted answers and pins."""
    for read in (_posts, _comments, _acceptances, _pins):
        yield from read(session, _of(roots))


def _of(roots: Collection[int]) -> Where:
    def where(_at: Any, post: Any) -> ColumnElement[bool]:
        criterion: ColumnElement[bool] = post.in_(roots)
        return criterion

    return where


def roots(session: Session, people: Collection[int]) -> Iterator[int]:
    """Give the posts of the threads in which these people wrote, accepted or pinned something."""
    for found, who in (
        (Post.id, Post.author_id),
        (Comment.post_id, Comment.author_id),
        (Acceptance.post_id, Acceptance.person_id),
        (Pin.post_id, Pin.person_id),
    ):
        yield from session.scalars(select(found).where(who.in_(people)))


def first(session: Session) -> datetime | None:
    """Give the time of the oldest post."""
    return session.scalar(select(func.min(Post.at)))


def _post_touched(session: Session, event: Any) -> Iterator[Touched]:
    """Tell of a post that is late, was edited or deleted: the event says its time, the row the rest."""
    deleted = session.scalar(select(Post.deleted_at).where(Post.id == event.post_id))
    yield Touched(event.at, deleted or ALWAYS, event.post_id, event.post_id)


def _comment_touched(session: Session, event: Any) -> Iterator[Touched]:
    deleted = session.scalar(select(Comment.deleted_at).where(Comment.id == event.comment_id))
    yield Touched(event.at, deleted or ALWAYS, event.post_id, event.comment_id)


def _at_touched(_session: Session, event: Any) -> Iterator[Touched]:
    yield Touched(event.at, ALWAYS, event.post_id)


def _import_touched(session: Session, event: happened.ThreadsImported) -> Iterator[Touched]:
    """Tell the days and threads of a batch, without the reactions that may hang on them."""
    query = select(Post.id, Post.at).where(Post.id.in_(event.post_ids))
    for post_id, at in session.execute(query):
        yield Touched(at, ALWAYS, post_id)
    answers = select(Comment.post_id, Comment.at).where(Comment.id.in_(event.comment_ids))
    for post_id, at in session.execute(answers):
        yield Touched(at, ALWAYS, post_id)


activity = Activity(
    name="feed",
    events=events,
    threads=threads,
    answers=answers,
    roots=roots,
    first=first,
    touches={
        happened.PostPublished: _at_touched,
        happened.PostChanged: _post_touched,
        happened.PostDeleted: _post_touched,
        happened.CommentAdded: _at_touched,
        happened.CommentChanged: _comment_touched,
        happened.Reacted: _at_touched,
        happened.AnswerAccepted: _at_touched,
        happened.PinChanged: _at_touched,
        happened.ThreadsImported: _import_touched,
    },
)
