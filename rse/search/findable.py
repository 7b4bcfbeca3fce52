"""What a person decided about being found by what they know: not at all, not for a subject, not this skill.

It is kept with the person's preferences, which their export shows and their erasure removes:
{"experts": {"off": true, "topics": [[label, synonym, ...], ...], "refused": ["id of a skill", ...]}}.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.people import queries
from rse.people.models import SkillName
from rse.people.service import profile_of
from rse.people.vocabulary import Vocabulary, key, tidy
from rse.search.declared import stems

MOST = 30  # subjects
NAMES = 40  # synonyms of one
REFUSED = 500  # skills; the oldest refusals are forgotten
KEY = "experts"


@dataclass(frozen=True, slots=True)
class Choices:
    """What one person decided."""

    off: bool = False
    topics: Sequence[Sequence[str]] = ()  # each with its synonyms, the label first
    refused: Sequence[str] = ()  # ids of skills that were suggested


def of(preferences: Mapping[str, Any]) -> Choices:
    """Read the choices from a person's preferences."""
    kept = preferences.get(KEY)
    return Choices(**kept) if isinstance(kept, dict) else Choices()


def hidden(preferences: Mapping[str, Any], asked: Collection[str]) -> bool:
    """Tell whether a person is not to be found for a subject, given as stems."""
    chosen = of(preferences)
    return chosen.off or left_out(chosen, asked)


def left_out(chosen: Choices, asked: Collection[str]) -> bool:
    """Tell whether a person has left a subject, given as stems, out."""
    names = (stems(name) for topic in chosen.topics for name in topic)
    return any(words and words <= set(asked) for words in names)


def choices(session: Session, viewer: Viewer) -> Choices:
    """Give the viewer's own choices."""
    return of(queries.preferences(session, viewer.id))


def _keep(session: Session, viewer: Viewer, **changes: Any) -> None:
    profile = profile_of(session, viewer.id)
    now = of(profile.preferences)
    kept = {"off": now.off, "topics": list(now.topics), "refused": list(now.refused)} | changes
    profile.preferences = {**profile.preferences, KEY: kept}
    session.flush()


def turn(session: Session, viewer: Viewer, *, on: bool) -> None:
    """Be shown among those who know, or nowhere."""
    _keep(session, viewer, off=not on)


def leave_out(session: Session, viewer: Viewer, label: str) -> None:
    """Not be shown for a subject any more, whatever name of it is typed. Raises Invalid."""
    label = tidy(label)
    if not stems(label):
        raise Invalid(label=_("Write a subject: a word or a few."))
    now = choices(session, viewer).topics
    if any(key(topic[0]) == key(label) for topic in now):
        return
    if len(now) >= MOST:
        raise Invalid(label=_("Thirty subjects are enough: take one away first."))
    vocabulary = Vocabulary(session, viewer.locale)
    vocabulary.learn([label])
    skill_id = vocabulary.known.get(key(label))
    names = select(SkillName.label).where(SkillName.skill_id == skill_id).limit(NAMES)
    others = [name for name in session.scalars(names) if key(name) != key(label)] if skill_id else []
    _keep(session, viewer, topics=[*now, [label, *others]])


def let_in(session: Session, viewer: Viewer, label: str) -> None:
    """Be shown for a subject again."""
    now = choices(session, viewer).topics
    _keep(session, viewer, topics=[topic for topic in now if key(topic[0]) != key(label)])


def refuse(session: Session, viewer: Viewer, skill_id: int) -> None:
    """Not be offered a skill again."""
    refused = [one for one in choices(session, viewer).refused if one != str(skill_id)]
    _keep(session, viewer, refused=[*refused, str(skill_id)][-REFUSED:])
