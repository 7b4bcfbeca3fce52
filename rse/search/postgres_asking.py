"""Questions in PostgreSQL: one statement each, bounded by the audience before anything is counted."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from rse.search.engine import Found, Results, SearchQuery
from rse.search.grammar import Parsed, apart, parse, widen, words_of
from rse.search.postgres_pages import best, page
from rse.search.postgres_question import NOTHING, Question
from rse.search.ranking import EVIDENCE, MOST, NEARLY, nearly

log = structlog.get_logger()


def search(connection: Connection, query: SearchQuery, version: str) -> Results:
    """Answer a question: with all the words, or, when that finds nothing, with most of them, or some."""
    parsed = widen(parse(query.text), query.also)
    if not parsed.asks:
        if query.text.strip() and not parsed.filters:
            return Results()
        question = Question(connection, query.audience, version)
        return page(question, "true", "0", query, ranked=False)
    ranked = query.sort != "date"
    question = Question(connection, query.audience, version)
    results = page(question, *question.all_of(parsed), query, ranked=ranked)
    if nearly(parsed, results, query):
        return _with_nearly(connection, parsed, query, version) or results
    parsed = apart(parsed)
    for share in (MOST, 0.0):
        if results.total or parsed.phrases or len(parsed.words) <= 1:  # a phrase is meant as it stands
            break
        question = Question(connection, query.audience, version)
        found = page(question, *question.any_of(parsed, share), query, ranked=ranked)
        results = Results(
            found.found, found.total, found.facets, found.after, bool(found.total), found.bounded
        )
    return results


def _with_nearly(connection: Connection, parsed: Parsed, query: SearchQuery, version: str) -> Results | None:
    """Answer with what holds nearly all the words too; None where that takes too long: the rest stands."""
    try:
        with connection.begin_nested():
            question = Question(connection, query.audience, version)
            return page(question, *question.any_of(parsed, NEARLY, telling=True), query, ranked=True)
    except DBAPIError as error:
        log.info("search took too long for more", reason=type(error.orig).__name__)
        return None


def evidence(
    connection: Connection, terms: str, audience: frozenset[str], k: int, version: str
) -> list[Found]:
    """Give the best documents that say something about the terms; private conversations say nothing."""
    parsed = Parsed(words=words_of(terms))
    if not parsed.words:
        return []
    question = Question(connection, audience, version)
    condition, score = question.any_of(parsed, telling=True)
    if condition == NOTHING:
        return []
    speaks = f"d.kind = ANY({question.bind(sorted(EVIDENCE))})"
    speaking = f"{speaks} AND (d.kind <> 'message' OR d.group_id <> 0)"
    return best(question, f"{condition} AND {speaking}", score, k)
