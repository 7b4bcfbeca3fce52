"""What to do next: ask it, and whom, of those who would read the question and may be asked now.

People come from the same ranking as everywhere, within what the asker may read. Left out are who would not
read the question, who has said not to be available, and who was asked by name often enough this week
(rse.questions.policy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rse.core.audience import EVERYONE
from rse.feed import policy
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.questions import queries as questions
from rse.search import analysis, queries
from rse.search.asking import NOBODY, Asker, named_groups
from rse.search.experts import Evidence, Expert
from rse.search.grammar import MAX_TEXT, parse
from rse.search.schemas import ExpertsInput, SearchInput
from rse.search.topics import topic_of
from rse.search.wording import evidence_line

SHOWN = 3
ENOUGH = 2  # words of sense of a question that is being typed, before anything is suggested
CANDIDATES = 12
PROOF = 2  # contributions that say as much as one skill

Whom = list[tuple[Expert, dict[str, Any]]]  # each with the best reason in words


@dataclass(frozen=True, slots=True)
class NextStep:
    """A question to ask where nothing was found: in which group (None: the company), and whom by name."""

    question: str
    group: Group | None
    allowed: bool  # whether the asker may publish there
    people: Whom


def stems_of(text: str) -> set[str]:
    """Give the words of a text as they are compared."""
    return {token.forms[0].stem for token in analysis.tokens(text)}


def _speaks_for(proof: Evidence) -> bool:
    """Tell whether a piece of evidence is more than one word said in passing."""
    return proof.kind in {"skill", "answer"} or proof.count >= PROOF


def who_could(
    who: Asker,
    text: str,
    audience: str,
    place: int | None,
    *,
    post_id: int | None = None,
    enough: int = ENOUGH,
) -> Whom:
    """Give up to three people who could answer and may be asked, each with the best reason in words."""
    if len(stems_of(text)) < enough:
        return []
    asked = ExpertsInput(q=text[:MAX_TEXT], limit=CANDIDATES)
    experts = {one.person.id: one for one in queries.find_experts(who, asked, place, asked_there=True)}
    speaking = [number for number, one in experts.items() if any(map(_speaks_for, one.evidence))]
    free = questions.askable(who.session, who.viewer, audience, speaking, post_id=post_id)
    best = [experts[number] for number in free[:SHOWN]]
    return [
        (one, evidence_line(next((p for p in one.evidence if _speaks_for(p)), one.evidence[0])))
        for one in best
    ]


def next_step(who: Asker, asked: SearchInput) -> NextStep | None:
    """Give what to ask, and whom, where a search found nothing; None where it says nothing but filters.

    It is asked in the group that was searched, where the asker may publish there; else in the company.
    """
    parsed = parse(asked.q)
    if not parsed.asks:
        return None
    group = _searched(who, [*parsed.filters.get("group", ()), asked.group])
    audience, place = (group.posts_audience, group.id) if group else (EVERYONE, None)
    subject = topic_of(parsed.plain) or parsed.plain
    people = who_could(who, subject, audience, place, enough=1)
    return NextStep(parsed.plain, group, bool(group) or policy.may_publish(who.viewer, None, None), people)


def _searched(who: Asker, names: Sequence[str]) -> Group | None:
    """Give the one group that was searched, if the asker may publish there."""
    found = named_groups(who.session, who.viewer, [name for name in names if name])
    if len(found) != 1 or found == NOBODY:
        return None
    group = groups.by_id(who.session, who.viewer, min(found))
    tie = groups.membership(who.session, group.id, who.viewer.id)
    return group if policy.may_publish(who.viewer, group, tie) else None
