"""Questions in PostgreSQL: one statement each, bounded by the audience before anything is counted."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from rse.core.audience import EVERYONE
from rse.search.engine import FACET_VALUES, FACETS, MAX_LIMIT, Found, Results, SearchQuery
from rse.search.grammar import Parsed, Word, apart, parse, widen, words_of
from rse.search.postgres_text import holding, phrase, quoted, together
from rse.search.ranking import EVIDENCE, FRESH_HALF_LIFE, FRESH_SHARE, MOST, NEARLY, ROUNDING, nearly

log = structlog.get_logger()
VERSIONED = "(SELECT version FROM search.state WHERE id = 1) = :version"
COMMON = 5_000  # documents: a word that one may read in more is common, and its rarity is not counted further
MANY = 20_000  # documents against which the rarity of a word is measured
WEIGHTS = "CAST('{0.4,0.4,0.4,1}' AS real[])"  # of a word in the text and in the title
COLUMNS = "key, kind, score, at, author_id, group_id, root, post_kind, accepted"
COUNTED = {
    "kind": "kind",
    "group": "CAST(group_id AS text)",
    "author": "CAST(author_id AS text)",
    "tag": "unnest(tags)",
    "post_kind": "post_kind",
    "department": "department",
    "site": "site",
    "mark": "unnest(marks)",
}
NUMBERS = {"group", "author"}
Row = dict[str, Any]


class Question:
    """A statement that is being written, with what is bound to it."""

    def __init__(self, connection: Connection, audience: frozenset[str], version: str) -> None:
        self.connection = connection
        self.values: Row = {
            "tokens": sorted(token for token in audience if not token.startswith("-")),
            "closed": _closed(audience, "-read:"),
            "unknown": _closed(audience, "-known:"),
            "version": version,
            "everyone": EVERYONE,
        }
        self.readable = (
            f"{VERSIONED} AND (d.audience = ANY(:tokens) OR (d.kind = 'person' AND d.key = ANY(:tokens)))"
        )
        if self.values["closed"] or self.values["unknown"]:
            self.readable += (
                " AND (d.audience <> :everyone OR d.group_id IS NULL OR d.group_id <> ALL"
                "(CASE WHEN d.kind = 'group' THEN CAST(:unknown AS bigint[])"
                " ELSE CAST(:closed AS bigint[]) END))"
            )

    def bind(self, value: Any) -> str:
        """Bind a value; give the name that stands for it in the statement."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return ":" + name

    def asked(self, query: str) -> str:
        """Bind a tsquery."""
        return f"CAST({self.bind(query)} AS tsquery)"

    def run(self, statement: str) -> Any:
        """Ask the database."""
        return self.connection.execute(text(statement), self.values)

    # How well

    def weight(self, word: Word) -> str:
        """Say how much a document is about a word, or, at a lower weight, about what may stand for it."""
        own = self._mean(word.each) if word.each else self._own(word)
        others = [
            f"CASE WHEN d.words @@ {self.asked(together(other.words))} "
            f"THEN {other.weight} * {self._mean(other.words)} ELSE 0 END"
            for other in word.others
        ]
        return f"greatest({', '.join([own, *others])})" if others else own

    def _mean(self, words: Sequence[Word]) -> str:
        return f"(({' + '.join(map(self.weight, words))}) / {len(words)})"

    def _own(self, word: Word) -> str:
        """Weigh a word itself: its stem counts once, its exact form twice more."""
        if word.prefix:
            return f"ts_rank({WEIGHTS}, d.words, {self.asked(holding(word))})"
        stem, exact = self.asked(quoted(word.stem)), self.asked(quoted("=" + word.exact))
        weight = f"ts_rank({WEIGHTS}, d.words, {stem}) + 2 * ts_rank({WEIGHTS}, d.words, {exact})"
        if word.parts:
            weight += f" + CASE WHEN d.words @@ {self.asked(phrase(word.parts))} THEN 1 ELSE 0 END"
        return f"({weight})"

    def rarities(self, words: Sequence[Word]) -> list[float]:
        """Give how rare each word is in what one may read: the smallest for all that are common there."""
        if len(words) == 1:
            return [1.0]
        counts = [
            f"(SELECT count(*) FROM (SELECT 1 FROM search.document d WHERE d.words @@ "
            f"{self.asked(holding(word))} AND {self.readable} LIMIT {COMMON}) AS holding)"
            for word in words
        ]
        found = self.run("SELECT " + ", ".join(counts)).one()
        return [math.log(1 + MANY / (count + 0.5)) if count else 0.0 for count in found]

    def all_of(self, parsed: Parsed) -> tuple[str, str]:
        """Ask for every word and phrase: the condition, and the score."""
        words = [*parsed.words, *(word for some in parsed.phrases for word in some)]
        parts = [holding(word) for word in parsed.words] + [phrase(some) for some in parsed.phrases]
        score = [
            f"{rarity} * {self.weight(word)}"
            for word, rarity in zip(words, self.rarities(words), strict=True)
        ]
        condition = self.asked(" & ".join(parts + _without(parsed)))
        return f"d.words @@ {condition}", f"d.shortness * ({' + '.join(score)})"

    def any_of(self, parsed: Parsed, share: float = 0.0, *, telling: bool = False) -> tuple[str, str]:
        """Ask for a share of the words, by rarity; holding more counts more.

        `telling` leaves out what holds common words alone, where there is a rarer one: it would be last.
        """
        weighed = list(zip(parsed.words, self.rarities(parsed.words), strict=True))
        known = [(word, rarity) for word, rarity in weighed if rarity]
        total = sum(rarity for _, rarity in known) or 1.0
        if not known:
            return "false", "0"
        held = " + ".join(
            f"CASE WHEN d.words @@ {self.asked(holding(word))} THEN {rarity} ELSE 0 END"
            for word, rarity in known
        )
        score = " + ".join(f"{rarity} * {self.weight(word)}" for word, rarity in known)
        common = math.log(1 + MANY / (COMMON + 0.5)) if telling else 0.0
        told = [word for word, rarity in known if rarity > common] or [word for word, _ in known]
        some = " | ".join(map(holding, told))
        condition = f"d.words @@ {self.asked(' & '.join([f'({some})', *_without(parsed)]))}"
        if share:
            condition += f" AND ({held}) >= {share * total * (1 - ROUNDING)}"
        return condition, f"d.shortness * ({score}) * power(({held}) / {total}, 2)"

    def fresh(self, score: str) -> str:
        """Let a share of a score halve with age; names do not age."""
        age = f"greatest(0, {self.bind(time.time())} - d.at) / {FRESH_HALF_LIFE}"
        aged = f"{1 - FRESH_SHARE} + {FRESH_SHARE} * power(0.5, least({age}, 900))"
        return f"({score}) * CASE WHEN d.kind IN ('person', 'group') THEN 1 ELSE {aged} END"

    # Which

    def missed(self, query: SearchQuery) -> str:
        """Say which filters a document does not pass: nothing, the name of one, or of several together."""
        below = query.department.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        tests: list[tuple[str, Any, str, Any]] = [
            ("kind", query.kinds, "d.kind = ANY({})", sorted(query.kinds)),
            ("group", query.groups, "d.group_id = ANY({})", sorted(query.groups)),
            ("author", query.authors, "d.author_id = ANY({})", sorted(query.authors)),
            ("tag", query.tags, "d.tags && CAST({} AS text[])", sorted(query.tags)),
            ("post_kind", query.post_kinds, "d.post_kind = ANY({})", sorted(query.post_kinds)),
            ("mark", query.marks, "d.marks @> CAST({} AS text[])", sorted(query.marks)),
            ("department", below, "(d.department || ' / ') LIKE {}", f"{below} / %"),
            ("site", query.site, "d.site = {}", query.site),
            ("since", query.since, "d.at >= {}", query.since and query.since.timestamp()),
            ("until", query.until, "d.at < {}", query.until and query.until.timestamp()),
        ]
        failed = [
            f"CASE WHEN ({test.format(self.bind(value))}) IS NOT TRUE THEN '{name}' ELSE '' END"
            for name, wanted, test, value in tests
            if wanted
        ]
        return " || ".join(failed) or "''"

    def page(self, condition: str, score: str, query: SearchQuery, *, ranked: bool) -> Results:
        """Give a page of what a condition finds, how many there are, and the facets."""
        limit, missed = min(query.limit, MAX_LIMIT), self.missed(query)
        worth = f"round(CAST({self.fresh(score)} AS numeric), 6)" if ranked else "0.0"
        later = ""
        if query.after is not None:
            last, at, key = query.after
            later = (
                f'AND (score, at, key COLLATE "C") < (CAST({self.bind(str(last))} AS numeric), '
                f"{self.bind(at)}, {self.bind(key)})"
            )
        counted = " UNION ALL ".join(map(_facet, FACETS)) if query.facets else ""
        total, rows, facets = self.run(
            f"""
            WITH found AS MATERIALIZED (
              SELECT d.key, d.kind, {worth} AS score, d.at, d.author_id, d.group_id, d.root, d.post_kind,
                     d.accepted, d.tags, d.marks, d.department, d.site, {missed} AS missed
              FROM search.document d WHERE {condition} AND {self.readable}
            )
            SELECT (SELECT count(*) FROM found WHERE missed = ''),
              (SELECT json_agg(page) FROM (SELECT {COLUMNS} FROM found WHERE missed = '' {later}
                ORDER BY score DESC, at DESC, key COLLATE "C" DESC LIMIT {limit + 1}) AS page),
              {f"(SELECT json_agg(counted) FROM ({counted}) AS counted)" if counted else "NULL"}
            """
        ).one()
        found = [_found(row) for row in rows or ()]
        last_one = found[limit - 1] if len(found) > limit else None
        after = (last_one.score, last_one.at, last_one.key) if last_one else None
        return Results(found[:limit], total, _facets(facets or ()), after)

    def best(self, condition: str, score: str, limit: int) -> list[Found]:
        """Give the best of what a condition finds, without counting the rest."""
        rows = self.run(
            f"""
            SELECT d.key, d.kind, round(CAST({score} AS numeric), 6) AS score, d.at, d.author_id, d.group_id,
                   d.root, d.post_kind, d.accepted
            FROM search.document d WHERE {condition} AND {self.readable}
            ORDER BY 3 DESC, d.at DESC, d.key COLLATE "C" DESC LIMIT {limit}
            """
        )
        return [_found(row) for row in rows.mappings()]


