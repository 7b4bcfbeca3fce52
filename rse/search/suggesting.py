"""While a question is typed: the same one answered already, and who could answer, each with the reason.

Both come from what the asker may read; who may be asked stands in `rse.search.next_step`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import EVERYONE, Viewer, readable
from rse.core.policy import NotFound
from rse.core.text import excerpt, plain
from rse.core.web import SIGNED_IN, is_fragment, page, route, viewer
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.groups import queries as groups
from rse.questions import policy
from rse.questions import queries as questions
from rse.search import analysis
from rse.search.asking import Asker
from rse.search.current import asker
from rse.search.engine import SearchQuery
from rse.search.grammar import MAX_TEXT
from rse.search.next_step import ENOUGH, SHOWN, stems_of, who_could
from rse.search.views import PER_MINUTE, blueprint

FOUND = 30
ALIKE = 0.5  # share of the words of a question that one like it holds
TITLE = 110


@dataclass(frozen=True, slots=True)
class Answered:
    """A question like the one that is typed, with something written under it."""

    id: int
    title: str
    solved: bool
    comments: int


def answered(who: Asker, text: str) -> list[Answered]:
    """Give questions like a text that somebody has answered, the most alike first."""
    wanted = stems_of(text)
    words = " ".join(text[token.start : token.end] for token in analysis.tokens(text))
    kinds, asked = frozenset({"post", "comment"}), frozenset({"question"})
    results = who.backend.search(
        SearchQuery(words, who.tokens, kinds=kinds, post_kinds=asked, limit=FOUND)
    ) if len(wanted) >= ENOUGH else None  # fmt: skip
    if results is None or not results.found:
        return []
    roots = dict.fromkeys(int((one.root or one.key).partition(":")[2]) for one in results.found)
    query = select(Post.id, Post.title, Post.body_html, Post.answer_id, Post.comment_count).where(
        Post.id.in_(roots), Post.deleted_at.is_(None), readable(Post.audience, who.viewer),
        or_(Post.answer_id.is_not(None), Post.comment_count > 0),
    )  # fmt: skip
    ranked = []
    for number, title, html, answer_id, comments in who.session.execute(query):
        body = plain(html)
        share = len(wanted & stems_of(f"{title or ''} {body}")) / len(wanted)
        if share >= ALIKE:
            found = Answered(number, title or excerpt(body, TITLE), answer_id is not None, comments)
            ranked.append((-share, answer_id is None, list(roots).index(number), found))
    return [found for *_order, found in sorted(ranked, key=lambda one: one[:3])][:SHOWN]


def _audience(session: Session, who: Viewer, slug: str) -> tuple[str, int | None]:
    """Give who would read what is published in a group, or in the company, and the group."""
    if not slug:
        return EVERYONE, None
    try:
        group = groups.find(session, who, slug)
    except NotFound:
        return EVERYONE, None
    return group.posts_audience, group.id


def _typed() -> str:
    parts: Sequence[str] = [request.args.get(name, "") for name in ("title", "q")]
    return " ".join(" ".join(parts).split())[:MAX_TEXT]


@route(blueprint, "/questions/suggest", rule=SIGNED_IN, limit=PER_MINUTE)
def while_asking() -> Any:
    """Give what stands under a question while it is typed."""
    session, who = db.session(), viewer()
    asking, text = asker(session, who), _typed()
    audience, place = _audience(session, who, request.args.get("group", ""))
    people = who_could(asking, text, audience, place)
    return page("search/_while_asking.html", answered=answered(asking, text), people=people)


@route(blueprint, "/posts/<pid:post_id>/who", rule=SIGNED_IN, limit=PER_MINUTE)
def who_answers(post_id: int) -> Any:
    """Show who asked a question whom they could ask by name."""
    session, who = db.session(), viewer()
    post = feed.post(session, who, post_id)
    group, _tie = feed.place(session, who, post.group_id)
    if not policy.may_ask(who, post, group):
        raise NotFound
    text = f"{post.title or ''} {plain(post.body_html)} {' '.join(post.tags)}"[:MAX_TEXT]
    left = questions.left(session, post_id)
    people = who_could(asker(session, who), text, post.audience, post.group_id, post_id=post_id)[:left]
    template = "search/_who.html" if is_fragment() else "search/who.html"
    return page(template, post=post, people=people, left=left, most=policy.PER_WEEK)
