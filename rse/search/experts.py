"""Who knows about a subject: people ranked by what they declare, colleagues confirm, and they wrote.

Every piece of evidence is something that the asker may read; two askers may see two lists. A score is
    1.0 level + 0.4 endorsements + 0.7 accepted answers + 0.6 texts + 0.3 title
where level is .4 to 1 for the four levels of the best fitting skill, endorsements are 1 - 1/(1 + n/3),
accepted answers and texts are sums of the engine's scores of the best 200 texts, halved every 360 days,
divided by the largest sum of anybody, times 1 - 1/2^n for n texts: one mention is little. The title counts
when a person's job title names the subject, for people about whom there is other evidence.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.accounts.models import Person
from rse.core.audience import readable_people
from rse.core.feature import Hit
from rse.people.models import Department, Endorsement, PersonSkill, Profile, Skill, SkillName
from rse.search import analysis
from rse.search.asking import Asker
from rse.search.engine import Found
from rse.search.grammar import Parsed
from rse.search.highlights import snippet

TEXTS = 200  # texts looked at
CANDIDATES = 400  # people with a fitting skill looked at
NAMES = 400  # names of skills that hold a word of the subject
LEVELS = {1: 0.4, 2: 0.6, 3: 0.8, 4: 1.0}
QUOTED = 100  # characters of a text shown as evidence
HALF_LIFE = 360 * 86_400  # seconds
WEIGHTS = {"level": 1.0, "endorsements": 0.4, "answers": 0.7, "texts": 0.6, "title": 0.3}
PART_OF = {"answer": "answers", "post": "texts", "message": "texts"}
KIND_OF = {"post": "post", "comment": "post", "message": "message"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason why a person is shown: `count` is a level for a skill, else how many there are."""

    kind: str  # skill, endorsement, answer, post, message
    count: int
    label: str
    url: str
    at: datetime | None = None


@dataclass(slots=True)
class Candidate:
    """What is known of one person about the subject."""

    skill: Skill | None = None
    level: int = 0
    fit: float = 0.0  # how well the skill's name fits the subject
    endorsements: int = 0
    endorsed_at: datetime | None = None
    texts: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    worth: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass(frozen=True, slots=True)
class Expert:
    """A person with the reasons."""

    person: Card
    score: float
    evidence: Sequence[Evidence]
    department: str = ""


def fitting_skills(session: Session, topic: str) -> dict[int, float]:
    """Give the skills that a subject names, in either language or by a synonym, with how well each fits.

    All the words of the one must be in the other: "python" fits "Python programming" and "expert python".
    """
    stems = {token.forms[0].stem for token in analysis.tokens(topic)} or {analysis.fold(topic).strip()}
    longest = sorted(stems, key=len, reverse=True)[:4]
    holding = or_(*(SkillName.folded.contains(stem, autoescape=True) for stem in longest))
    fits: dict[int, float] = {}
    for skill_id, folded in session.execute(
        select(SkillName.skill_id, SkillName.folded).where(holding).limit(NAMES)
    ):
        named = {token.forms[0].stem for token in analysis.tokens(folded)} or {folded}
        if named <= stems or stems <= named:
            fit = len(named & stems) / len(named | stems)
            fits[skill_id] = max(fits.get(skill_id, 0.0), fit)
    return fits


def _declared(session: Session, fits: Mapping[int, float], people: dict[int, Candidate]) -> None:
    """Note the best fitting skill of each person who declares one, and who confirmed it."""
    if not fits:
        return
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
    count = select(Endorsement.person_id, Endorsement.skill_id, func.count(), func.max(Endorsement.at))
    asked = count.where(Endorsement.skill_id.in_(fits), Endorsement.person_id.in_(list(people)))
    for person_id, skill_id, number, at in session.execute(
        asked.group_by(Endorsement.person_id, Endorsement.skill_id)
    ):
        person = people[person_id]
        if person.skill is not None and person.skill.id == skill_id:
            person.endorsements, person.endorsed_at = number, at


def _written(found: Iterable[Found], people: dict[int, Candidate], now: float) -> None:
    """Note what people wrote about the subject, by what it counts as."""
    for text in found:
        if text.author_id is None:
            continue
        kind = "answer" if text.accepted else KIND_OF[text.kind]
        person = people[text.author_id]
        person.texts[kind].append(text)
        person.worth[PART_OF[kind]] += text.score * 0.5 ** (max(0.0, now - text.at) / HALF_LIFE)