def search(connection: Connection, query: SearchQuery, version: str) -> Results:
    """Answer a question: with all the words, or, when that finds nothing, with most of them, or some."""
    parsed = widen(parse(query.text), query.also)
    if not parsed.asks:
        if query.text.strip() and not parsed.filters:
            return Results()
        question = Question(connection, query.audience, version)
        return question.page("true", "0", query, ranked=False)
    ranked = query.sort != "date"
    question = Question(connection, query.audience, version)
    results = question.page(*question.all_of(parsed), query, ranked=ranked)
    if nearly(parsed, results, query):
        return _with_nearly(connection, parsed, query, version) or results
    parsed = apart(parsed)
    for share in (MOST, 0.0):
        if results.total or parsed.phrases or len(parsed.words) <= 1:  # a phrase is meant as it stands
            break
        question = Question(connection, query.audience, version)
        found = question.page(*question.any_of(parsed, share), query, ranked=ranked)
        results = Results(found.found, found.total, found.facets, found.after, bool(found.total))
    return results


def _with_nearly(connection: Connection, parsed: Parsed, query: SearchQuery, version: str) -> Results | None:
    """Answer with what holds nearly all the words too; None where that takes too long: the rest stands."""
    try:
        with connection.begin_nested():
            question = Question(connection, query.audience, version)
            return question.page(*question.any_of(parsed, NEARLY, telling=True), query, ranked=True)
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
    speaks = f"d.kind = ANY({question.bind(sorted(EVIDENCE))})"
    speaking = f"{speaks} AND (d.kind <> 'message' OR d.group_id <> 0)"
    return question.best(f"{condition} AND {speaking}", score, k)


