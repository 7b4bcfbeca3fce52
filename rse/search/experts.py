"""Who knows about a subject: people ranked by what they declare, colleagues confirm, and they wrote.

Every piece of evidence is something that the asker may read; two askers may see two lists. How evidence
becomes an order stands in `rse.search.scoring`; what it is gathered from in `declared` and `written`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import select

from rse.accounts.cards import Card
from rse.accounts.models import Person
from rse.core.audience import readable_people
from rse.core.feature import Hit
from rse.core.model import encode_id
from rse.people.models import Department, Profile
from rse.questions import queries as questions
from rse.search import findable, scoring
from rse.search.asking import Asker
from rse.search.declared import Declared, declared, stems
from rse.search.engine import Found
from rse.search.grammar import Parsed
from rse.search.highlights import Marker
from rse.search.schemas import ExpertsInput
from rse.search.written import Place, Written, written

QUOTED = 100  # characters of a text shown as evidence
TWICE = 2  # answers in a group: once is no reason
OFTEN = 2  # times asked by name in seven days
TITLE = 0.3  # for a job title that names the subject, where there is other evidence
KINDS = ("answer", "post", "message")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason why a person is shown: `count` is a level for a skill, else how many there are."""

    kind: str  # skill, endorsement, kudos, answer, post, message, group, helped
    count: int
    label: str
    url: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is shown of a person beside the card, to those who may see it."""

    title: str = ""
    department: str = ""
    languages: Sequence[str] = ()
    timezone: str = ""
    resting: bool = False  # does not want to be asked now
    asked: int = 0  # by name, in seven days

    @property
    def often(self) -> bool:
        """Tell whether this one is asked much already."""
        return self.asked >= OFTEN


@dataclass(slots=True)
class Candidate:
    """What is known of one person about the subject."""

    said: Declared = field(default_factory=Declared)
    texts: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    lately: Mapping[Place, int] = field(default_factory=dict)  # answers in 30 days, by group
    known: Known = field(default_factory=Known)


@dataclass(frozen=True, slots=True)
class Expert:
    """A person with the reasons."""

    person: Card
    score: float
    evidence: Sequence[Evidence]
    department: str = ""
    known: Known = field(default_factory=Known)


def _below(path: str, department: str) -> bool:
    return (path + " / ").startswith(department + " / ")


def _readable(asker: Asker, ids: Iterable[int], asked: ExpertsInput) -> dict[int, Known]:
    """Give the people among these whom the asker may find, who want to be found, where they should be."""
    columns = (
        Person.id, Person.title, Person.timezone, Department.path, Profile.languages, Profile.preferences
    )  # fmt: skip
    query = (
        select(*columns)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Department, Department.id == Profile.department_id)
        .where(Person.id.in_(list(ids)), Person.status == "active", Person.kind != "service")
        .where(readable_people(Person.audience, Person.id, asker.viewer), Person.id != asker.viewer.id)
    )
    if asked.site:
        query = query.where(Person.site == asked.site)
    topic, found = stems(asked.q), {}
    for number, title, zone, path, languages, preferences in asker.session.execute(query):
        if findable.hidden(preferences or {}, topic):
            continue
        # guests read cards, not how the company is built
        more = (path or "", tuple(languages or ()), zone or "") if asker.viewer.is_employee else ()
        known = Known(title, *more)
        if asked.department and not _below(known.department, asked.department):
            continue
        if not asked.language or asked.language in known.languages:
            found[number] = known
    return found


def _load(asker: Asker, found: Mapping[int, Known]) -> dict[int, Known]:
    """Note who rests, and who was asked lately."""
    standing = questions.standing(asker.session, found) if found else {}
    return {
        n: replace(one, resting=standing[n][0], asked=standing[n][1]) if n in standing else one
        for n, one in found.items()
    }


@dataclass(frozen=True, slots=True)
class Ranking:
    """People ranked for a subject, not yet shown: id and score, best first."""

    parsed: Parsed
    people: Mapping[int, Candidate]
    order: Sequence[tuple[int, float]]

    @property
    def ids(self) -> list[int]:
        """Give who they are."""
        return [number for number, _ in self.order]


def _speaking(said: Mapping[int, Declared], wrote: Written, *, asked_there: bool) -> set[int]:
    """Give the people for whom something speaks that is about the subject, or about where it is asked."""
    people = set(said) | set(wrote.texts)
    return people | set(wrote.lately) if asked_there else people


def rank(
    asker: Asker, parsed: Parsed, asked: ExpertsInput, place: Place = None, *, asked_there: bool = False
) -> Ranking:
    """Rank who knows about a subject, of what the asker reads; `place` is the group where it is asked."""
    wrote = written(asker, asked.q, place, asked_there=asked_there)
    # guests read of others what they wrote, not what they declare
    said = declared(asker.session, asker.viewer, asked.q) if asker.viewer.is_employee else {}
    knowing = said | wrote.texts
    wrote.evidence.declared = {n: one.worth for n, one in said.items()}
    wrote.evidence.endorsed = {n: one.endorsed(knowing) for n, one in said.items()}
    wrote.evidence.thanked = {n: one.thanked for n, one in said.items()}
    scores = scoring.scores(wrote.evidence, wrote.about)
    found = _readable(asker, _speaking(said, wrote, asked_there=asked_there), asked)
    words = {word.stem for word in parsed.words}
    for number, known in found.items():
        if words <= stems(known.title):
            scores[number] = scores.get(number, 0.0) + TITLE
    found = _load(asker, found)
    spared = {n for n, known in found.items() if asked.spare and (known.often or known.resting)}
    order = sorted(found, key=lambda n: (n in spared, -scores.get(n, 0.0), n))[: asked.limit]
    people = {
        n: Candidate(said.get(n, Declared()), wrote.texts.get(n, {}), wrote.lately.get(n, {}), found[n])
        for n in order
    }
    return Ranking(parsed, people, [(n, round(scores.get(n, 0.0), 4)) for n in order])


def best_texts(people: Iterable[Candidate]) -> list[Found]:
    """Give the text that stands for each kind of evidence of each person: the best one."""
    return [texts[0] for person in people for texts in person.texts.values()]


def places(people: Iterable[Candidate]) -> set[int]:
    """Give the groups that reasons name."""
    return {place for person in people for place in person.lately if place is not None}


def _quote(best: Found, hit: Hit, parsed: Parsed) -> str:
    """Name a text by its title: an answer by that of its question, another comment by what it says itself."""
    if hit.title and (best.kind == "post" or best.post_kind == "question"):
        return hit.title
    return Marker(parsed).snippet(hit.text, QUOTED).striptags()


@dataclass(frozen=True, slots=True)
class Showing:
    """What reasons are said with: texts and groups (address, name) that the viewer may open."""

    hits: Mapping[str, Hit]
    groups: Mapping[Place, tuple[str, str]]
    locale: str


def reasons(person: Candidate, card: Card, showing: Showing, parsed: Parsed) -> list[Evidence]:
    """Give the evidence of one person; a text that its owner does not show to the viewer is no reason."""
    found = _said(person.said, card.href, showing.locale)
    for kind in KINDS:
        texts = person.texts.get(kind, ())
        hit = showing.hits.get(texts[0].key) if texts else None
        if hit is not None:
            at = datetime.fromtimestamp(max(text.at for text in texts), UTC)
            label = _quote(texts[0], hit, parsed)
            found.append(Evidence(kind, len(texts), label, hit.url, at))
    known = [(n, one) for one, n in person.lately.items() if n >= TWICE and one and one in showing.groups]
    if known:
        most, place = max(known)
        slug, name = showing.groups[place]
        found.append(Evidence("group", most, name, f"/groups/{slug}"))
    return found


def _said(said: Declared, url: str, locale: str) -> list[Evidence]:
    """Give what is declared, confirmed and thanked for."""
    found, label = [], ""
    if said.skill is not None:
        first, other = said.skill.label_fr, said.skill.label_en
        label = (first or other) if locale == "fr" else (other or first)
        found.append(Evidence("skill", said.level, label, url + "#skills"))
        if said.by:
            found.append(Evidence("endorsement", len(said.by), label, url + "#skills", max(said.by.values())))
    if said.thanks:
        at, post_id = max(said.thanks.values())
        found.append(Evidence("kudos", len(said.thanks), label, f"/posts/{encode_id(post_id)}", at))
    return found
