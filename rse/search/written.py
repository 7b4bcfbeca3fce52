"""What people wrote about a subject, of what the asker reads: texts found, and answers under them.

The engine gives the best posts, comments and group messages; the database gives who else answered under the
same posts, who answered lately in the groups in which it is spoken about, and who answered the asker before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, literal, select, union_all

from rse.core import clock
from rse.core.audience import readable
from rse.feed.models import Comment, Post
from rse.search.asking import Asker
from rse.search.declared import stems
from rse.search.engine import Found
from rse.search.scoring import RECENT, Evidence, Reply, best, shared

FOUND = 200  # texts that the engine is asked for
UNDER = 3_000  # answers under the posts found
POSTS = 200  # newest ones of a group, whose answers are counted
LATELY = timedelta(days=120)
MONTH = timedelta(days=30)
HELPED = timedelta(days=365)
GROUPS = 3  # in which a subject is mostly spoken about
LEAST = 0.25  # of the best text's score: what is less is no reason
ABOUT = 1 / 3  # how much being active in such a group counts, where nobody asks in it
WORTH = {"question": 0.2, "comment": 1.0, "message": 0.5}  # who asks may still know; a mere post counts half
POST = 0.5
ASKER = -1  # instead of a place: answers to who asks

Place = int | None  # a group, or the company's own feed


@dataclass(slots=True)
class Written:
    """The evidence of texts for the scoring, and what the reasons are said from."""

    evidence: Evidence[int]
    texts: dict[int, dict[str, list[Found]]] = field(default_factory=dict)  # by person and kind
    lately: dict[int, Counter[Place]] = field(default_factory=lambda: defaultdict(Counter))  # in 30 days
    about: float = ABOUT


def _number(key: str) -> int:
    return int(key.rpartition(":")[2])


def _posts(asker: Asker, found: Sequence[Found]) -> dict[int, Any]:
    """Give the posts that were found, or stand above what was, where the asker may read them."""
    keys = {one.root or one.key for one in found if one.kind in {"post", "comment"}}
    columns = (Post.id, Post.author_id, Post.title, Post.tags, Post.group_id, Post.kind, Post.answer_id)
    query = select(*columns).where(
        Post.id.in_(sorted(_number(key) for key in keys)), Post.deleted_at.is_(None),
        readable(Post.audience, asker.viewer),
    )  # fmt: skip
    return {row.id: row for row in asker.session.execute(query)}


def _under(asker: Asker, posts: Mapping[int, Any]) -> list[Found]:
    """Give every answer to the questions among these posts, by others than who asks, as an engine finds it.

    Under another post only the comments count that the engine finds for what they say themselves.
    """
    query = select(Comment.id, Comment.author_id, Comment.at, Comment.post_id).where(
        Comment.post_id.in_([number for number, post in posts.items() if post.kind == "question"]),
        Comment.deleted_at.is_(None),
    )
    found = []
    for number, author, at, post_id in asker.session.execute(query.order_by(Comment.at.desc()).limit(UNDER)):
        post = posts[post_id]
        if author != post.author_id:
            key, accepted = f"comment:{number}", number == post.answer_id
            found.append(
                Found(
                    key, "comment", 0.0, int(at.timestamp()), author, post.group_id, f"post:{post_id}",
                    post.kind, accepted,
                )
            )  # fmt: skip
    return found


def _replies(texts: Iterable[Found]) -> list[Reply[int]]:
    replies = []
    for one in texts:
        if one.author_id is not None:
            kind = "question" if one.kind == "post" and one.post_kind == "question" else one.kind
            replies.append(Reply(one.author_id, one.at, one.key, one.root or one.key, WORTH.get(kind, POST)))
    return replies


def _shares(told: Sequence[tuple[float, Reply[int]]], texts: Mapping[Any, Found]) -> dict[Place, float]:
    """Give the places in which it is mostly spoken about, with their shares."""
    sums: dict[Place, float] = defaultdict(float)
    for score, reply in told:
        sums[texts[reply.key].group_id] += score
    top = sorted(sums.items(), key=lambda one: -one[1])[:GROUPS]
    total = sum(score for _, score in top) or 1.0
    return {place: score / total for place, score in top}


Active = list[tuple[int, float, float, Place]]  # person, time, share of the subject, place


def _answering(asker: Asker, places: Mapping[Place, float]) -> tuple[Active, list[tuple[int, float]]]:
    """Give who answered lately in some places, and who answered the asker in the last year; one query."""
    since, parts = clock.now() - LATELY, [_helped(asker)]
    for place in places:
        newest = (
            select(Post.id, Post.author_id)
            .where(Post.group_id == place, Post.deleted_at.is_(None), readable(Post.audience, asker.viewer))
            .order_by(Post.at.desc(), Post.id.desc())
            .limit(POSTS)
            .subquery()
        )
        answers = select(Comment.author_id, Comment.at, literal(place or 0, BigInteger).label("place"))
        answers = answers.join(newest, newest.c.id == Comment.post_id).where(
            Comment.at > since, Comment.deleted_at.is_(None), Comment.author_id != newest.c.author_id
        )
        latest = answers.order_by(Comment.at.desc()).limit(RECENT).subquery()
        parts.append(select(latest.c.author_id, latest.c.at, latest.c.place))
    rows = [(person, at.timestamp(), place) for person, at, place in asker.session.execute(union_all(*parts))]
    active = [(who, at, places[place or None], place or None) for who, at, place in rows if place != ASKER]
    return active, [(who, at) for who, at, place in rows if place == ASKER]


def _helped(asker: Asker) -> Any:
    """Ask who answered the asker in the last year, and when."""
    columns = (Comment.author_id, Comment.at, literal(ASKER, BigInteger).label("place"))
    query = select(*columns).join(Post, Post.id == Comment.post_id).where(
        Post.author_id == asker.viewer.id, Post.at > clock.now() - HELPED, Post.deleted_at.is_(None),
        readable(Post.audience, asker.viewer), Comment.deleted_at.is_(None),
        Comment.author_id != asker.viewer.id,
    )  # fmt: skip
    latest = query.order_by(Comment.at.desc()).limit(RECENT).subquery()
    return select(latest.c.author_id, latest.c.at, latest.c.place)


def written(asker: Asker, topic: str, place: Place = None, *, asked_there: bool = False) -> Written:
    """Gather the evidence of texts; `place` is where the question is asked, if it is `asked_there`."""
    now = clock.now()
    found = [one for one in asker.backend.evidence(topic, asker.tokens, FOUND) if one.author_id is not None]
    posts = _posts(asker, found)
    texts = {one.key: one for one in _under(asker, posts)}
    texts |= {one.key: one for one in found if one.kind == "message" or _number(one.root or one.key) in posts}
    asked = stems(topic)
    evidence = Evidence(
        now.timestamp(), {one.key: one.score for one in found}, _replies(texts.values()),
        {f"post:{n}": shared(asked, stems(f"{p.title or ''} {' '.join(p.tags)}")) for n, p in posts.items()},
    )  # fmt: skip
    told = best(evidence)
    rows, evidence.helped = _answering(asker, {place: 1.0} if asked_there else _shares(told, texts))
    evidence.recent = [(person, at, share) for person, at, share, _place in rows]
    result = Written(evidence, about=1.0 if asked_there else ABOUT)
    month = (now - MONTH).timestamp()
    for person, at, _share, where in rows:
        if at > month:
            result.lately[person][where] += 1
    _reasons(result, told, texts)
    return result


def _reasons(result: Written, told: Sequence[tuple[float, Reply[int]]], texts: Mapping[Any, Found]) -> None:
    """Note by person the texts that say something about the subject, the best first."""
    least = told[0][0] * LEAST if told else 0.0
    for score, reply in told:
        text = texts[reply.key]
        kind = "answer" if text.accepted else "message" if text.kind == "message" else "post"
        if score >= least * reply.worth:
            result.texts.setdefault(reply.person, {}).setdefault(kind, []).append(text)
