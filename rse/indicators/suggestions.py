"""What a manager can do this week: at most five things, from content that everybody may read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, literal, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.model import encode_id
from rse.core.text import excerpt
from rse.feed.models import Comment, Post, PostTag, Reaction
from rse.people.models import PersonSkill, Profile, SkillName

MOST, QUESTIONS, WELCOMES, THANKS = 5, 3, 2, 2
WAITING = timedelta(days=90)
NEW = timedelta(days=30)
TITLE = 90  # characters
RECENT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do: the kind says which words go with it."""

    kind: str  # question, question_known, welcome, thank_answer, thank_post
    subject: str  # title of the post, name of the newcomer
    href: str
    person: str = ""
    at: Any = None


def this_week(session: Session, viewer: Viewer, departments: Collection[int]) -> list[Suggestion]:
    """Give at most five things; the team's newcomers, and contributions to thank, each of them once."""
    welcomes = list(_newcomers(session, viewer, departments))
    thanks = [*_answers(session, viewer, departments), *_posts(session, viewer, departments)]
    found = [
        *_questions(session, viewer, departments),
        *welcomes[:1],
        *thanks[:1],
        *welcomes[1:],
        *thanks[1:],
    ]
    return found[:MOST]


def _members(departments: Collection[int]) -> Any:
    query = select(Person.id).join(Profile, Profile.person_id == Person.id)
    return query.where(
        Profile.department_id.in_(departments), Person.status == "active", Person.kind == "employee"
    )


def _public(viewer: Viewer) -> ColumnElement[bool]:
    criterion: ColumnElement[bool] = readable(Post.audience, viewer) & (Post.audience == EVERYONE)
    return criterion & Post.deleted_at.is_(None)


def _title(title: str | None, body: str) -> str:
    return excerpt(title or body, TITLE)


def _questions(session: Session, viewer: Viewer, departments: Collection[int]) -> Iterator[Suggestion]:
    """Give the oldest questions that nobody has answered, those first that the team knows about."""
    known = (
        exists(literal(1))
        .where(PostTag.post_id == Post.id, SkillName.folded == PostTag.tag)
        .where(PersonSkill.skill_id == SkillName.skill_id, PersonSkill.person_id.in_(_members(departments)))
    )
    waiting = (Post.kind == "question", Post.answer_id.is_(None), Post.comment_count == 0)
    query = select(Post.id, Post.title, Post.body, Post.at, case((known, 1), else_=0).label("known"))
    query = query.where(
        *waiting, _public(viewer), Post.at >= clock.now() - WAITING, Post.author_id != viewer.id
    )
    for row in session.execute(query.order_by(case((known, 0), else_=1), Post.at).limit(QUESTIONS)):
        kind = "question_known" if row.known else "question"
        yield Suggestion(kind, _title(row.title, row.body), f"/posts/{encode_id(row.id)}", at=row.at)


def _newcomers(session: Session, viewer: Viewer, departments: Collection[int]) -> Iterator[Suggestion]:
    """Give who joined the team in the last thirty days, as the directory says."""
    today = clock.now().date()
    query = select(Person.id, Person.display_name, Profile.start_date)
    query = query.join(Profile, Profile.person_id == Person.id).where(
        Person.id.in_(_members(departments)),
        Person.id != viewer.id,
        readable(Person.audience, viewer),
        Profile.start_date.between(today - NEW, today),
    )
    for row in session.execute(query.order_by(Profile.start_date.desc(), Person.id).limit(WELCOMES)):
        yield Suggestion("welcome", row.display_name, f"/people/{encode_id(row.id)}", at=row.start_date)


def _answers(session: Session, viewer: Viewer, departments: Collection[int]) -> Iterator[Suggestion]:
    """Give answers of the team that were accepted lately and that the viewer has not thanked for."""
    author = aliased(Person)
    query = select(
        Post.id, Comment.id.label("comment_id"), Post.title, Post.body, author.display_name, Comment.at
    )
    query = query.join(Comment, Comment.id == Post.answer_id).join(author, author.id == Comment.author_id)
    thanked = exists(literal(1)).where(
        Reaction.kind == "comment", Reaction.object_id == Comment.id, Reaction.person_id == viewer.id
    )
    query = query.where(
        _public(viewer), Comment.deleted_at.is_(None), Comment.at >= clock.now() - RECENT,
        Comment.author_id.in_(_members(departments)), Comment.author_id != viewer.id, ~thanked,
    )  # fmt: skip
    for row in session.execute(query.order_by(Comment.at.desc()).limit(THANKS)):
        href = f"/posts/{encode_id(row.id)}#comment-{encode_id(row.comment_id)}"
        yield Suggestion("thank_answer", _title(row.title, row.body), href, row.display_name, row.at)


def _posts(session: Session, viewer: Viewer, departments: Collection[int]) -> Iterator[Suggestion]:
    """Give the latest post of the team that the viewer has not reacted to."""
    query = select(Post.id, Post.title, Post.body, Person.display_name, Post.at)
    thanked = exists(literal(1)).where(
        Reaction.kind == "post", Reaction.object_id == Post.id, Reaction.person_id == viewer.id
    )
    query = query.join(Person, Person.id == Post.author_id).where(
        _public(viewer), Post.at >= clock.now() - RECENT, Post.author_id != viewer.id,
        Post.author_id.in_(_members(departments)), Post.kind != "question", ~thanked,
    )  # fmt: skip
    for row in session.execute(query.order_by(Post.at.desc()).limit(1)):
        yield Suggestion(
            "thank_post", _title(row.title, row.body), f"/posts/{encode_id(row.id)}", row.display_name, row.at
        )
