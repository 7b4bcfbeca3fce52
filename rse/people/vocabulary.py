"""The vocabulary of skills: the same word in another case, accent, language or synonym is the same skill."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rse.accounts.names import fold
from rse.core import clock
from rse.core.model import new_id
from rse.people.models import Skill, SkillName

MAX_LABEL = 200
MAX_SLUG = 100
CHUNK = 500  # values in one IN


def key(label: str) -> str:
    """Give what labels are compared by: no accents, no case, plain apostrophes, single spaces."""
    return " ".join(fold(label.replace("’", "'")).split())[:MAX_LABEL]


def tidy(label: str) -> str:
    """Give a label as it is kept: one line, no space around."""
    return " ".join(label.split())[:MAX_LABEL]


def slug_of(label: str) -> str:
    """Give the part of an address that a label makes."""
    return re.sub(r"[^a-z0-9]+", "-", fold(label)).strip("-")[:MAX_SLUG].strip("-") or "skill"


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Cut values into parts that fit a statement."""
    every = list(values)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


class Vocabulary:
    """Finds skills by what people call them, and adds those that nobody has named yet."""

    def __init__(self, session: Session, locale: str = "fr") -> None:
        self.session = session
        self.locale = locale
        self.known: dict[str, int] = {}

    def learn(self, labels: Iterable[str]) -> None:
        """Look up labels in one go. A label that is a skill's own name wins over another's synonym."""
        wanted = {key(label) for label in labels} - self.known.keys()
        own: set[str] = set()
        columns = (SkillName.folded, Skill.id, Skill.label_fr, Skill.label_en)
        for part in chunks(sorted(wanted)):
            query = select(*columns).join(Skill, Skill.id == SkillName.skill_id)
            for folded, skill_id, french, english in self.session.execute(
                query.where(SkillName.folded.in_(part)).order_by(Skill.id)
            ):
                is_own = folded in {key(french), key(english)}
                if folded not in self.known or (is_own and folded not in own):
                    self.known[folded] = skill_id
                if is_own:
                    own.add(folded)

    def ids(self, labels: Iterable[str], *, demo: bool = False) -> list[int]:
        """Give the skills of labels in their order, each once; those that are missing are made."""
        names = {key(label): tidy(label) for label in labels if key(label)}
        self.learn(names.values())
        missing = [label for folded, label in names.items() if folded not in self.known]
        self._add(missing, demo=demo)
        return list(dict.fromkeys(self.known[folded] for folded in names))

    def _add(self, labels: list[str], *, demo: bool) -> None:
        if not labels:
            return
        slugs = self.free_slugs(labels)
        rows = [self._row(label, slug, demo=demo) for label, slug in zip(labels, slugs, strict=True)]
        self.session.execute(insert(Skill), rows)
        named = [(row["id"], key(label), label) for row, label in zip(rows, labels, strict=True)]
        names = [{"skill_id": i, "folded": folded, "label": label} for i, folded, label in named]
        self.session.execute(insert(SkillName), names)
        self.known |= {folded: skill_id for skill_id, folded, _label in named}

    def _row(self, label: str, slug: str, *, demo: bool) -> dict[str, Any]:
        labels = {"label_fr": "", "label_en": "", f"label_{self.locale}": label}
        return {"id": new_id(), "slug": slug, **labels, "created_at": clock.now(), "demo": demo}

    def free_slugs(self, labels: Iterable[str]) -> list[str]:
        """Give a slug for each label that no skill has yet."""
        stems = [slug_of(label) for label in labels]
        taken: set[str] = set()
        for part in chunks(sorted(set(stems))):
            taken.update(self.session.scalars(select(Skill.slug).where(Skill.slug.in_(part))))
        chosen = []
        for stem in stems:
            slug = stem if stem not in taken else f"{stem}-{str(new_id())[-8:]}"
            taken.add(slug)
            chosen.append(slug)
        return chosen
