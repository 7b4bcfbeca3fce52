"""Import of a vocabulary of skills: French and English labels, synonyms, broader terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.i18n import _
from rse.core.model import new_id
from rse.people.models import Skill, SkillName
from rse.people.vocabulary import MAX_LABEL, MAX_SLUG, Vocabulary, chunks, key, slug_of, tidy
from rse.provisioning import csvfile
from rse.provisioning.csvfile import BadFile, Problem
from rse.provisioning.directory import Progress, Transaction

COLUMNS = ("id", "slug", "label_fr", "label_en", "synonyms_fr", "synonyms_en", "broader_id")
BATCH = 500


@dataclass(frozen=True)
class Term:
    """A line of the vocabulary."""

    line: int
    source_id: str | None
    slug: str
    label_fr: str
    label_en: str
    synonyms: tuple[str, ...]
    broader: str

    @property
    def names(self) -> dict[str, str]:
        """Everything that it is called: folded name to name."""
        return {key(name): name for name in (*self.synonyms, self.label_en, self.label_fr) if key(name)}


@dataclass
class Report:
    """What an import did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def run(
    data: bytes,
    transaction: Transaction,
    *,
    demo: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Import a vocabulary; every batch in a transaction of its own. Raises BadFile."""
    table = csvfile.read(data, (), COLUMNS)
    if not {"label_fr", "label_en"} & set(table.columns):
        raise BadFile(_("The header has no column %(names)s.", names="label_fr, label_en"))
    report = Report(problems=list(table.problems), notices=list(table.notices))
    terms = _once([t for number, row in table.rows if (t := _term(number, row, report)) is not None], report)
    for start in range(0, len(terms), BATCH):
        part = terms[start : start + BATCH]
        with transaction() as session:
            _Merge(session, report, demo=demo).apply(part)
        progress(start + len(part), len(terms))
    with transaction() as session:
        _join_broader(session, terms)
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _term(line: int, row: dict[str, str], report: Report) -> Term | None:
    french, english = tidy(row.get("label_fr", "")), tidy(row.get("label_en", ""))
    synonyms = [tidy(s) for column in ("synonyms_fr", "synonyms_en") for s in row.get(column, "").split(";")]
    longest = max(len(row.get(name, "")) for name in ("label_fr", "label_en"))
    slug = row.get("slug", "")
    if not french and not english:
        report.problems.append(Problem(line, _("The label is missing.")))
    elif longest > MAX_LABEL:
        report.problems.append(
            Problem(line, _("The label is longer than %(most)s characters.", most=MAX_LABEL))
        )
    elif slug and (slug != slug_of(slug) or len(slug) > MAX_SLUG):
        report.problems.append(Problem(line, _("“%(slug)s” cannot be part of an address.", slug=slug[:60])))
    else:
        names = tuple(name for name in synonyms if name)
        return Term(line, row.get("id") or None, slug, french, english, names, row.get("broader_id", ""))
    return None


def _once(terms: list[Term], report: Report) -> list[Term]:
    """Leave out, and report, the second of two lines about one term."""
    lines: dict[str, int] = {}
    kept = []
    for term in terms:
        identity = term.source_id or term.slug or key(term.label_fr or term.label_en)
        if identity in lines:
            reason = _("%(name)s stands on line %(line)s already.", name=identity, line=lines[identity])
            report.problems.append(Problem(term.line, reason))
            continue
        lines[identity] = term.line
        kept.append(term)
    return kept


class _Merge:
    """Finds each term by its id, its slug or its label, and adds or completes it."""

    def __init__(self, session: Session, report: Report, *, demo: bool) -> None:
        self.session, self.report, self.demo = session, report, demo

    def apply(self, terms: list[Term]) -> None:
        vocabulary = Vocabulary(self.session)
        vocabulary.learn(label for term in terms for label in (term.label_fr, term.label_en))
        by_source = self._known(Skill.source_id, [t.source_id for t in terms if t.source_id])
        by_slug = self._known(Skill.slug, [t.slug for t in terms if t.slug])
        added: list[dict[str, Any]] = []
        names: list[dict[str, Any]] = []
        fresh = [t for t in terms if self._find(t, by_source, by_slug, vocabulary) is None]
        slugs = vocabulary.free_slugs(t.slug or t.label_fr or t.label_en for t in fresh)
        for term, slug in zip(fresh, slugs, strict=True):
            row = {"id": new_id(), "slug": slug, "label_fr": term.label_fr, "label_en": term.label_en}
            added.append({**row, "source_id": term.source_id, "created_at": clock.now(), "demo": self.demo})
            names += [{"skill_id": row["id"], "folded": k, "label": v} for k, v in term.names.items()]
        for table, rows in ((Skill, added), (SkillName, names)):
            if rows:
                self.session.execute(insert(table), rows)
        self.report.created += len(added)
        new = {term.line for term in fresh}
        for term in terms:
            if term.line not in new:
                self._complete(term, self._find(term, by_source, by_slug, vocabulary))

    def _known(self, column: Any, values: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in chunks(values):
            found |= dict(self.session.execute(select(column, Skill.id).where(column.in_(part))).all())
        return found

    def _find(
        self, term: Term, by_source: dict[str, int], by_slug: dict[str, int], vocabulary: Vocabulary
    ) -> int | None:
        if term.source_id and term.source_id in by_source:
            return by_source[term.source_id]
        if term.slug in by_slug:
            return by_slug[term.slug]
        if term.source_id:  # homonyms have ids of their own: only a word without one is taken over
            named = vocabulary.known.get(key(term.label_fr)) or vocabulary.known.get(key(term.label_en))
            free = named and self.session.scalar(select(Skill.source_id).where(Skill.id == named)) is None
            return self._own_name(term, named) if free and named else None
        return vocabulary.known.get(key(term.label_fr)) or vocabulary.known.get(key(term.label_en))

    def _own_name(self, term: Term, skill_id: int) -> int | None:
        """Give the skill when the term's label is its own label, not a mere synonym."""
        skill = self.session.get(Skill, skill_id)
        own = {key(skill.label_fr), key(skill.label_en)} - {""} if skill else set()
        return skill_id if own & {key(term.label_fr), key(term.label_en)} else None

    def _complete(self, term: Term, skill_id: int | None) -> None:
        skill = self.session.get(Skill, skill_id)
        if skill is None:
            return
        held = set(self.session.scalars(select(SkillName.folded).where(SkillName.skill_id == skill.id)))
        missing = [
            {"skill_id": skill.id, "folded": k, "label": v} for k, v in term.names.items() if k not in held
        ]
        before = (skill.label_fr, skill.label_en, skill.source_id)
        skill.label_fr = _better(skill.label_fr, term.label_fr)
        skill.label_en = _better(skill.label_en, term.label_en)
        skill.source_id = term.source_id or skill.source_id
        if missing:
            self.session.execute(insert(SkillName), missing)
        self.session.flush()
        same = not missing and before == (skill.label_fr, skill.label_en, skill.source_id)
        self.report.unchanged += same
        self.report.updated += not same


def _better(kept: str, term: str) -> str:
    """Give the term's label, but the kept one where only case, accents or spaces differ."""
    return kept if not term or key(kept) == key(term) else term


def _join_broader(session: Session, terms: list[Term]) -> None:
    """Tie each term to its broader one, where that is in the vocabulary."""
    ids = dict(session.execute(select(Skill.source_id, Skill.id).where(Skill.source_id.is_not(None))).all())
    for rows in _broader(terms, ids):
        session.execute(update(Skill), rows)


def _broader(terms: list[Term], ids: dict[Any, int]) -> Iterator[list[dict[str, Any]]]:
    rows = [
        {"id": ids[t.source_id], "broader_id": ids[t.broader]}
        for t in terms
        if t.source_id in ids and t.broader in ids and t.broader != t.source_id
    ]
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
