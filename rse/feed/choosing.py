"""The feed "For you": of what is new, what is near to the viewer comes first, and each post says why.

What it goes by is the viewer's own: whom and what they follow, their skills, groups and department, and to
whom they have answered or given thanks. Nothing is stored. Of others only the numbers of comments and
reactions count that every reader sees, and nothing is known of who has read what. A fixed number of
candidates, each found by an index, is put in order: the cost does not grow with the number of posts.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import log

from sqlalchemy.orm import Session

from rse.core import clock, kinds
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.feed import candidates, timeline
from rse.feed.candidates import Candidate, Near
from rse.feed.queries import Position
from rse.feed.timeline import Entry
from rse.feed.week import words_of

CHOSEN = 60  # posts that the whole of it shows, then it ends
ORDERED = 120  # of the candidates, those whose mixture is looked at
FADES, WAITS = 36.0, 168.0  # hours after which a post, and a question that waits, counts half
RECENT = 5  # posts among which the same author or group comes down
AUTHOR_AGAIN, GROUP_AGAIN = 0.55, 0.8
DONE = 0.3  # of what the viewer has commented or reacted to


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post is shown: a word for programs, a sentence for people."""

    code: str
    label: str


Term = tuple[float, str, str]  # weight, code, what the sentence names
Scored = tuple[float, Term, Candidate]  # with the strongest term


def feed(
    session: Session,
    viewer: Viewer,
    scope: str,
    *,
    purpose: str | None,
    before: Position | None,
    limit: int,
) -> tuple[list[Entry], dict[int, Reason] | None]:
    """Give a page of the home feed in any scope; in "for_you" with the reasons."""
    if scope == "for_you":
        return for_you(session, viewer, purpose=purpose, before=before, limit=limit)
    return timeline.home(session, viewer, scope, purpose=purpose, before=before, limit=limit), None


def for_you(
    session: Session, viewer: Viewer, *, purpose: str | None = None, before: Position | None, limit: int
) -> tuple[list[Entry], dict[int, Reason]]:
    """Give a page of the feed in its order, one post more if others follow, and the reason of each by its id.

    A page goes on from the moment at which the first was asked for and from its last post: `before` is both.
    """
    asked, last = before or (clock.now(), 0)
    order = _mixed(_scored(session, viewer, purpose, asked))
    if before:
        for candidate, _term in order:
            if candidate.id == last:
                break
    page = list(islice(order, limit + 1))
    why = {candidate.id: Reason(code, _label(code, name)) for candidate, (_weight, code, name) in page}
    return [candidate.entry(asked) for candidate, _term in page], why


def _scored(session: Session, viewer: Viewer, purpose: str | None, asked: datetime) -> list[Scored]:
    near = candidates.near(session, viewer, asked)
    found = candidates.candidates(session, viewer, near, purpose, asked)
    scored = [(*_score(candidate, near, asked), candidate) for candidate in found]
    scored.sort(key=lambda one: (one[0], one[2].id), reverse=True)
    return scored[:ORDERED]


def _much(number: int, full: int) -> float:
    """Give 0 for none, 1 from `full` on, and more for the first than for the last."""
    return min(1.0, log(1 + number) / log(1 + full))


def _terms(post: Candidate, near: Near) -> list[Term]:
    """Give what speaks for a post, as (weight, code, name)."""
    found: list[Term] = []
    if post.waiting and (skill := _skill(post, near.skills)):
        found.append((3.0, "question", skill))
    if post.author_id in near.people:
        found.append((2.0, "person", post.author))
    if tag := next((tag for tag in post.tags if tag in near.tags), None):
        found.append((1.5, "tag", tag))
    if post.signed and near.towards[post.author_id] > 1:
        found.append((1.6 * _much(near.towards[post.author_id], 10), "tie", post.author))
    if kinds.of(post.kind).counts_as == "announcement":
        found.append((1.0, "announcement", str(kinds.of(post.kind).label)))
    if post.signed and post.department_id and post.department_id == near.department_id:
        found.append((0.8, "department", ""))
    if post.group_id in near.groups:
        found.append((0.5 + _much(near.within[post.group_id or 0], 10), "group", post.group or ""))
    if post.said:
        found.append((0.6 * _much(post.said, 20), "discussed", ""))
    return found


def _skill(post: Candidate, skills: dict[str, str]) -> str:
    words = words_of(" ".join((post.title, *post.tags)))
    return next((label for name, label in skills.items() if name in words), "")


def _score(post: Candidate, near: Near, asked: datetime) -> tuple[float, Term]:
    """Give the weight of a post and the strongest thing that speaks for it."""
    terms = _terms(post, near)
    half = WAITS if terms and terms[0][1] == "question" else FADES
    hours = (asked - post.at).total_seconds() / 3600
    score = (1.0 + sum(weight for weight, _code, _name in terms)) * 0.5 ** (hours / half)
    usual = (0.0, "open_group" if post.group_id else "company", "")
    return score * (DONE if post.id in near.done else 1.0), max(terms, default=usual)


def _label(code: str, name: str) -> str:
    """Say in words why a post is shown."""
    return {
        "question": lambda: _("Nobody has answered, and you know about %(skill)s", skill=name),
        "person": lambda: _("You follow %(name)s", name=name),
        "tag": lambda: _("You follow #%(tag)s", tag=name),
        "tie": lambda: _("You often answer or thank %(name)s", name=name),
        "announcement": lambda: name,  # what kind of post it is
        "department": lambda: _("From your department"),
        "group": lambda: _("New in your group %(group)s", group=name),
        "discussed": lambda: _("Much is said about it"),
        "open_group": lambda: _("The group is open to the whole company"),
        "company": lambda: _("It was published to the whole company"),
    }[code]()


def _mixed(scored: Sequence[Scored]) -> Iterator[tuple[Candidate, Term]]:
    """Put posts in order so that neither an author nor a group fills the page: each pick lowers its like."""
    left = list(scored)
    lately: deque[Candidate] = deque(maxlen=RECENT)
    for _turn in range(min(CHOSEN, len(left))):
        authors = {key: AUTHOR_AGAIN**n for key, n in Counter(post.author_id for post in lately).items()}
        places = {key: GROUP_AGAIN**n for key, n in Counter(post.group_id or 0 for post in lately).items()}
        weights = [
            score * authors.get(post.author_id, 1.0) * places.get(post.group_id or -1, 1.0)
            for score, _term, post in left
        ]
        _alone, term, post = left.pop(weights.index(max(weights)))
        lately.append(post)
        yield post, term
