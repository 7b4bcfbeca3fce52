"""What people declare about a subject, and what colleagues confirm and thank for: the part without texts.

Levels count .4 to 1, times the root of how well the skill's name fits the subject; a narrower skill (Python
under programming) counts .6 of that. Endorsements are 1 - 1/(1 + n/3), where a colleague counts once, and
twice when there is evidence about the subject for them too; thanks by colleagues who have not confirmed it
are 1 - 1/(1 + n/2).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, literal, or_, select, union_all
from sqlalchemy.orm import Session

from rse.core.audience import Viewer, readable
from rse.feed.models import Post
from rse.people.models import Endorsement, PersonSkill, Skill, SkillName
from rse.recognition.models import Kudos, Recipient
from rse.search import analysis

CANDIDATES = 400  # people with a fitting skill looked at
NAMES = 400  # names of skills that hold a word of the subject
LEVELS = {1: 0.4, 2: 0.6, 3: 0.8, 4: 1.0}
NARROWER = 0.6
REMEMBERED = 20_000  # titles


@dataclass(slots=True)
class Declared:
    """The skill of one person that fits best, who confirmed it, and thanks for it that the asker reads."""

    skill: Skill | None = None
    level: int = 0
    fit: float = 0.0
    by: dict[int, datetime] = field(default_factory=dict)  # who confirmed it, when
    thanks: dict[int, tuple[datetime, int]] = field(default_factory=dict)  # who, when, post

    @property
    def worth(self) -> float:
        """Give 0 to 1 for the declared level."""
        return LEVELS.get(self.level, 0.0) * math.sqrt(self.fit)

    @property
    def thanked(self) -> float:
        """Give 0 to 1 for the thanks of those who have not confirmed the skill: a colleague counts once."""
        return 1 - 1 / (1 + len(self.thanks.keys() - self.by.keys()) / 2)

    def endorsed(self, knowing: Mapping[int, object]) -> float:
        """Give 0 to 1 for the endorsements; those of people who know about it themselves count twice."""
        return 1 - 1 / (1 + sum(2 if one in knowing else 1 for one in self.by) / 3)


@lru_cache(maxsize=REMEMBERED)
def stems(text: str) -> frozenset[str]:
    """Give the words of a short text as they are compared: of a title, which returns, or a subject."""
    return frozenset(token.forms[0].stem for token in analysis.tokens(text))


def fitting_skills(session: Session, topic: str) -> dict[int, float]:
    """Give the skills that a subject names, in either language or by a synonym, with how well each fits.

    All the words of the one must be in the other: "python" fits "Python programming" and "expert python".
    """
    asked = stems(topic) or frozenset({analysis.fold(topic).strip()})
    longest = sorted(asked, key=len, reverse=True)[:4]
    holding = or_(*(SkillName.folded.contains(stem, autoescape=True) for stem in longest))
    fits: dict[int, float] = {}
    for skill_id, folded in session.execute(
        select(SkillName.skill_id, SkillName.folded).where(holding).limit(NAMES)
    ):
        named = stems(folded) or frozenset({folded})
        if named <= asked or asked <= named:
            fit = len(named & asked) / len(named | asked)
            fits[skill_id] = max(fits.get(skill_id, 0.0), fit)
    return fits


def with_narrower(session: Session, fits: Mapping[int, float]) -> dict[int, float]:
    """Add the skills one step below: who knows one of them knows part of the subject."""
    found = dict(fits)
    if fits:
        below = select(Skill.id, Skill.broader_id).where(Skill.broader_id.in_(fits)).limit(NAMES)
        for skill_id, broader in session.execute(below):
            found[skill_id] = max(found.get(skill_id, 0.0), fits.get(broader or 0, 0.0) * NARROWER)
    return found


def declared(session: Session, viewer: Viewer, topic: str) -> dict[int, Declared]:
    """Give what is declared, confirmed and thanked for, by person; three queries."""
    people: dict[int, Declared] = defaultdict(Declared)
    fits = with_narrower(session, fitting_skills(session, topic))
    if not fits:
        return people
    rows = session.execute(
        select(PersonSkill.person_id, PersonSkill.level, Skill)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.skill_id.in_(fits))
        .order_by(PersonSkill.level.desc(), PersonSkill.person_id)
        .limit(CANDIDATES)
    )
    for person_id, level, skill in rows:
        person, fit = people[person_id], fits[skill.id]
        if fit * LEVELS.get(level, 0.4) > person.fit * LEVELS.get(person.level, 0.0):
            person.skill, person.level, person.fit = skill, level, fit
    said = union_all(_confirmed(fits, people), _thanked(viewer, fits))
    for person_id, skill_id, by_id, at, post_id in sorted(session.execute(said), key=lambda row: row[3]):
        if post_id:
            people[person_id].thanks[by_id] = (at, post_id)  # the latest stays
        elif (skill_of := people[person_id].skill) is not None and skill_of.id == skill_id:
            people[person_id].by[by_id] = at
    return people


def _confirmed(fits: Mapping[int, float], people: Mapping[int, Declared]) -> Any:
    """Ask who confirmed the skill that is shown."""
    columns = (Endorsement.person_id, Endorsement.skill_id, Endorsement.by_id, Endorsement.at)
    return select(*columns, literal(0, BigInteger).label("post_id")).where(
        Endorsement.skill_id.in_(fits), Endorsement.person_id.in_(list(people))
    )


def _thanked(viewer: Viewer, fits: Mapping[int, float]) -> Any:
    """Ask who was thanked for a fitting skill in posts that the viewer reads."""
    query = (
        select(
            Recipient.person_id, literal(0, BigInteger).label("skill_id"), Post.author_id, Post.at,
            Post.id.label("post_id"),
        )
        .join(Kudos, Kudos.post_id == Recipient.post_id)
        .join(Post, Post.id == Kudos.post_id)
        .where(Kudos.skill_id.in_(fits), Post.deleted_at.is_(None), readable(Post.audience, viewer))
        .where(Post.author_id != Recipient.person_id)
        .order_by(Post.at.desc())
        .limit(CANDIDATES)
    ).subquery()  # fmt: skip
    return select(query)
