"""What a manager can do this week: at most five things, from content that everybody may read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.model import encode_id
from rse.core.text import excerpt
from rse.feed.models import Comment, Post, PostTag, Reaction
from rse.ideas.models import Idea
from rse.people.models import PersonSkill, Profile, Skill, SkillName

MOST, QUESTIONS, WELCOMES, THANKS = 5, 3, 2, 2
WAITING = timedelta(days=90)
NEW = timedelta(days=30)
TITLE = 90  # characters
RECENT = timedelta(days=14)
UNANSWERED = timedelta(days=3)  # before that an idea is just new
OTHER, HOLDER = aliased(PersonSkill), aliased(Person)
SKILLS = 60  # of the team, of which one is named each week


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to do: the kind says which words go with it."""

    kind: str  # question, question_known, welcome, thank_answer, thank_post, idea, skill
    subject: str  # title of the post, name of the newcomer or the skill
    href: str
    person: str = ""
    at: Any = None


def this_week(session: Session, viewer: Viewer, departments: Collection[int]) -> list[Suggestion]:
    """Give at most five things: one of each kind first, then more questions, newcomers and thanks.

    The oldest questions without an answer, the team's newcomers, contributions to thank (each once), an idea
    that waits for a reply, and a skill that one person of the team alone has declared.
    """
    members: Collection[int] = session.scalars(_members(departments)).all()
    kinds = (
        list(_questions(session, viewer, members)),
        list(_newcomers(session, viewer, members)),
        [*_answers(session, viewer, members), *_posts(session, viewer, _members(departments))],
        list(_ideas(session, viewer, members)),
        list(_single_skills(session, viewer, members)),
    )
    ranked = [(turn, place, one) for place, some in enumerate(kinds) for turn, one in enumerate(some)]
    # A second and a third question go before a second newcomer.
    chosen = sorted(ranked, key=lambda r: (min(r[0], 1), r[1], r[0]))[:MOST]
    return [one for _turn, _place, one in sorted(chosen, key=lambda r: (r[1], r[0]))]


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


def _questions(session: Session, viewer: Viewer, members: Collection[int]) -> Iterator[Suggestion]:
    """Give the oldest questions that nobody has answered, those first that the team knows about."""
    since = clock.now() - WAITING
    waiting = select(Post.id, Post.title, Post.body, Post.at).where(
        Post.kind == "question", Post.answer_id.is_(None), Post.comment_count == 0, Post.at >= since,
        _public(viewer), Post.author_id != viewer.id,
    )  # fmt: skip
    skills = select(SkillName.folded).join(PersonSkill, PersonSkill.skill_id == SkillName.skill_id)
    tags = skills.where(PersonSkill.person_id.in_(members))
    tagged = select(PostTag.post_id).where(PostTag.tag.in_(tags), PostTag.at >= since)
    known = session.execute(
        waiting.where(Post.id.in_(tagged)).order_by(Post.answer_id, Post.at).limit(QUESTIONS)
    ).all()
    told = [row.id for row in known]
    others = (
        waiting.where(Post.id.not_in(told)).order_by(Post.answer_id, Post.at).limit(QUESTIONS - len(told))
    )
    for row in [*known, *(session.execute(others) if len(told) < QUESTIONS else ())]:
        kind = "question_known" if row.id in told else "question"
        yield Suggestion(kind, _title(row.title, row.body), f"/posts/{encode_id(row.id)}", at=row.at)


def _newcomers(session: Session, viewer: Viewer, members: Collection[int]) -> Iterator[Suggestion]:
    """Give who joined the team in the last thirty days, as the directory says."""
    today = clock.now().date()
    query = select(Person.id, Person.display_name, Profile.start_date)
    query = query.join(Profile, Profile.person_id == Person.id).where(
        Person.id.in_(members),
        Person.id != viewer.id,
        readable(Person.audience, viewer),
        Profile.start_date.between(today - NEW, today),
    )
    for row in session.execute(query.order_by(Profile.start_date.desc(), Person.id).limit(WELCOMES)):
        yield Suggestion("welcome", row.display_name, f"/people/{encode_id(row.id)}", at=row.start_date)


