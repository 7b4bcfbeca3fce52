"""What the feed "For you" is chosen from, and what is near to the viewer: a few bounded reads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import kinds
from rse.core.audience import Viewer, prepared, readable, tokens_of
from rse.feed import timeline
from rse.feed.models import Comment, Post, Reaction
from rse.feed.silencing import silenced
from rse.feed.week import skill_names
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.people.models import Profile

NEW, NEAR, WAITING = 150, 60, 60  # the newest, those of what one follows or is in, open questions
LATELY = timedelta(days=90)  # acts towards others that count, questions that wait
ACTS = 300  # of the acts, the newest


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the order goes by."""

    id: int
    at: datetime
    kind: str
    title: str
    tags: Sequence[str]
    author_id: int
    author: str
    signed: bool
    group_id: int | None
    group: str | None
    waiting: bool
    said: int  # comments and reactions
    department_id: int | None


@dataclass(frozen=True, slots=True)
class Near:
    """What is the viewer's own."""

    people: frozenset[int]  # followed
    tags: frozenset[str]  # followed
    skills: dict[str, str]
    groups: frozenset[int]
    department_id: int | None
    towards: Counter[int]  # acts by author
    within: Counter[int]  # acts by group
    done: frozenset[int]  # posts acted upon


def near(session: Session, viewer: Viewer, asked: datetime) -> Near:
    """Give what is near to the viewer at a moment."""
    people, tags = timeline.follows(session, viewer)
    acts = session.execute(_acts(), {"person": viewer.id, "since": asked - LATELY, "most": ACTS}).all()
    department = select(Profile.department_id).where(Profile.person_id == viewer.id)
    return Near(
        people=frozenset(people),
        tags=frozenset(tags),
        skills=skill_names(session, viewer),
        groups=frozenset(groups.group_ids(viewer)),
        department_id=session.scalar(department),
        towards=Counter(row.author_id for row in acts),
        within=Counter(row.group_id for row in acts if row.group_id),
        done=frozenset(row.id for row in acts),
    )


@lru_cache(maxsize=1)
def _acts() -> Select[Any]:
    """Build the posts that the viewer has commented or reacted to lately: theirs, and read by nobody else."""
    me: Any = bindparam("person")
    since: Any = bindparam("since")
    most: Any = bindparam("most")
    comments = select(Comment.post_id.label("post_id"), Comment.at.label("at"))
    comments = comments.where(Comment.author_id == me, Comment.at >= since, Comment.deleted_at.is_(None))
    reactions = select(Reaction.object_id, Reaction.at).where(Reaction.person_id == me, Reaction.at >= since)
    parts = [
        select(one.c[0].label("post_id"))
        for one in (
            comments.order_by(Comment.at.desc()).limit(most).subquery(),
            reactions.where(Reaction.kind == "post").order_by(Reaction.at.desc()).limit(most).subquery(),
        )
    ]
    acts = union_all(*parts).subquery()
    query: Any = select(Post.id, Post.author_id, Post.group_id).join(acts, acts.c.post_id == Post.id)
    others: Select[Any] = query.where(Post.author_id != me)
    return others


def candidates(
    session: Session, viewer: Viewer, near: Near, purpose: str | None, asked: datetime
) -> list[Candidate]:
    """Read what may be shown: readable, not the viewer's own, not silenced, written before `asked`."""
    ids: set[int] = set()
    for scope, most in (("all", NEW), ("following", NEAR), ("groups", NEAR)):
        page = timeline.home(session, viewer, scope, purpose=purpose, before=None, limit=most)
        ids.update(entry.id for entry in page)
    if near.skills and purpose != "social":
        ids.update(session.scalars(_waiting(viewer, asked)))
    rows = session.execute(_described(), {"ids": list(ids), "asked": asked, **tokens_of(viewer)}).all()
    quiet = silenced(viewer)
    return [
        _candidate(row)
        for row in rows
        if row.author_id != viewer.id
        and (purpose is None or (row.purpose == "social") == (purpose == "social"))
        and not _silent(quiet, row)
    ]


def _waiting(viewer: Viewer, asked: datetime) -> Select[Any]:
    query = select(Post.id).where(Post.kind.in_(kinds.answerable()), Post.answer_id.is_(None))
    query = query.where(Post.at >= asked - LATELY, Post.comment_count == 0, Post.deleted_at.is_(None))
    return (
        query.where(readable(Post.audience, viewer)).order_by(Post.at.desc(), Post.id.desc()).limit(WAITING)
    )


@lru_cache(maxsize=1)
def _described() -> Select[Any]:
    columns = (
        Post.id, Post.at, Post.kind, Post.title, Post.tags, Post.author_id, Post.group_id, Post.answer_id,
        Post.comment_count, Post.reactions, Person.display_name, Person.kind.label("sort"),
        Group.name, Group.purpose, Profile.department_id,
    )  # fmt: skip
    query = select(*columns).join(Person, Person.id == Post.author_id)
    query = query.outerjoin(Group, Group.id == Post.group_id)
    query = query.outerjoin(Profile, Profile.person_id == Post.author_id)
    query = query.where(Post.id.in_(bindparam("ids", expanding=True)), Post.at <= bindparam("asked"))
    return query.where(prepared(Post.audience), Post.deleted_at.is_(None))


def _silent(quiet: Any, row: Any) -> bool:
    """Tell whether the viewer has left out what a post is of: followed people bring it here all the same."""
    return bool(quiet) and (
        row.author_id in quiet.get("people", ())
        or row.group_id in quiet.get("groups", ())
        or row.kind in quiet.get("kinds", ())
        or not set(row.tags).isdisjoint(quiet.get("tags", ()))
    )


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=row.id,
        at=row.at,
        kind=row.kind,
        title=row.title or "",
        tags=row.tags,
        author_id=row.author_id,
        author=row.display_name,
        signed=row.sort != "service",
        group_id=row.group_id,
        group=row.name,
        waiting=kinds.of(row.kind).answerable and row.answer_id is None and row.comment_count == 0,
        said=row.comment_count + sum(row.reactions.values()),
        department_id=row.department_id,
    )
