"""What the feed "For you" is chosen from, and what is near to the viewer: a few bounded reads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import kinds
from rse.core.audience import Viewer, prepared, tokens_of
from rse.feed.models import Comment, Post, Reaction
from rse.feed.newest import NEWEST, POST, loud, newest, of_purpose, quiet_values, size_of, tagged
from rse.feed.silencing import silenced
from rse.feed.timeline import Entry
from rse.feed.week import by_words
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.people.models import Follow, PersonSkill, Profile, SkillName

NEW, NEAR, WAITING = 150, 60, 60  # the newest, those of what one follows or is in, open questions
LATELY = timedelta(days=90)  # acts towards others that count, questions that wait
ACTS, SKILLS = 300, 200  # of the acts, the newest; names of skills


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the order goes by, and what a list shows it by."""

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
    audience: str
    members: int | None
    versions: tuple[int, int, int | None]  # of the post, its author, its group

    def entry(self, key: datetime) -> Entry:
        """Give it as a list shows it, in an order of its own."""
        version, author_version, group_version = self.versions
        return Entry(
            self.id, self.at, version, self.author_id, author_version, self.group_id, group_version,
            self.audience, self.members, self.kind, key,
        )  # fmt: skip


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
    """Give what is near to the viewer at a moment: one read."""
    values = {"person": viewer.id, "since": asked - LATELY, "most": ACTS, "known": SKILLS}
    by_sort: dict[str, list[Any]] = {sort: [] for sort in ("act", "follow", "skill", "department")}
    for row in session.execute(_own(), values):
        by_sort[row.sort].append(row)
    acts = by_sort["act"]
    return Near(
        people=frozenset(row.one for row in by_sort["follow"] if row.one),
        tags=frozenset(row.word for row in by_sort["follow"] if row.word),
        skills=by_words((row.word, row.label) for row in by_sort["skill"]),
        groups=frozenset(groups.group_ids(viewer)),
        department_id=next((row.one for row in by_sort["department"]), None),
        towards=Counter(row.two for row in acts),
        within=Counter(row.three for row in acts if row.three),
        done=frozenset(row.one for row in acts),
    )


@lru_cache(maxsize=1)
def _own() -> CompoundSelect[Any]:
    """Build the viewer's own rows, each as (sort, three numbers, two words)."""
    me: Any = bindparam("person")
    number: Any = cast(null(), BigInteger)
    word: Any = cast(null(), String)
    acts = _acts(me).subquery()
    skills = (
        select(SkillName.folded, SkillName.label)
        .join(PersonSkill, PersonSkill.skill_id == SkillName.skill_id)
        .where(PersonSkill.person_id == me)
        .limit(bindparam("known"))
        .subquery()
    )
    follows = select(_sort("follow"), Follow.person_id, number, number, Follow.tag, word)
    department = select(_sort("department"), Profile.department_id, number, number, word, word)
    return union_all(
        select(
            _sort("act"), acts.c.id.label("one"), acts.c.author_id.label("two"),
            acts.c.group_id.label("three"), word.label("word"), word.label("label"),
        ),
        follows.where(Follow.follower_id == me),
        select(_sort("skill"), number, number, number, skills.c.folded, skills.c.label),
        department.where(Profile.person_id == me, Profile.department_id.is_not(None)),
    )  # fmt: skip


def _sort(name: str) -> Any:
    return literal_column(f"'{name}'", String).label("sort")


def _acts(me: Any) -> Select[Any]:
    """Build the posts that the viewer has commented or reacted to lately: theirs, and read by nobody else."""
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
    quiet, own = quiet_values(viewer), tokens_of(viewer)
    dialect = session.get_bind().dialect.name
    waiting = bool(near.skills) and purpose != "social"
    values = {
        "keys_every": own["viewer_tokens"], "keys_followed": list(near.people), "tags": list(near.tags),
        "keys_groups": groups.group_ids(viewer), "size_every": NEW, "size_followed": NEAR,
        "size_groups": NEAR, "asked": asked, **quiet, **own,
    }  # fmt: skip
    if waiting:
        values |= {"since": asked - LATELY, "size_waiting": WAITING}
    query = _described(dialect, purpose, quiet=bool(quiet), waiting=waiting)
    rows = session.execute(query, values).all()
    left_out = silenced(viewer)
    return [
        _candidate(row)
        for row in rows
        if row.author_id != viewer.id
        and (purpose is None or (row.purpose == "social") == (purpose == "social"))
        and not _silent(left_out, row)
    ]


def _begun(dialect: str, purpose: str | None, *, quiet: bool, waiting: bool) -> list[Select[Any]]:
    """Build the ids that the scopes of the home feed begin with, and the questions that wait."""
    every, right = of_purpose(purpose), prepared(POST["audience"])
    parts: list[Any] = [
        newest(dialect, POST["audience"], every + loud(quiet=quiet), part="every"),
        newest(dialect, POST["author_id"], [*every, right], part="followed"),
        newest(dialect, POST["group_id"], [*every, *loud(quiet=quiet), right], part="groups"),
        tagged(purpose, deep=False, size=size_of("followed")).subquery(),
    ]
    if waiting:
        open_ones = select(POST["id"]).where(POST["kind"].in_(kinds.answerable()))
        open_ones = open_ones.where(POST["answer_id"].is_(None), POST["comment_count"] == 0, right)
        open_ones = open_ones.where(POST["at"] >= bindparam("since"), POST["deleted_at"].is_(None))
        parts.append(open_ones.order_by(*NEWEST).limit(size_of("waiting")).subquery())
    return [select(part.c.id) for part in parts]


@lru_cache(maxsize=32)
def _described(dialect: str, purpose: str | None, *, quiet: bool, waiting: bool) -> Select[Any]:
    """Build the candidates with all that the order and the cards go by, as one read."""
    columns = (
        Post.id, Post.at, Post.kind, Post.title, Post.tags, Post.author_id, Post.group_id, Post.answer_id,
        Post.comment_count, Post.reactions, Post.version, Post.audience, Person.display_name,
        Person.kind.label("sort"), Person.version.label("author_version"), Group.name, Group.purpose,
        Group.version.label("group_version"), Group.member_count, Profile.department_id,
    )  # fmt: skip
    begun = union(*_begun(dialect, purpose, quiet=quiet, waiting=waiting)).subquery("begun")
    query = select(*columns).select_from(begun).join(Post, Post.id == begun.c.id)
    query = query.join(Person, Person.id == Post.author_id)
    query = query.outerjoin(Group, Group.id == Post.group_id)
    query = query.outerjoin(Profile, Profile.person_id == Post.author_id)
    query = query.where(Post.at <= bindparam("asked"))
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
        audience=row.audience,
        members=row.member_count,
        versions=(row.version, row.author_version, row.group_version),
    )
