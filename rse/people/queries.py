"""Reads of people: a person's page, their skills with who endorsed them, their reporting line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer, readable_people
from rse.core.i18n import get_locale
from rse.core.policy import NotFound
from rse.people import absence
from rse.people.departments import SEPARATOR
from rse.people.models import Department, Endorsement, Follow, PersonSkill, Profile, Skill
from rse.people.policy import may_see_company
from rse.people.reporting import above

REPORTS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A declared skill as a profile shows it."""

    id: int
    slug: str
    label: str
    level: int
    endorsers: tuple[Card, ...] = ()  # those whom the viewer may know
    endorsements: int = 0  # all of them
    mine: bool = False  # the viewer is one of them

    @property
    def shown(self) -> str:
        """The label with a capital, as lists show it."""
        return capital(self.label)


@dataclass(frozen=True, slots=True)
class DepartmentPart:
    """A step of a department's path."""

    id: int
    name: str


@dataclass(slots=True)
class PersonPage:
    """A person as one viewer sees them."""

    card: Card
    email: str
    given_name: str
    family_name: str
    about: str = ""
    phone: str = ""
    languages: list[str] = field(default_factory=list)
    start_date: date | None = None
    department_id: int | None = None
    department: str = ""
    manager_id: int | None = None
    locked: dict[str, str] = field(default_factory=dict)
    is_manager: bool = False
    following: bool = False  # the viewer follows them
    skills: list[SkillLine] = field(default_factory=list)
    away: date | None = None  # the last day, while they are away

    @property
    def id(self) -> int:
        """The person's id."""
        return self.card.id


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of the people whom a viewer may know."""
    return readable_people(Person.audience, Person.id, viewer)


PAGE = (
    Person.email, Person.given_name, Person.family_name, Person.is_manager, Profile.about, Profile.phone,
    Profile.languages, Profile.start_date, Profile.department_id, Department.path, Profile.manager_id,
    Profile.locked,
)  # fmt: skip


def pages(session: Session, viewer: Viewer, ids: Iterable[int]) -> dict[int, PersonPage]:
    """Give persons with their profiles, without skills, where the viewer may know them; one query."""
    follow = exists().where(Follow.follower_id == viewer.id, Follow.person_id == Person.id)
    query = (
        select(*COLUMNS, *PAGE, follow.label("following"), absence.last_day().label("away"))
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .where(Person.id.in_(list(ids)), visible(viewer))
    )
    found: dict[int, PersonPage] = {}
    for row in session.execute(query):
        page = PersonPage(
            card_of(row), row.email, row.given_name, row.family_name, row.about or "", row.phone or "",
            list(row.languages or ()), row.start_date, row.department_id, row.path or "", row.manager_id,
            dict(row.locked or {}), row.is_manager, bool(row.following), away=row.away,
        )  # fmt: skip
        found[row.id] = page if may_see_company(viewer, row.id) else _card_only(page)
    return found


def _card_only(page: PersonPage) -> PersonPage:
    """Leave out all but names and card: that is what guests read of others."""
    return PersonPage(
        page.card, "", page.given_name, page.family_name, following=page.following, away=page.away
    )


def person(session: Session, viewer: Viewer, person_id: int) -> PersonPage:
    """Give a person with skills. Raises NotFound when the viewer may not know them."""
    page = pages(session, viewer, [person_id]).get(person_id)
    if page is None:
        raise NotFound
    page.skills = skill_lines(session, viewer, [person_id])[person_id]
    return page


def with_skills(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, PersonPage]:
    """Give persons with their skills and counts of endorsements, in three queries."""
    found = pages(session, viewer, ids)
    lines = skill_lines(session, viewer, list(found))
    for person_id, page in found.items():
        page.skills = lines[person_id]
    return found


def label(french: str, english: str) -> str:
    """Give a skill's label in the present language, the other one's where there is none."""
    return (english or french) if get_locale() == "en" else (french or english)


def capital(text: str) -> str:
    """Begin a label with a capital, unless its first word has capitals of its own (iOS, pH)."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0].islower() else text


