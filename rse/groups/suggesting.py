"""Groups that may interest somebody: where their colleagues are, and people with their skills."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.i18n import ngettext
from rse.groups import queries
from rse.groups.models import Group, Membership
from rse.groups.queries import GroupCard
from rse.people.models import PersonSkill, Profile, Skill
from rse.people.queries import label

LEAST = 2  # people behind a reason: nobody is pointed at
NEAR, SKILLED = 3.0, 2.0  # weight of a colleague of the department, and of somebody with the same skill


@dataclass(frozen=True, slots=True)
class Suggested:
    """A group with the reason why it is suggested, as code and in words."""

    card: GroupCard
    code: str  # colleagues, skill
    reason: str


def suggested(session: Session, viewer: Viewer, limit: int = 4) -> list[Suggested]:
    """Give groups that the viewer may enter or ask to enter and has no tie to, the fittest first.

    The score of a group is what its members have in common with the viewer, over the root of its size: else
    the largest groups would always be first. Four queries at most.
    """
    if not viewer.is_employee:
        return []
    colleagues = _colleagues(session, viewer)
    skilled = _skilled(session, viewer)
    found = _cards(session, viewer, [*{*colleagues, *(group_id for group_id, _skill in skilled)}])
    best: dict[int, tuple[int, str]] = {}
    for (group_id, skill), number in skilled.items():
        best[group_id] = max(best.get(group_id, (0, "")), (number, skill))
    scored = sorted(
        ((_score(card, colleagues.get(card.id, 0), best.get(card.id, (0, ""))[0]), card) for card in found),
        key=lambda pair: (-pair[0], pair[1].name),
    )
    return [
        _said(card, colleagues.get(card.id, 0), best.get(card.id, (0, "")))
        for _score_, card in scored[:limit]
    ]


def _score(card: GroupCard, colleagues: int, skilled: int) -> float:
    return (NEAR * colleagues + SKILLED * skilled) / sqrt(max(card.member_count, 1))


def _said(card: GroupCard, colleagues: int, skilled: tuple[int, str]) -> Suggested:
    number, skill = skilled
    if NEAR * colleagues >= SKILLED * number:
        words = ngettext(
            "%(n)s colleague of your department is in it",
            "%(n)s colleagues of your department are in it",
            colleagues,
        )
        return Suggested(card, "colleagues", words)
    words = ngettext(
        "%(n)s member knows %(skill)s, like you",
        "%(n)s members know %(skill)s, like you",
        number,
        skill=skill,
    )
    return Suggested(card, "skill", words)


def _colleagues(session: Session, viewer: Viewer) -> dict[int, int]:
    """Give {group id: how many of the viewer's department are in it}, from the least number up."""
    own = select(Profile.department_id).where(Profile.person_id == viewer.id).scalar_subquery()
    query = (
        select(Membership.group_id, func.count())
        .join(Profile, Profile.person_id == Membership.person_id)
        .where(Profile.department_id == own, Membership.state == "active", Membership.person_id != viewer.id)
        .group_by(Membership.group_id)
        .having(func.count() >= LEAST)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _skilled(session: Session, viewer: Viewer) -> dict[tuple[int, str], int]:
    """Give {(group id, skill): how many members have that skill of the viewer's}."""
    mine = select(PersonSkill.skill_id).where(PersonSkill.person_id == viewer.id)
    query = (
        select(Membership.group_id, Skill.label_fr, Skill.label_en, func.count())
        .join(PersonSkill, PersonSkill.person_id == Membership.person_id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(Skill.id.in_(mine), Membership.state == "active", Membership.person_id != viewer.id)
        .group_by(Membership.group_id, Skill.id, Skill.label_fr, Skill.label_en)
        .having(func.count() >= LEAST)
    )
    found: defaultdict[tuple[int, str], int] = defaultdict(int)
    for group_id, french, english, number in session.execute(query):
        found[group_id, label(french, english)] += number
    return found


def _cards(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[GroupCard]:
    """Give those of the groups that exist for the viewer by right, live, and have no tie to them."""
    if not ids:
        return []
    tied = select(Membership.group_id).where(Membership.person_id == viewer.id)
    query = select(Group).where(
        Group.id.in_(ids), queries.by_right(viewer), Group.archived_at.is_(None), Group.id.not_in(tied)
    )
    return [queries.card_of_group(group) for group in session.scalars(query)]
