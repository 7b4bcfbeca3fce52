"""Words of the index in PostgreSQL, for what is misspelt or begun: those only that the asker may read.

A word stays when the last document with it goes, until it is looked for: then it is found nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from rse.search.engine import Suggestion
from rse.search.grammar import Parsed, parse, words_of
from rse.search.postgres_pages import best
from rse.search.postgres_question import NOTHING, Question
from rse.search.postgres_text import quoted
from rse.search.spelling import COUNTED, near, slips

log = structlog.get_logger()
TAGGED = 2_000  # documents looked at to complete a tag
LOOKED_AT = 400  # words compared with one
ALIKE = 60  # words that share most of their groups of three letters
BEGINNING = """SELECT word FROM search.word WHERE left(word, 1) = left(:word, 1)
    AND length(word) BETWEEN :least AND :most ORDER BY left(word, 3) <> left(:word, 3), word LIMIT :looked"""
TRIGRAMS = """SELECT word FROM search.word WHERE word % :word ORDER BY word <-> :word LIMIT :alike"""


def prepare(connection: Connection) -> None:
    """Make the indexes of the words; those by three letters only where the extension may be had."""
    connection.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS word_begins ON search.word (left(word, 1), length(word))"
    )
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            connection.exec_driver_sql(
                "CREATE INDEX IF NOT EXISTS word_alike ON search.word USING gist (word gist_trgm_ops)"
            )
    except DBAPIError as error:
        log.info("pg_trgm is not available", reason=type(error.orig).__name__)


def note(connection: Connection, words: Iterable[str]) -> None:
    """Keep the exact words of documents that somebody may mean."""
    meant = sorted(word for word in words if slips(word))
    if meant:
        statement = "INSERT INTO search.word SELECT unnest(CAST(:words AS text[])) ON CONFLICT DO NOTHING"
        connection.execute(text(statement), {"words": meant})


def spellings(
    connection: Connection, words: Sequence[str], audience: frozenset[str], version: str
) -> dict[str, list[tuple[str, int]]]:
    """Give the words near these in what the audience may read, with in how many documents each stands."""
    alike = connection.scalar(text("SELECT to_regclass('search.word_alike') IS NOT NULL"))
    found = {}
    for word in words:
        values = {
            "word": word, "least": len(word) - slips(word), "most": len(word) + slips(word),
            "looked": LOOKED_AT, "alike": ALIKE,
        }  # fmt: skip
        known = set(connection.scalars(text(BEGINNING), values))
        if alike:
            known |= set(connection.scalars(text(TRIGRAMS), values))
        asked = [word, *near(word, known)]
        question = Question(connection, audience, version)
        counts = [
            f"(SELECT count(*) FROM (SELECT 1 FROM search.document d WHERE d.words @@ "
            f"{question.asked(quoted('=' + one))} AND {question.readable} LIMIT {COUNTED}) AS held)"
            for one in asked
        ]
        row = question.run("SELECT " + ", ".join(counts)).one()
        found[word] = [(one, count) for one, count in zip(asked, row, strict=True) if count]
    return found


def suggest(
    connection: Connection, prefix: str, audience: frozenset[str], limit: int, version: str
) -> list[Suggestion]:
    """Complete the last word from the names and tags that the audience may read."""
    *before, last = prefix.split() or [""]
    words = words_of(" ".join(before)) if before else []
    asked = Parsed(words=[*words, *parse(last.rstrip("*") + "*").words])
    if not asked.words:
        return []
    question = Question(connection, audience, version)
    condition, score = question.all_of(asked)
    named = []
    if condition != NOTHING:
        named = best(question, f"{condition} AND d.kind IN ('person', 'group')", score, limit)
    found = [Suggestion(one.kind, one.key) for one in named]
    tags = _tags(Question(connection, audience, version), last.lower().lstrip("#"))
    return (found + [Suggestion("tag", tag) for tag in tags])[:limit]


def _tags(question: Question, wanted: str) -> Iterable[str]:
    """Give the most used tags with a beginning, counted over what the audience may read."""
    asked, start = question.asked(quoted("#" + wanted) + ":*"), question.bind(wanted)
    return question.connection.scalars(
        text(
            f"""
            SELECT tag FROM (SELECT d.tags FROM search.document d
              WHERE d.words @@ {asked} AND {question.readable} LIMIT {TAGGED}) AS tagged, unnest(tags) AS tag
            WHERE starts_with(tag, {start}) GROUP BY tag ORDER BY count(*) DESC, tag COLLATE "C" LIMIT 5
            """
        ),
        question.values,
    ).all()
