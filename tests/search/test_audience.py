"""Whatever is asked, by whomever: results, counts, facets, suggestions and evidence hold only what they may read."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rse.search.engine import Batch
from tests.search.corpus import ask, document, keys
from tests.search.engines import Engines

TOKENS = ["everyone", "group:1", "group:2", "group:3", "role:hr", "person:4", "conversation:8:1"]
WORDS = ["projet", "budget", "lumière", "serveur", "congés"]
KINDS = ["post", "comment", "person", "group", "message"]

Given = tuple[list[dict[str, Any]], list[dict[str, Any]], frozenset[int]]  # at first, later, dropped

rows = st.lists(
    st.fixed_dictionaries(
        {
            "audience": st.sampled_from(TOKENS),
            "kind": st.sampled_from(KINDS),
            "body": st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
            "tags": st.lists(st.sampled_from(["alpha", "alphonse", "beta"]), max_size=2, unique=True).map(
                tuple
            ),
            "author_id": st.integers(1, 4),
            "group_id": st.sampled_from([None, 1, 2, 3]),
        }
    ),
    max_size=14,
)


def post(audience: str, body: str) -> dict[str, Any]:
    return {"audience": audience, "kind": "post", "body": body, "tags": (), "author_id": 1, "group_id": None}


questions = st.sampled_from(
    [*WORDS, "", "projet budget", '"projet budget"', "-projet budget", "bud*", "projet serveur congés"]
)


def may_read(row: dict[str, Any], key: str, audience: frozenset[str]) -> bool:
    """The rule, written without any engine: people are also read by who holds their own token."""
    return row["audience"] in audience or (row["kind"] == "person" and key in audience)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.tuples(rows, rows, st.frozensets(st.integers(0, 27), max_size=8)),
    st.frozensets(st.sampled_from([*TOKENS, "person:1"])),
    questions,
)
@example(  # which rows hold half of the question depends on how rare its words are: among what one may read
    (
        [],
        [post("everyone", "projet"), post("group:1", "projet"), post("group:1", "budget")],
        frozenset[int](),
    ),
    frozenset({"group:1"}),
    "projet budget",
)
def test_nothing_beyond_the_audience_shows(
    engines: Engines, given: Given, audience: frozenset[str], question: str
) -> None:
    first, later, drops = given
    engine = engines.make([document(n, **row) for n, row in enumerate(first)])
    engine.apply(Batch(put=[document(n, **row) for n, row in enumerate(later)]))
    present = {f"{row['kind']}:{n}": row for n, row in enumerate(first)}
    present |= {f"{row['kind']}:{n}": row for n, row in enumerate(later)}
    dropped = [key for number, key in enumerate(sorted(present)) if number in drops]
    engine.apply(Batch(drop=dropped))
    visible = {k: r for k, r in present.items() if k not in dropped and may_read(r, k, audience)}

    alone = engines.make([document(int(k.split(":")[1]), **r) for k, r in visible.items()], "alone")
    everything = frozenset({*TOKENS, *visible})
    found = ask(engine, question, audience, facets=True, limit=100)
    assert set(keys(found)) == set(keys(ask(alone, question, everything, limit=100)))
    assert found.total == len(found.found)
    if not question:
        assert set(keys(found)) == visible.keys() or not audience
    assert_facets(found, visible)
    suggested = {s.value for s in engine.suggest("alph", audience)}
    assert suggested <= {tag for row in visible.values() for tag in row["tags"]} | visible.keys()
    assert {s.value for s in engine.suggest("projet", audience)} <= visible.keys()
    if audience:
        for prefix in ("alph", "projet"):
            assert engine.suggest(prefix, audience) == alone.suggest(prefix, everything)
        for words in ("projet budget", "lumière serveur congés"):
            assert engine.evidence(words, audience) == alone.evidence(words, everything)
        misspelt = ["projte", "buget", "lumiere", "conge", "servuer"]
        assert engine.spellings(misspelt, audience) == alone.spellings(misspelt, everything)
    proof = engine.evidence("projet budget", audience)
    assert {e.key for e in proof} <= visible.keys()
    assert all(e.kind != "message" or e.group_id for e in proof)


def test_a_beginning_stands_for_words_that_one_may_read(engines: Engines) -> None:
    secret = [document(n, f"projet{n:03} projet{n:03}", audience="group:1") for n in range(80)]
    more = [document(100 + n, f"projet{n:03}", audience="group:1") for n in range(80)]
    engine = engines.make([*secret, *more, document(500, "projetzzz")])
    assert keys(ask(engine, "projet*")) == ["post:500"]


def assert_facets(found: Any, visible: dict[str, dict[str, Any]]) -> None:
    shown = [visible[key] for key in keys(found)]
    assert dict(found.facets.get("kind", [])) == Counter(row["kind"] for row in shown)
    assert dict(found.facets.get("author", [])) == Counter(row["author_id"] for row in shown)
    assert dict(found.facets.get("group", [])) == Counter(row["group_id"] for row in shown if row["group_id"])
    assert dict(found.facets.get("tag", [])) == Counter(tag for row in shown for tag in row["tags"])
