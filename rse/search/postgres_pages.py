"""Pages of what PostgreSQL finds: the newest of it, filtered, counted and in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rse.search.engine import FACET_VALUES, FACETS, LOOKED_AT, MAX_LIMIT, Found, Results, SearchQuery
from rse.search.postgres_question import NOTHING, Question

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


def _tests(question: Question, query: SearchQuery) -> dict[str, str]:
    """Say what each filter that is set asks of a document."""
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
    return {name: test.format(question.bind(value)) for name, wanted, test, value in tests if wanted}


def page(question: Question, condition: str, score: str, query: SearchQuery, *, ranked: bool) -> Results:
    """Give a page of what a condition finds, how many there are, and the facets: of the newest LOOKED_AT.

    Facets count what passes all the other filters, so what fails one alone is gathered beside.
    """
    if condition == NOTHING:
        return Results()
    limit, tests = min(query.limit, MAX_LIMIT), _tests(question, query)
    worth = f"round(CAST({question.fresh(score)} AS numeric), 6)" if ranked else "0.0"
    later = ""
    if query.after is not None:
        last, at, key = query.after
        later = (
            f'AND (score, at, key COLLATE "C") < (CAST({question.bind(str(last))} AS numeric), '
            f"{question.bind(at)}, {question.bind(key)})"
        )
    passing = " AND ".join(["true", *tests.values()])
    parts = [("''", worth, passing)]
    for name in tests.keys() & set(FACETS) if query.facets else ():
        others = [test for other, test in tests.items() if other != name]
        parts.append((f"'{name}'", "0", " AND ".join([f"({tests[name]}) IS NOT TRUE", *others])))
    counted = " UNION ALL ".join(map(_facet, FACETS)) if query.facets else ""
    gathered = " UNION ALL ".join(
        f"SELECT d.key, d.kind, {value} AS score, d.at, d.author_id, d.group_id, d.root, d.post_kind,"
        f" d.accepted, d.tags, d.marks, d.department, d.site, {missed} AS missed"
        f" FROM {_newest(question, f'{condition} AND {test}')}"
        for missed, value, test in parts
    )
    total, rows, facets = question.run(
        f"""
        WITH found AS MATERIALIZED ({gathered})
        SELECT (SELECT count(*) FROM found WHERE missed = ''),
          (SELECT json_agg(page) FROM (SELECT {COLUMNS} FROM found WHERE missed = '' {later}
            ORDER BY score DESC, at DESC, key COLLATE "C" DESC LIMIT {limit + 1}) AS page),
          {f"(SELECT json_agg(counted) FROM ({counted}) AS counted)" if counted else "NULL"}
        """
    ).one()
    found = [_found(row) for row in rows or ()]
    last_one = found[limit - 1] if len(found) > limit else None
    after = (last_one.score, last_one.at, last_one.key) if last_one else None
    more = total >= LOOKED_AT
    return Results(found[:limit], total, _facets(facets or ()), after, bounded=more)


def _newest(question: Question, condition: str) -> str:
    """Say where to look: at the newest of what fulfils a condition and the asker may read.

    A frequent word is then found by going back in time, a rare one by its rows; PostgreSQL knows which
    words are frequent. How often words stand side by side it does not know: phrases go by their rows.
    """
    order = "d.at + 0" if question.phrased else "d.at"
    return (
        f"(SELECT * FROM search.document d WHERE {condition} AND {question.readable}"
        f" ORDER BY {order} DESC LIMIT {LOOKED_AT}) AS d"
    )


def best(question: Question, condition: str, score: str, limit: int) -> list[Found]:
    """Give the best of the newest that a condition finds, without counting the rest."""
    rows = question.run(
        f"""
        SELECT d.key, d.kind, round(CAST({score} AS numeric), 6) AS score, d.at, d.author_id, d.group_id,
               d.root, d.post_kind, d.accepted
        FROM {_newest(question, condition)}
        ORDER BY 3 DESC, d.at DESC, d.key COLLATE "C" DESC LIMIT {limit}
        """
    )
    return [_found(row) for row in rows.mappings()]


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
