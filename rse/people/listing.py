"""The directory: people by name, narrowed by department, site and skill; who is meant by @; skills."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core.audience import Viewer
from rse.core.model import decode_id
from rse.people.departments import SEPARATOR
from rse.people.models import Department, PersonSkill, Profile, Skill, SkillName
from rse.people.policy import may_see_company
from rse.people.queries import capital, label, visible
from rse.people.vocabulary import key

SKILLS_SHOWN = 12
MAX_WORDS = 6
MENTIONED = 6
ESCAPE = "\\"


@dataclass(frozen=True)
class Wanted:
    """How the directory is narrowed; empty texts narrow nothing."""

    q: str = ""
    department: str = ""  # public id or path
    site: str = ""
    skill: str = ""  # slug


@dataclass(frozen=True)
class Choice:
    """A value of a facet: how many people it would leave, and whether it is chosen."""

    value: str
    text: str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Facets:
    """What the directory can be narrowed by."""

    departments: list[Choice]
    sites: list[Choice]
    skills: list[Choice]


@dataclass(frozen=True, slots=True)
class Node:
    """A department of the tree."""

    id: int
    path: str


Tree = list[Node]


def tree(session: Session) -> Tree:
    """Give every department."""
    return [Node(*row) for row in session.execute(select(Department.id, Department.path))]


def department_of(nodes: Tree, wanted: str) -> Node | None:
    """Give the department that a public id or a path names."""
    by_path = next((node for node in nodes if fold(node.path) == fold(wanted)), None)
    if by_path is not None:
        return by_path
    try:
        number = decode_id(wanted)
    except ValueError:
        return None
    return next((node for node in nodes if node.id == number), None)


def _inside(nodes: Tree, top: Node) -> list[int]:
    return [n.id for n in nodes if n.path == top.path or n.path.startswith(top.path + SEPARATOR)]


def named(q: str) -> ColumnElement[bool]:
    """Give the criterion of people with a name, or a login, in which each word of `q` begins a word."""
    criteria = []
    for word in re.split(r"[\s,]+", fold(q))[:MAX_WORDS]:
        stem = re.sub(r"([%_\\])", r"\\\1", word.lstrip("@"))
        if stem:
            starts = [f"{stem}%", *(f"%{before}{stem}%" for before in (" ", "-", "'", "."))]
            begun = or_(*(Person.sort_name.like(s, escape=ESCAPE) for s in starts))
            anywhere = Person.sort_name.like(f"%{stem}%", escape=ESCAPE)  # sends most away at the first look
            criteria.append(or_(anywhere & begun, Person.uid.like(f"{stem}%", escape=ESCAPE)))
    return and_(True, *criteria)


class Directory:
    """One request to the directory: the list and its facets share the criteria."""

    def __init__(self, session: Session, viewer: Viewer, wanted: Wanted) -> None:
        self.session, self.viewer, self.wanted = session, viewer, wanted
        self.company = may_see_company(viewer, 0)
        self.nodes = tree(session) if self.company and wanted.department else []
        self.top = department_of(self.nodes, wanted.department) if wanted.department else None

    def _criteria(self, *, without: str = "") -> list[ColumnElement[bool]]:
        found = [visible(self.viewer), Person.status == "active", Person.kind != "service"]
        wanted = self.wanted
        if (wanted.department or wanted.skill) and not self.company:
            found.append(false())  # a filter that finds would tell a guest what the card does not
        if wanted.q:
            found.append(named(wanted.q))
        if wanted.site and without != "site":
            found.append(Person.site == wanted.site)
        if wanted.department:
            ids = _inside(self.nodes, self.top) if self.top else []
            found.append(Person.id.in_(select(Profile.person_id).where(Profile.department_id.in_(ids))))
        if wanted.skill:
            holders = select(PersonSkill.person_id).join(Skill, Skill.id == PersonSkill.skill_id)
            found.append(Person.id.in_(holders.where(Skill.slug == wanted.skill)))
        return found

    def people(self, after: tuple[str, int] | None, limit: int) -> list[tuple[Card, str]]:
        """Give `limit + 1` (card, sort name) by name after a position."""
        query = select(*COLUMNS, Person.sort_name).where(*self._criteria())
        if after:
            later = and_(Person.sort_name == after[0], Person.id > after[1])
            query = query.where(or_(Person.sort_name > after[0], later))
        query = query.order_by(Person.sort_name, Person.id).limit(limit + 1)
        return [(card_of(row), row.sort_name) for row in self.session.execute(query)]

    def facets(self) -> Facets:
        """Count what each further choice would leave; three queries. Guests narrow by what a card shows."""
        if not self.company:
            return Facets([], self._sites(), [])
        return Facets(self._departments(), self._sites(), self._skills())

    def _sites(self) -> list[Choice]:
        people = func.count()
        query = select(Person.site, people).where(*self._criteria(without="site"), Person.site != "")
        rows = self.session.execute(query.group_by(Person.site).order_by(people.desc(), Person.site))
        return [Choice(site, site, count, site == self.wanted.site) for site, count in rows]

    def _skills(self) -> list[Choice]:
        """Count the most frequent skills; a chosen one is held by all who are left, so it is among them."""
        people = func.count().label("people")
        held = select(PersonSkill.skill_id, people).join(Person, Person.id == PersonSkill.person_id)
        held = held.where(*self._criteria()).group_by(PersonSkill.skill_id)
        top = held.order_by(people.desc(), PersonSkill.skill_id).limit(SKILLS_SHOWN).subquery()
        query = select(Skill.slug, Skill.label_fr, Skill.label_en, top.c.people)
        rows = self.session.execute(query.join(top, top.c.skill_id == Skill.id).order_by(top.c.people.desc()))
        found = [Choice(s, capital(label(f, e)), count, s == self.wanted.skill) for s, f, e, count in rows]
        return sorted(found, key=lambda choice: (not choice.chosen, -choice.count, choice.text))

    def _departments(self) -> list[Choice]:
        """Give the chosen department, its parent to go back up to, and the departments one step below."""
        query = select(Department.path, func.count()).join(Profile, Profile.department_id == Department.id)
        query = query.join(Person, Person.id == Profile.person_id).where(*self._criteria())
        totals: Counter[str] = Counter()
        for path, count in self.session.execute(query.group_by(Department.path)):
            names = path.split(SEPARATOR)
            for depth in range(len(names)):
                totals[SEPARATOR.join(names[: depth + 1])] += count
        return _branch(self.top.path if self.top else "", totals)


def _branch(chosen: str, totals: Counter[str]) -> list[Choice]:
    """Give the steps down to the chosen path, then what lies below it, the largest first."""
    names = chosen.split(SEPARATOR) if chosen else []
    steps = [SEPARATOR.join(names[: depth + 1]) for depth in range(len(names))]
    found = [Choice(p, p.split(SEPARATOR)[-1], totals[p], p == chosen) for p in steps if totals[p]]
    below = [p for p in totals if SEPARATOR.join(p.split(SEPARATOR)[:-1]) == chosen and p != chosen]
    if not chosen and len(below) == 1:  # one root for all: begin below it
        root = below[0]
        below = [p for p in totals if SEPARATOR.join(p.split(SEPARATOR)[:-1]) == root and p != root]
    below.sort(key=lambda p: (-totals[p], p))
    return found + [Choice(p, p.split(SEPARATOR)[-1], totals[p]) for p in below]


Within = Callable[[Session, Viewer, int], ColumnElement[bool]]
_within: list[Within] = []


def mention_within(criterion: Within) -> None:
    """Register what narrows the people who can be mentioned in a group (groups does)."""
    _within[:] = [criterion]


def mentionable(session: Session, viewer: Viewer, q: str, group_id: int | None = None) -> list[Card]:
    """Give up to six people whom the viewer may mean by `@q`, best fit first."""
    stem = re.sub(r"([%_\\])", r"\\\1", fold(q))
    query = select(*COLUMNS).where(
        visible(viewer), Person.status == "active", Person.kind != "service", named(q)
    )
    if group_id is not None:
        query = query.where(*(criterion(session, viewer, group_id) for criterion in _within))
    first = case(
        (Person.uid.like(f"{stem}%", escape=ESCAPE), 0),
        (Person.sort_name.like(f"{stem}%", escape=ESCAPE), 1),
        else_=2,
    )
    rows = session.execute(query.order_by(first, Person.sort_name, Person.id).limit(MENTIONED))
    return [card_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Also:
    """What else than a person may follow an @: a group, said by the word that names it in a text."""

    value: str
    name: str
    note: str
    colour: int


Others = Callable[[Session, Viewer, str, str], list[Also]]
_others: list[Others] = []


def also_mentionable(offer: Others) -> None:
    """Register what offers more than people for `@q` at a place (groups does)."""
    _others[:] = [offer]


def others(session: Session, viewer: Viewer, q: str, place: str = "") -> list[Also]:
    """Give what else the viewer may mean by `@q`; `place` is the slug of the group that one writes in."""
    return [one for offer in _others for one in offer(session, viewer, q, place)]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A skill that fits what is typed: its label, and the synonym by which it was found."""

    slug: str
    label: str
    by: str = ""


def suggest(session: Session, q: str, limit: int = 8) -> list[Suggestion]:
    """Give skills whose label or synonym, in either language, begins with or holds what is typed."""
    folded = key(q)
    if not folded:
        return []
    stem = re.sub(r"([%_\\])", r"\\\1", folded)
    rank = case(
        (SkillName.folded == folded, 0), (SkillName.folded.like(f"{stem}%", escape=ESCAPE), 1), else_=2
    )
    holds = or_(
        SkillName.folded.like(f"{stem}%", escape=ESCAPE), SkillName.folded.like(f"% {stem}%", escape=ESCAPE)
    )
    query = select(Skill.slug, Skill.label_fr, Skill.label_en, SkillName.label)
    query = query.join(SkillName, SkillName.skill_id == Skill.id).where(holds)
    query = query.order_by(rank, func.length(SkillName.folded), SkillName.folded).limit(limit * 4)
    found: dict[str, Suggestion] = {}
    for slug, french, english, name in session.execute(query):
        shown = label(french, english)
        found.setdefault(slug, Suggestion(slug, shown, "" if key(name) == key(shown) else name))
    return list(found.values())[:limit]