def _scores(people: Mapping[int, Candidate]) -> dict[int, float]:
    """Give each person's score; see the top of this module."""
    most = {
        part: max((p.worth[part] for p in people.values()), default=0.0) or 1.0
        for part in ("answers", "texts")
    }
    scores = {}
    for person_id, person in people.items():
        level = LEVELS.get(person.level, 0.0) * math.sqrt(person.fit)
        endorsements = 1 - 1 / (1 + person.endorsements / 3)
        score = WEIGHTS["level"] * level + WEIGHTS["endorsements"] * endorsements
        for part, largest in most.items():
            number = sum(len(texts) for kind, texts in person.texts.items() if PART_OF[kind] == part)
            score += WEIGHTS[part] * person.worth[part] / largest * (1 - 0.5**number)
        scores[person_id] = score
    return scores


def _readable(asker: Asker, ids: Sequence[int], department: str, site: str) -> dict[int, tuple[str, str]]:
    """Give the people among these whom the asker may find, in a department and site: title and department."""
    query = (
        select(Person.id, Person.title, Department.path)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .where(Person.id.in_(ids), Person.status == "active", Person.kind != "service")
        .where(readable_people(Person.audience, Person.id, asker.viewer), Person.id != asker.viewer.id)
    )
    if site:
        query = query.where(Person.site == site)
    rows = asker.session.execute(query).all()
    known = asker.viewer.is_employee  # guests read cards, not how the company is built
    found = {person_id: (title, (path or "") if known else "") for person_id, title, path in rows}
    if department:
        below = department + " / "
        found = {number: row for number, row in found.items() if (row[1] + " / ").startswith(below)}
    return found


def candidates(asker: Asker, topic: str, now: datetime) -> dict[int, Candidate]:
    """Give everybody about whom there is evidence that the asker may read."""
    people: dict[int, Candidate] = defaultdict(Candidate)
    if asker.viewer.is_employee:  # guests read of others what they wrote, not what they declare
        _declared(asker.session, fitting_skills(asker.session, topic), people)
    _written(asker.backend.evidence(topic, asker.tokens, TEXTS), people, now.timestamp())
    return people


def ranked(
    asker: Asker, people: Mapping[int, Candidate], parsed: Parsed, department: str, site: str
) -> list[tuple[int, float, str]]:
    """Rank the people whom the asker may find: id, score, department; best first."""
    scores = _scores(people)
    found = _readable(asker, list(scores), department, site)
    stems = {word.stem for word in parsed.words}
    for number, (title, _path) in found.items():
        if stems <= {token.forms[0].stem for token in analysis.tokens(title)}:
            scores[number] += WEIGHTS["title"]
    order = sorted(found, key=lambda number: (-scores[number], number))
    return [(number, round(scores[number], 4), found[number][1]) for number in order]


def best_texts(people: Iterable[Candidate]) -> list[Found]:
    """Give the text that stands for each kind of evidence of each person: the best one."""
    return [max(texts, key=lambda t: t.score) for person in people for texts in person.texts.values()]


def _quote(kind: str, best: Found, hit: Hit, parsed: Parsed) -> str:
    """Name a text by its title: an answer by that of its question, another comment by what it says itself."""
    if hit.title and (kind == "answer" or best.kind == "post"):
        return hit.title
    return snippet(hit.text, parsed, QUOTED).striptags()


def reasons(
    person: Candidate, url: str, hits: Mapping[str, Hit], locale: str, parsed: Parsed
) -> list[Evidence]:
    """Give the evidence of one person; a text that its owner does not show to the viewer is no reason."""
    found: list[Evidence] = []
    if person.skill is not None:
        first, other = person.skill.label_fr, person.skill.label_en
        label = (first or other) if locale == "fr" else (other or first)
        found.append(Evidence("skill", person.level, label, url + "#skills"))
        if person.endorsements:
            found.append(
                Evidence("endorsement", person.endorsements, label, url + "#skills", person.endorsed_at)
            )
    for kind in ("answer", "post", "message"):
        texts = person.texts.get(kind, [])
        if texts:
            best = max(texts, key=lambda t: t.score)
            hit = hits.get(best.key)
            if hit is not None:
                at = datetime.fromtimestamp(best.at, UTC)
                found.append(Evidence(kind, len(texts), _quote(kind, best, hit, parsed), hit.url, at))
    return found
