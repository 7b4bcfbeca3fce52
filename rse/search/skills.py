"""Reads for the page of a skill: who holds it, where, what is asked about it, and which skills are near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import readable
from rse.core.text import excerpt, plain
from rse.feed.models import Post
from rse.people.models import Endorsement, PersonSkill, Skill, SkillName
from rse.people.queries import capital, label, skill_by_slug, visible
from rse.people.vocabulary import key
from rse.search.asking import Asker
from rse.search.engine import SearchQuery

HOLDERS, QUESTIONS, NEAR, SITES = 24, 5, 8, 12
TOGETHER = 2  # people who declare both
TITLE = 110

Term = tuple[str, str]  # slug and label


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who declares the skill."""

    card: Card
    level: int
    endorsements: int


@dataclass(frozen=True, slots=True)
class SkillPage:
    """All that is shown of a skill."""

    slug: str
    label: str
    names: Sequence[str]
    total: int
    holders: Sequence[Holder]
    sites: Sequence[tuple[str, int]]
    broader: Sequence[Term]
    narrower: Sequence[Term]
    related: Sequence[Term]
    questions: Sequence[Any]  # id, title, at, comment_count, answer_id
    held: bool  # by the viewer


def _active(asker: Asker, skill_id: int) -> ColumnElement[bool]:
    return and_(
        PersonSkill.skill_id == skill_id, Person.status == "active", Person.kind != "service",
        visible(asker.viewer),
    )  # fmt: skip


def _holders(asker: Asker, skill_id: int) -> list[Holder]:
    """Give who holds it, the highest level and the most confirmed first."""
    of = (Endorsement.skill_id == skill_id) & (Endorsement.person_id == Person.id)
    count = select(func.count()).where(of).correlate(Person).scalar_subquery()
    query = select(*COLUMNS, PersonSkill.level, count.label("endorsements"))
    query = query.join(PersonSkill, PersonSkill.person_id == Person.id).where(_active(asker, skill_id))
    order = (PersonSkill.level.desc(), count.desc(), Person.sort_name)
    rows = asker.session.execute(query.order_by(*order).limit(HOLDERS))
    return [Holder(card_of(row), row.level, row.endorsements) for row in rows]


def _sites(asker: Asker, skill_id: int) -> list[tuple[str, int]]:
    """Count who holds it by site; the sum is everybody."""
    people = func.count()
    query = select(Person.site, people).join(PersonSkill, PersonSkill.person_id == Person.id)
    query = query.where(_active(asker, skill_id)).group_by(Person.site).order_by(people.desc(), Person.site)
    return [(site, count) for site, count in asker.session.execute(query)]


def _terms(asker: Asker, where: ColumnElement[bool]) -> list[Term]:
    query = select(Skill.slug, Skill.label_fr, Skill.label_en).where(where)
    rows = asker.session.execute(query.order_by(Skill.label_fr, Skill.id).limit(NEAR))
    return [(slug, capital(label(french, english))) for slug, french, english in rows]


def _related(asker: Asker, skill_id: int) -> list[Term]:
    """Give the skills that the same people declare, the most often together first."""
    mine = select(PersonSkill.person_id).where(PersonSkill.skill_id == skill_id)
    together = func.count()
    top = (
        select(PersonSkill.skill_id, together.label("n"))
        .where(PersonSkill.person_id.in_(mine), PersonSkill.skill_id != skill_id)
        .group_by(PersonSkill.skill_id)
        .having(together >= TOGETHER)
        .order_by(together.desc(), PersonSkill.skill_id)
        .limit(NEAR)
        .subquery()
    )
    query = select(Skill.slug, Skill.label_fr, Skill.label_en).join(top, top.c.skill_id == Skill.id)
    rows = asker.session.execute(query.order_by(top.c.n.desc(), Skill.id))
    return [(slug, capital(label(french, english))) for slug, french, english in rows]


def _questions(asker: Asker, names: Sequence[str]) -> list[Any]:
    """Give the newest questions that name the skill, of what the viewer reads."""
    ids: dict[int, None] = {}
    for name in names[:2]:  # its labels
        query = SearchQuery(
            name, asker.tokens, kinds=frozenset({"post"}), post_kinds=frozenset({"question"}), sort="date",
            limit=QUESTIONS,
        )  # fmt: skip
        results = asker.backend.search(query)
        ids.update(dict.fromkeys(one.id for one in results.found if not results.loose))
    columns = (Post.id, Post.title, Post.body_html, Post.at, Post.comment_count, Post.answer_id)
    wanted = select(*columns).where(
        Post.id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, asker.viewer)
    )
    rows = asker.session.execute(wanted.order_by(Post.at.desc()).limit(QUESTIONS))
    return [
        (row.id, row.title or excerpt(plain(row.body_html), TITLE), row.at, row.comment_count, row.answer_id)
        for row in rows
    ]


def skill_page(asker: Asker, slug: str) -> SkillPage:
    """Give the page of a skill. Raises NotFound."""
    skill = skill_by_slug(asker.session, slug)
    own = [name for name in (skill.label_fr, skill.label_en) if name]
    every = asker.session.scalars(select(SkillName.label).where(SkillName.skill_id == skill.id)).all()
    first = {key(name) for name in own}
    others = [name for name in every if key(name) not in first]
    sites = _sites(asker, skill.id)
    held = asker.session.get(PersonSkill, (asker.viewer.id, skill.id)) is not None
    return SkillPage(
        slug, capital(label(skill.label_fr, skill.label_en)), others[:NEAR], sum(n for _, n in sites),
        _holders(asker, skill.id), [one for one in sites if one[0]][:SITES],
        _terms(asker, Skill.id == skill.broader_id), _terms(asker, Skill.broader_id == skill.id),
        _related(asker, skill.id), _questions(asker, list(dict.fromkeys(own))), held,
    )  # fmt: skip