def _closed(audience: frozenset[str], mark: str) -> list[int]:
    return sorted(int(token.removeprefix(mark)) for token in audience if token.startswith(mark))


def _without(parsed: Parsed) -> list[str]:
    unwanted = [holding(word) for word in parsed.without] + [phrase(some) for some in parsed.without_phrases]
    return [f"!{some}" for some in unwanted]


def _facet(name: str) -> str:
    values = f"SELECT {COUNTED[name]} AS value FROM found WHERE missed IN ('', '{name}')"
    return (
        f"(SELECT '{name}' AS name, value, count(*) AS times FROM ({values}) AS one "
        f"WHERE value <> '' AND value <> '0' GROUP BY value "
        f'ORDER BY 3 DESC, value COLLATE "C" LIMIT {FACET_VALUES})'
    )


def _facets(rows: Iterable[Row]) -> dict[str, list[tuple[Any, int]]]:
    facets: dict[str, list[tuple[Any, int]]] = {}
    for row in rows:
        value = int(row["value"]) if row["name"] in NUMBERS else row["value"]
        facets.setdefault(row["name"], []).append((value, row["times"]))
    return facets


def _found(row: Any) -> Found:
    return Found(
        row["key"], row["kind"], float(row["score"]), row["at"], row["author_id"], row["group_id"],
        row["root"], row["post_kind"], row["accepted"],
    )  # fmt: skip