def _answers(session: Session, viewer: Viewer, members: Collection[int]) -> Iterator[Suggestion]:
    """Give answers of the team that were accepted lately and that the viewer has not thanked for."""
    query = select(
        Post.id, Comment.id.label("comment_id"), Post.title, Post.body, Person.display_name, Comment.at
    )
    query = query.join(Comment, and_(Comment.id == Post.answer_id, Comment.post_id == Post.id)).join(
        Person, Person.id == Comment.author_id
    )
    thanked = exists(literal(1)).where(
        Reaction.kind == "comment", Reaction.object_id == Comment.id, Reaction.person_id == viewer.id
    )
    query = query.where(
        _public(viewer), Comment.deleted_at.is_(None), Comment.at >= clock.now() - RECENT,
        Comment.author_id.in_(members), Comment.author_id != viewer.id, ~thanked,
    )  # fmt: skip
    for row in session.execute(query.order_by(Comment.at.desc()).limit(THANKS)):
        href = f"/posts/{encode_id(row.id)}#comment-{encode_id(row.comment_id)}"
        yield Suggestion("thank_answer", _title(row.title, row.body), href, row.display_name, row.at)


def _posts(session: Session, viewer: Viewer, members: Any) -> Iterator[Suggestion]:
    """Give the latest post of the team that the viewer has not reacted to; `members` is their query.

    Given their ids, PostgreSQL looks through the whole feed for one of them.
    """
    query = select(Post.id, Post.title, Post.body, Person.display_name, Post.at)
    thanked = exists(literal(1)).where(
        Reaction.kind == "post", Reaction.object_id == Post.id, Reaction.person_id == viewer.id
    )
    query = query.join(Person, Person.id == Post.author_id).where(
        _public(viewer), Post.at >= clock.now() - RECENT, Post.author_id != viewer.id,
        Post.author_id.in_(members), Post.kind != "question", ~thanked,
    )  # fmt: skip
    for row in session.execute(query.order_by(Post.at.desc()).limit(1)):
        yield Suggestion(
            "thank_post", _title(row.title, row.body), f"/posts/{encode_id(row.id)}", row.display_name, row.at
        )


def _ideas(session: Session, viewer: Viewer, members: Collection[int]) -> Iterator[Suggestion]:
    """Give the oldest idea that nobody has replied to, one of the team first."""
    query = (
        select(Post.id, Post.title, Post.body, Post.at)
        .outerjoin(Idea, Idea.post_id == Post.id)
        .where(Post.kind == "idea", Post.comment_count == 0, func.coalesce(Idea.status, "open") == "open")
        .where(_public(viewer), Post.author_id != viewer.id)
        .where(Post.at >= clock.now() - WAITING, Post.at < clock.now() - UNANSWERED)
        .order_by(Post.at)
        .limit(1)
    )
    row = session.execute(query.where(Post.author_id.in_(members))).first() or session.execute(query).first()
    if row is not None:
        yield Suggestion("idea", _title(row.title, row.body), f"/posts/{encode_id(row.id)}", at=row.at)


def _single_skills(session: Session, viewer: Viewer, members: Collection[int]) -> Iterator[Suggestion]:
    """Give a skill that one person of the team alone has declared in the company; another one each week."""
    other, holder = OTHER, HOLDER
    shared = exists(literal(1)).where(
        other.skill_id == PersonSkill.skill_id, other.person_id != PersonSkill.person_id,
        holder.id == other.person_id, holder.status == "active", holder.kind == "employee",
    )  # fmt: skip
    query = (
        select(Skill.slug, Skill.label_fr, Skill.label_en)
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .where(PersonSkill.person_id.in_(members), ~shared)
    )
    rows = session.execute(query.order_by(Skill.slug).limit(SKILLS)).all()
    if rows:
        row = rows[clock.today(viewer.timezone).isocalendar().week % len(rows)]
        labels = (row.label_fr, row.label_en) if viewer.locale == "fr" else (row.label_en, row.label_fr)
        yield Suggestion("skill", labels[0] or labels[1] or row.slug, f"/people?skill={row.slug}")
