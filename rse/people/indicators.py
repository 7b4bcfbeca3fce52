"""Declared skills for the indicators: who has declared which skill on a day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.core.activity import Activity
from rse.people.models import PersonSkill, Skill


def skills(session: Session, day: date) -> Iterable[tuple[int, str]]:
    """Give (person, slug of the skill) of every skill that was declared on a day."""
    query = select(PersonSkill.person_id, Skill.slug).join(Skill, Skill.id == PersonSkill.skill_id)
    known = or_(PersonSkill.since.is_(None), PersonSkill.since <= day)
    return [(row.person_id, row.slug) for row in session.execute(query.where(known))]


activity = Activity("skills", events=lambda _session, _start, _end: (), skills=skills)
