"""Skills that a person could declare: words of the vocabulary in what they answered; for their eyes only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.names import fold
from rse.core.audience import Viewer, readable
from rse.core.text import excerpt, plain
from rse.feed.models import Comment, Post
from rse.people.models import PersonSkill, Skill, SkillName
from rse.people.queries import capital, label
from rse.people.vocabulary import chunks
from rse.search import analysis, findable
from rse.search.declared import stems

ANSWERS = 200  # the newest ones
LONGEST = 3  # words of a name
LEAST = 2  # answers that speak of it; an accepted one counts twice
LETTERS = 3
SHOWN = 5
TITLE = 90


@dataclass(frozen=True, slots=True)
class Offered:
    """A skill, in how many answered posts it stands, and the newest of these."""

    slug: str
    label: str
    count: int
    post_id: int
    title: str


def _phrases(text: str) -> set[str]:
    """Give the words of a text, folded, and each two or three that follow each other; plurals also bare."""
    words = [fold(match.group()) for match in analysis.WORD.finditer(text)]
    words = [analysis.ELISION.sub("", word.replace("’", "'")) for word in words]
    found = set()
    for width in range(1, LONGEST + 1):
        for start in range(len(words) - width + 1):
            run = words[start : start + width]
            if run[0] in analysis.STOP or run[-1] in analysis.STOP:
                continue
            found |= {" ".join(run), " ".join(word.removesuffix("s") for word in run)}
    return {phrase for phrase in found if len(phrase) >= LETTERS}


def _answered(session: Session, viewer: Viewer) -> list[Any]:
    """Give the posts of others that a person answered, the newest answers first."""
    query = (
        select(Comment.id, Post.id.label("post_id"), Post.title, Post.tags, Post.body_html, Post.answer_id)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.author_id == viewer.id, Post.author_id != viewer.id, Comment.deleted_at.is_(None))
        .where(Post.deleted_at.is_(None), readable(Post.audience, viewer))
        .order_by(Comment.at.desc())
        .limit(ANSWERS)
    )
    return list(session.execute(query))


def offered(session: Session, viewer: Viewer) -> list[Offered]:
    """Give the skills to offer to a person, those most answered about first; never one that they refused."""
    weights: Counter[str] = Counter()
    where: dict[str, dict[int, str]] = defaultdict(dict)
    for row in _answered(session, viewer):
        title = row.title or excerpt(plain(row.body_html), TITLE)
        for phrase in _phrases(f"{title} {' '.join(row.tags)} {plain(row.body_html)}"):
            weights[phrase] += 2 if row.answer_id == row.id else 1
            where[phrase].setdefault(row.post_id, title)
    spoken = [phrase for phrase, weight in weights.items() if weight >= LEAST]
    return _known(session, viewer, _named(session, spoken), where)


def _named(session: Session, phrases: Iterable[str]) -> dict[int, set[str]]:
    """Give the skills that these words name, each with the words."""
    found: dict[int, set[str]] = defaultdict(set)
    for part in chunks(phrases):
        query = select(SkillName.skill_id, SkillName.folded).where(SkillName.folded.in_(part))
        for skill_id, folded in session.execute(query):
            found[skill_id].add(folded)
    return found


def _known(
    session: Session, viewer: Viewer, named: Mapping[int, set[str]], where: Mapping[str, Mapping[int, str]]
) -> list[Offered]:
    """Leave out what the person declares, refused or does not want to be found for."""
    refused = findable.choices(session, viewer)
    held = set(session.scalars(select(PersonSkill.skill_id).where(PersonSkill.person_id == viewer.id)))
    ids = named.keys() - held - {int(one) for one in refused.refused}
    found = []
    for part in chunks(map(str, ids)):
        query = select(Skill.id, Skill.slug, Skill.label_fr, Skill.label_en)
        for skill_id, slug, french, english in session.execute(query.where(Skill.id.in_(map(int, part)))):
            posts = {number: title for name in named[skill_id] for number, title in where[name].items()}
            newest = next(iter(posts))
            shown = capital(label(french, english))
            if not findable.left_out(refused, stems(shown)):
                found.append(Offered(slug, shown, len(posts), newest, posts[newest]))
    return sorted(found, key=lambda one: (-one.count, one.label))[:SHOWN]
