"""Search and experts for programs."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, url_for
from pydantic import BaseModel

from rse.core import db
from rse.core.api import endpoint
from rse.core.model import encode_id
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, viewer
from rse.search import queries
from rse.search.asking import FIELD
from rse.search.current import asker, in_turn
from rse.search.experts import Expert
from rse.search.next_step import NextStep as Step
from rse.search.next_step import next_step
from rse.search.schemas import ExpertsInput, SearchInput

blueprint = Blueprint("search_api", __name__)
PER_MINUTE = "120/minute"
KIND = {"kudos": "endorsement", "group": "post"}  # the kinds that programs know


class NextStep(BaseModel):
    """What to do where nothing is found: publish `question` (in `group`, a slug, or the company), at `url`.

    `people` could answer and may be asked by name (`ask` of a new question); each as in /experts, with the
    best `reason` in words.
    """

    question: str
    group: str | None
    url: str
    people: list[dict[str, Any]]


class SearchAnswer(BaseModel):
    """Results: `total` and `facets` ({name: [{value, label, count}]}) hold what the caller may read."""

    items: list[Any]
    next_cursor: str | None
    total: int
    facets: dict[str, list[dict[str, Any]]]
    did_you_mean: str | None
    bounded: bool  # so much answers that only the newest were looked at: total counts those
    loose: bool  # nothing holds all the words: the items hold some of them
    next_step: NextStep | None = None  # only where there is no result for a question in words


class Experts(BaseModel):
    """People, best first, each with the evidence."""

    items: list[Any]
    next_cursor: str | None


@endpoint(blueprint, "/search", rule=SIGNED_IN, query=SearchInput, returns=SearchAnswer, limit=PER_MINUTE)
@in_turn
def search(query: SearchInput) -> dict[str, Any]:
    """Search people, posts, comments, groups and messages."""
    after: Any = decode_cursor(query.cursor, float, int, str)
    who = asker(db.session(), viewer())
    answer = queries.search(who, query, after)
    nothing = not (answer.total or after) and who.backend.health() is None
    step = next_step(who, query) if nothing else None
    facets: dict[str, Any] = {
        FIELD.get(name, name): [
            {"value": value, "label": label, "count": count} for value, label, count in values
        ]
        for name, values in answer.facets.items()
    }
    facets["type"] = [{"value": name, "label": name, "count": n} for name, n in answer.counts.items() if n]
    return {
        "items": [item(one) for one in answer.items],
        "next_cursor": encode_cursor(*answer.after) if answer.after else None,
        "total": answer.total,
        "facets": facets,
        "did_you_mean": answer.did_you_mean,
        "bounded": answer.bounded,
        "loose": answer.loose,
        "next_step": _next(step) if step else None,
    }


def _next(step: Step) -> dict[str, Any]:
    slug = step.group.slug if step.group else None
    return {
        "question": step.question,
        "group": slug,
        "url": url_for("feed.home", kind="question", body=step.question, group=slug),
        "people": [{**_expert(one), "reason": reason["text"]} for one, reason in step.people],
    }


def item(item: queries.Item) -> dict[str, Any]:
    """Write one result."""
    return {
        "type": item.type,
        "id": encode_id(item.id),
        "title": item.title,
        "snippet_html": str(item.snippet_html),
        "url": item.url,
        "at": item.at,
        "score": item.score,
        "subtitle": item.subtitle,
        "author": item.author or None,
    }


@endpoint(blueprint, "/experts", rule=SIGNED_IN, query=ExpertsInput, returns=Experts, limit=PER_MINUTE)
@in_turn
def experts(query: ExpertsInput) -> dict[str, Any]:
    """Rank who knows about a subject, each with the evidence that the caller may read."""
    found = queries.find_experts(asker(db.session(), viewer()), query)
    return {"items": [_expert(one) for one in found], "next_cursor": None}


def _expert(found: Expert) -> dict[str, Any]:
    card = found.person
    return {
        "person": {
            "id": card.public_id,
            "uid": card.uid,
            "display_name": card.display_name,
            "title": card.title,
            "department": {"path": found.department} if found.department else None,
            "site": card.site,
            "avatar_url": card.avatar_url,
            "url": card.href,
        },
        "score": found.score,
        "evidence": [{**asdict(one), "kind": KIND.get(one.kind, one.kind)} for one in found.evidence],
    }
