"""The right column of the home page: questions that wait, and the viewer's own week, and no one else's."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union, union_all
from sqlalchemy.orm import Session, aliased

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core import clock, kinds
from rse.core.audience import Viewer, readable
from rse.core.text import excerpt, plain
from rse.feed.models import Comment, Post, Reaction
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.people.models import PersonSkill, Profile, SkillName
from rse.people.queries import visible

DAYS = 7
LATELY = timedelta(days=90)  # thanks for what is older are not counted
WAITED = timedelta(days=90)  # older questions are answered, or nobody's any more
CANDIDATES, SHOWN = 40, 3
READ = 1500  # characters of a question that are compared with the viewer's skills
SHORT = 2  # letters of a name that is not looked for: it would be found everywhere
COUNTED = 100  # more than that is "99+"
TITLE = 110  # characters of a question in the column
WORD = re.compile(r"\w+")
BEGINNING = func.substr(Post.body_html, 1, READ).label("body")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question without an answer; `skill` is the one of the viewer that it names, if any."""

    id: int
    text: str
    at: datetime
    author: str
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """The viewer's last seven days."""

    group_posts: int
    answers: int
    answered: int | None  # the question, when all answers are to one
    thanks: int  # people who said thanks
    newcomers: list[Card]

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.group_posts or self.answers or self.thanks or self.newcomers)


def words_of(text: str) -> str:
    """Give the words of a text without accents, case and punctuation, with a space around each."""
    return f" {' '.join(WORD.findall(fold(text)))} "


def _plain(html: str) -> str:
    """Give the words of the beginning of a page's HTML, which may end inside of a tag."""
    return plain(html[: html.rfind("<")] if html.rfind("<") > html.rfind(">") else html)


def by_words(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the labels of skills by the words to look for; names of a letter or two are found everywhere."""
    return {words_of(folded): label for folded, label in names if len(folded) > SHORT}


def skill_names(session: Session, viewer: Viewer) -> dict[str, str]:
    """Give the names of the viewer's skills, folded, with the label to show."""
    query = select(SkillName.folded, SkillName.label).join(
        PersonSkill, PersonSkill.skill_id == SkillName.skill_id
    )
    rows = session.execute(query.where(PersonSkill.person_id == viewer.id).limit(200))
    return by_words((row.folded, row.label) for row in rows)


def waiting(session: Session, viewer: Viewer) -> list[Waiting]:
    """Give questions that the viewer may answer and nobody has: near their skills first, then the oldest."""
    query = (
        select(Post.id, Post.title, BEGINNING, Post.tags, Post.at, Person.display_name)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Post.kind.in_(kinds.answerable()), Post.answer_id.is_(None), Post.at >= clock.now() - WAITED)
        .where(Post.comment_count == 0, Post.deleted_at.is_(None), Post.author_id != viewer.id)
        .where(Group.archived_at.is_(None), readable(Post.audience, viewer))
    )
    oldest = (Post.answer_id, Post.at, Post.id)  # no answer in any: in the order of ix_post_waiting
    rows = session.execute(query.order_by(*oldest).limit(CANDIDATES)).all()
    skills = skill_names(session, viewer) if rows else {}
    found = []
    for row in rows:
        body = _plain(row.body)
        words = words_of(" ".join((row.title or "", body, *row.tags)))
        near = next((label for name, label in skills.items() if name in words), "")
        shown = excerpt(row.title or body, TITLE)
        found.append(Waiting(row.id, shown, row.at, row.display_name, near))
    return sorted(found, key=lambda one: not one.skill)[:SHOWN]


def week(session: Session, viewer: Viewer) -> Week:
    """Give the viewer's own week."""
    since = clock.now() - timedelta(days=DAYS)
    found: dict[str, list[int]] = {"answer": [], "group": [], "thanks": []}
    for what, number in session.execute(_counted(viewer, since)):
        found[what].append(number)
    answers = found["answer"]
    return Week(
        group_posts=sum(found["group"]),
        answers=len(answers),
        answered=answers[0] if len(set(answers)) == 1 else None,
        thanks=sum(found["thanks"]),
        newcomers=newcomers(session, viewer),
    )


def _counted(viewer: Viewer, since: datetime) -> Any:
    """Build one read: the question of each answer, the number of posts, of people who thanked."""
    answers, thanks = _answers(viewer, since).subquery(), _thanks(viewer, since).subquery()
    parts = [
        select(literal("answer"), answers.c.id),
        select(literal("thanks"), func.count()).select_from(thanks),
    ]
    if mine := groups.group_ids(viewer):
        posts = _group_posts(viewer, mine, since).subquery()
        parts.append(select(literal("group"), func.count()).select_from(posts))
    return union_all(*parts)


def _group_posts(viewer: Viewer, mine: Sequence[int], since: datetime) -> Select[Any]:
    return (
        select(Post.id)
        .where(Post.group_id.in_(mine), Post.at >= since, Post.author_id != viewer.id)
        .where(Post.deleted_at.is_(None), readable(Post.audience, viewer))
        .limit(COUNTED)
    )


def _answers(viewer: Viewer, since: datetime) -> Select[Any]:
    """Build the viewer's questions, one time for each comment of somebody else."""
    query = (
        select(Post.id)
        .join(Comment, Comment.post_id == Post.id)
        .where(Post.author_id == viewer.id, Post.kind.in_(kinds.answerable()), Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer), Comment.at >= since, Comment.deleted_at.is_(None))
        .where(Comment.author_id != viewer.id)
    )
    return query.limit(COUNTED)


def _thanks(viewer: Viewer, since: datetime) -> Any:
    """Build the people who said thanks this week for something that the viewer wrote lately."""

    def for_mine(kind: str, table: type[Post | Comment]) -> Select[Any]:
        return (
            select(Reaction.person_id)
            .join(table, table.id == Reaction.object_id)
            .where(Reaction.kind == kind, Reaction.name == "thanks", Reaction.at >= since)
            .where(table.author_id == viewer.id, table.at >= since - LATELY, table.deleted_at.is_(None))
            .where(Reaction.person_id != viewer.id)
        )

    return union(for_mine("post", Post), for_mine("comment", Comment)).limit(COUNTED)


def newcomers(session: Session, viewer: Viewer) -> list[Card]:
    """Give who has joined the viewer's site or department this week; guests see nobody."""
    if not viewer.is_employee:
        return []
    today = clock.today(viewer.timezone)
    own: Any = aliased(Profile)
    me: Any = aliased(Person)
    site = select(me.site).where(me.id == viewer.id, me.site != "").scalar_subquery()
    department = select(own.department_id).where(own.person_id == viewer.id).scalar_subquery()
    query = (
        select(*COLUMNS)
        .join(Profile, Profile.person_id == Person.id)
        .where(Profile.start_date.between(today - timedelta(days=DAYS), today))
        .where(or_(Person.site == site, Profile.department_id == department))
        .where(Person.status == "active", Person.kind == "employee", Person.id != viewer.id, visible(viewer))
    )
    rows = session.execute(query.order_by(Profile.start_date.desc(), Person.id).limit(SHOWN))
    return [card_of(one) for one in rows]