def skill_lines(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, list[SkillLine]]:
    """Give the skills of persons, the most endorsed first, with those who endorsed them; two queries.

    None where the viewer reads a card only.
    """
    ids = [person_id for person_id in ids if may_see_company(viewer, person_id)]
    endorsers: dict[tuple[int, int], list[tuple[Card, bool]]] = defaultdict(list)
    query = select(
        *COLUMNS, Endorsement.person_id.label("of"), Endorsement.skill_id, visible(viewer).label("known")
    )
    query = query.join(Endorsement, Endorsement.by_id == Person.id).where(Endorsement.person_id.in_(ids))
    for row in session.execute(query.order_by(Endorsement.at)):
        endorsers[row.of, row.skill_id].append((card_of(row), bool(row.known)))
    lines: dict[int, list[SkillLine]] = defaultdict(list)
    skills = (
        select(PersonSkill.person_id, PersonSkill.level, Skill.id, Skill.slug, Skill.label_fr, Skill.label_en)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id.in_(ids))
    )
    for person_id, level, skill_id, slug, french, english in session.execute(skills):
        by = endorsers.get((person_id, skill_id), [])
        shown = tuple(card for card, known in by if known)
        mine = any(card.id == viewer.id for card, _known in by)
        line = SkillLine(skill_id, slug, label(french, english), level, shown, len(by), mine)
        lines[person_id].append(line)
    for found in lines.values():
        found.sort(key=lambda line: (-line.endorsements, -line.level, line.label.lower()))
    return lines


def department_parts(session: Session, path: str) -> list[DepartmentPart]:
    """Give the steps of a path from the top, to link each."""
    names = path.split(SEPARATOR) if path else []
    paths = [SEPARATOR.join(names[: depth + 1]) for depth in range(len(names))]
    rows = session.execute(
        select(Department.path, Department.id, Department.name).where(Department.path.in_(paths))
    )
    known = {path: DepartmentPart(department_id, name) for path, department_id, name in rows}
    return [known[path] for path in paths if path in known]


def line_up(session: Session, viewer: Viewer, person_id: int) -> list[Card]:
    """Give the managers above a person, the highest first."""
    tree = above(person_id)
    query = select(*COLUMNS).join(tree, tree.c.id == Person.id).where(visible(viewer))
    return [card_of(row) for row in session.execute(query.order_by(tree.c.level.desc()))]


def reports(session: Session, viewer: Viewer, person_id: int) -> list[Card]:
    """Give those who report to a person, by name."""
    query = select(*COLUMNS).join(Profile, Profile.person_id == Person.id)
    query = query.where(Profile.manager_id == person_id, Person.status == "active", visible(viewer))
    rows = session.execute(query.order_by(Person.sort_name, Person.id).limit(REPORTS_SHOWN))
    return [card_of(row) for row in rows]


def skill_by_slug(session: Session, slug: str) -> Skill:
    """Give a skill. Raises NotFound."""
    skill = session.scalars(select(Skill).where(Skill.slug == slug)).first()
    if skill is None:
        raise NotFound
    return skill


def photo_of(session: Session, viewer: Viewer, person_id: int) -> str | None:
    """Give the name of a person's picture, where the viewer may know them."""
    return session.scalar(select(Person.photo).where(Person.id == person_id, visible(viewer)))


def welcome_step(session: Session, person_id: int) -> int:
    """Give where the welcome of a person stands: 0 not offered, 1 to 3 the next step, 4 done."""
    return session.scalar(select(Profile.welcome_step).where(Profile.person_id == person_id)) or 0


def preferences(session: Session, person_id: int) -> dict[str, str]:
    """Give what a person has chosen beside language and time zone."""
    return dict(session.scalar(select(Profile.preferences).where(Profile.person_id == person_id)) or {})
