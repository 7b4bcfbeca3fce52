"""The demo company's people, skills and groups, through the features' own imports."""

import random
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.events import emit
from rse.core.model import encode_id
from rse.demo import source
from rse.demo.calendar import DAYS, Calendar
from rse.groups import manners
from rse.groups import service as groups
from rse.groups.events import MemberJoined
from rse.groups.models import Group, Membership
from rse.groups.starting import starts
from rse.people.models import Endorsement, PersonSkill, Profile
from rse.people.vocabulary import Vocabulary, key
from rse.provisioning import directory, skills

SOURCE = "demo"
WELCOMED = 3  # the welcome is behind them
NEWCOMER_DAYS = 50
LEVELS, WEIGHTS = (1, 2, 3, 4), (1, 4, 4, 2)
MOST_ENDORSEMENTS = 5


@dataclass
class Company:
    """Who and what one loading has made so far."""

    session: Session
    calendar: Calendar
    chance: random.Random
    locale: str
    people: dict[str, int] = field(default_factory=dict)
    employees: set[str] = field(default_factory=set)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)  # uid: address and name, for mentions
    groups: dict[str, Group] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)  # slug as written: uids

    def within(self, slug: str | None) -> dict[str, tuple[str, str]]:
        """Give those whom a text in a group, or before the whole company, may mention."""
        closed = slug is not None and self.groups[slug].visibility != "open"
        named = self.members[slug] if closed and slug else self.employees
        return {uid: self.links[uid] for uid in named}


def found(company: Company) -> None:
    """Make skills, departments, people, and what they say of each other."""
    _learn(company)
    data = source.people(company.calendar)
    report = directory.run(
        data, directory.Options(source=SOURCE, demo=True, locale=company.locale), _within(company.session)
    )
    if report.problems:
        raise RuntimeError(f"demo people: {report.problems[0]}")
    _know(company)
    _settle_in(company)
    _endorse(company)


def _within(session: Session) -> Any:
    """Let an importer write in the transaction that is open: all of the demo comes, or nothing."""

    def transaction() -> AbstractContextManager[Session]:
        return nullcontext(session)

    return transaction


def _learn(company: Company) -> None:
    """Add the words of the vocabulary that are not known yet; those that are known stay as they are."""
    written = source.skills()
    vocabulary = Vocabulary(company.session)
    vocabulary.learn(row[name] for row in written for name in ("label_fr", "label_en"))
    fresh = [r for r in written if not {key(r["label_fr"]), key(r["label_en"])} & vocabulary.known.keys()]
    if fresh:
        skills.run(source.as_csv(fresh), _within(company.session), demo=True)


def _know(company: Company) -> None:
    query = select(Person.uid, Person.id, Person.display_name, Person.kind).where(Person.demo)
    for uid, person_id, name, kind in company.session.execute(query):
        company.people[uid] = person_id
        company.links[uid] = (f"/people/{encode_id(person_id)}", name)
        if kind == "employee":
            company.employees.add(uid)


def _settle_in(company: Company) -> None:
    """Give everybody a language, and leave the welcome to those who are new."""
    query = (
        select(Profile.person_id, Profile.languages, Profile.start_date)
        .join(Person, Person.id == Profile.person_id)
        .where(Person.demo)
    )
    locales, welcomed = [], []
    for person_id, languages, start in company.session.execute(query):
        first = next((code for code in languages if code in {"fr", "en"}), "fr")
        locales.append({"id": person_id, "locale": first})
        if start is None or (company.calendar.today - start).days > NEWCOMER_DAYS:
            welcomed.append({"person_id": person_id, "welcome_step": WELCOMED})
    company.session.execute(update(Person), locales)
    company.session.execute(update(Profile), welcomed)


def _endorse(company: Company) -> None:
    """Give skills a level, and some of them the word of colleagues, most of all from the same department."""
    query = (
        select(PersonSkill.person_id, PersonSkill.skill_id, Profile.department_id)
        .join(Profile, Profile.person_id == PersonSkill.person_id)
        .join(Person, Person.id == PersonSkill.person_id)
        .where(Person.demo)
        .order_by(PersonSkill.person_id, PersonSkill.skill_id)
    )
    held = company.session.execute(query).all()
    near = _by_department(company)
    everyone = [company.people[uid] for uid in sorted(company.employees)]
    levels, words = [], []
    for person, skill, department in held:
        level = company.chance.choices(LEVELS, WEIGHTS)[0]
        levels.append({"person_id": person, "skill_id": skill, "level": level})
        for other in _colleagues(company.chance, near.get(department, []), everyone, level):
            if other != person:
                ago = company.chance.randint(2, DAYS)
                at = company.calendar.instant(company.calendar.day(ago), 9 + ago % 8, ago % 60)
                words.append({"person_id": person, "skill_id": skill, "by_id": other, "at": at})
    company.session.execute(update(PersonSkill), levels)
    company.session.execute(insert(Endorsement), words)


def _by_department(company: Company) -> dict[int | None, list[int]]:
    near: dict[int | None, list[int]] = {}
    query = select(Profile.department_id, Profile.person_id).join(Person, Person.id == Profile.person_id)
    query = query.where(Person.demo, Person.kind == "employee").order_by(Person.uid)
    for department, person in company.session.execute(query):
        near.setdefault(department, []).append(person)
    return near


def _colleagues(
    chance: random.Random, near: Sequence[int], everyone: Sequence[int], level: int
) -> Iterator[int]:
    """Choose who endorses: more of them the better somebody is, half of them close by."""
    number = chance.randint(0, min(level + 1, MOST_ENDORSEMENTS))
    half = chance.sample(near, min(len(near), number // 2))
    yield from dict.fromkeys([*half, *chance.sample(everyone, number - len(half))])


def gather(company: Company) -> None:
    """Make the groups and let their members in."""
    calendar, session = company.calendar, company.session
    begun = calendar.instant(calendar.day(DAYS), 8, 30)
    for written in source.groups():
        group = groups.insert(
            session,
            name=written.name,
            slug="" if written.visibility == "secret" else written.slug,
            description=written.description,
            visibility=written.visibility,
            purpose=written.purpose,
            by=company.people[written.owners[0]],
            demo=True,
        )
        group.created_at, group.member_count = begun, len(written.members)
        company.groups[written.slug], company.members[written.slug] = group, written.members
        same = {"group_id": group.id, "state": "active", "at": begun, "seen_count": 0}
        rows = [{**same, "person_id": company.people[m], "role": written.role(m)} for m in written.members]
        session.execute(insert(Membership), rows)
        if written.kind:
            manners.furnish(session, group, starts(company.locale)[written.kind], templates=True)
        for member in written.members:
            emit(session, MemberJoined(group.id, company.people[member]))
    session.flush()
