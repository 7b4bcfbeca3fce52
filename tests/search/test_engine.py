"""What every engine must answer: words, phrases, exclusions, filters, facets, order, pages, changes."""

from datetime import timedelta

import pytest

from rse.search.engine import Batch, SearchBackend
from rse.search.whoosh import Whoosh
from tests.search.corpus import START, ask, document, keys
from tests.search.engines import Engines

TEXTS = [
    document(1, "Le licenciement économique suppose un entretien préalable.", group_id=7, author_id=1),
    document(2, "Les licenciements pour motif personnel", group_id=7, author_id=2, tags=("paie",)),
    document(
        3, "My wireless driver does not load", group_id=8, author_id=1, post_kind="question", tags=("linux",)
    ),
    document(
        4, "wireless works, the sound driver does not", group_id=8, author_id=3, kind="comment", root="post:3"
    ),
    document(5, "Droit du travail : rendez-vous jeudi", title="Point économique", author_id=2),
    document(
        6,
        "Zoé Rodriguez, juriste",
        kind="person",
        department="Groupe / RH / Paie",
        site="Lyon",
        skills=("SAP",),
    ),
    document(7, "Cuisine du monde", kind="group", title="La cantine"),
]


@pytest.fixture(scope="module")
def engine(engines: Engines) -> SearchBackend:
    return engines.make(TEXTS, "texts")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("licenciement economique", {"post:1"}),
        ("licenciement", {"post:1", "post:2"}),
        ("wireless driver", {"post:3", "comment:4"}),
        ('"wireless driver"', {"post:3"}),
        ('"droit du travail"', {"post:5"}),
        ('"droit travail"', set()),
        ("rendezvous", {"post:5"}),
        ("rendez-vous", {"post:5"}),
        ("wireless -sound", {"post:3"}),
        ('driver -"sound driver"', {"post:3"}),
        ("licenc*", {"post:1", "post:2"}),
        ("sap", {"person:6"}),
        ("paie", {"post:2", "person:6"}),
        ("introuvable", set()),
        ("", {d.key for d in TEXTS}),
    ],
)
def test_what_is_found(engine: SearchBackend, text: str, expected: set[str]) -> None:
    results = ask(engine, text)
    assert set(keys(results)) == expected
    assert results.total == len(expected)


def test_when_nothing_holds_all_words_those_with_most_come(engine: SearchBackend) -> None:
    results = ask(engine, "licenciement économique wireless")
    assert results.loose
    assert keys(results)[0] == "post:1"
    assert not ask(engine, "licenciement économique").loose


def test_the_exact_form_comes_first(engine: SearchBackend) -> None:
    assert keys(ask(engine, "licenciements"))[0] == "post:2"
    assert keys(ask(engine, "licenciement"))[0] == "post:1"


def test_the_title_counts_more(engines: Engines) -> None:
    engine = engines.make(
        [document(2, "budget et autres choses"), document(1, "autre texte", title="budget")]
    )
    assert keys(ask(engine, "budget"))[0] == "post:1"


def test_newer_comes_first_among_equals(engines: Engines) -> None:
    engine = engines.make([document(n, "le même texte") for n in (3, 1, 2)])
    assert keys(ask(engine, "texte")) == ["post:3", "post:2", "post:1"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kinds": frozenset({"comment"})}, {"comment:4"}),
        ({"groups": frozenset({8})}, {"post:3", "comment:4"}),
        ({"authors": frozenset({1})}, {"post:1", "post:3"}),
        ({"tags": frozenset({"linux"})}, {"post:3"}),
        ({"post_kinds": frozenset({"question"})}, {"post:3"}),
        ({"department": "Groupe / RH"}, {"person:6"}),
        ({"department": "Groupe / R"}, set()),
        ({"site": "Lyon"}, {"person:6"}),
        ({"since": START + timedelta(days=6)}, {"person:6", "group:7"}),
        ({"until": START + timedelta(days=2)}, {"post:1"}),
    ],
)
def test_filters(engine: SearchBackend, filters: dict, expected: set[str]) -> None:
    assert set(keys(ask(engine, "", **filters))) == expected


def test_facets_count_what_the_other_filters_leave(engine: SearchBackend) -> None:
    results = ask(engine, "driver", facets=True, kinds=frozenset({"post"}))
    assert results.total == 1
    assert dict(results.facets["kind"]) == {"post": 1, "comment": 1}
    assert dict(results.facets["group"]) == {8: 1}
    assert dict(results.facets["tag"]) == {"linux": 1}


@pytest.mark.parametrize("sort", ["relevance", "date"])
@pytest.mark.parametrize("text", ["mot", ""])
def test_pages_follow_each_other_without_gap_or_double(engines: Engines, sort: str, text: str) -> None:
    engine = engines.make([document(n % 7 + 7 * n, "mot " * (n % 5 + 1)) for n in range(57)])
    seen: list[str] = []
    after = None
    while True:
        page = ask(engine, text, sort=sort, limit=10, after=after)
        assert page.total == 57
        seen += keys(page)
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 57
    if sort == "date":
        assert seen == sorted(seen, key=lambda key: -int(key.split(":")[1]))


def test_changes_are_seen_and_nothing_comes_back(engines: Engines) -> None:
    engine = engines.make([document(n, f"mot numero{n}") for n in range(20)])
    for round_ in range(12):
        engine.apply(
            Batch(
                put=[document(round_, f"mot changé{round_}")],
                drop=[f"post:{round_ + 12}"] if round_ < 8 else [],
            )
        )
        assert keys(ask(engine, f"numero{round_}")) == []
        assert keys(ask(engine, f"changé{round_}")) == [f"post:{round_}"]
        assert ask(engine, "mot").total == 20 - min(round_ + 1, 8)
    again = engines.open()
    assert ask(again, "mot").total == 12
    if isinstance(again, Whoosh):
        assert len(again.snapshot.views) <= 8  # merged as it grows


def test_applying_twice_is_applying_once(engines: Engines) -> None:
    engine = engines.make([])
    batch = Batch(put=[document(1, "mot"), document(1, "mot"), document(2, "mot")], drop=["post:9"])
    engine.apply(batch)
    engine.apply(batch)
    assert ask(engine, "mot").total == 2


def test_suggestions_are_names_and_tags(engine: SearchBackend) -> None:
    everyone = frozenset({"everyone"})
    assert [s.value for s in engine.suggest("rodri", everyone)] == ["person:6"]
    assert [s.value for s in engine.suggest("zoe rod", everyone)] == ["person:6"]
    assert [s.value for s in engine.suggest("canti", everyone)] == ["group:7"]
    assert [s.value for s in engine.suggest("lin", everyone)] == ["linux"]
    assert engine.suggest("lin", frozenset()) == ()


def test_evidence_is_what_people_wrote(engine: SearchBackend) -> None:
    found = engine.evidence("wireless driver", frozenset({"everyone"}))
    assert {e.key for e in found} == {"post:3", "comment:4"}
    assert {e.author_id for e in found} == {1, 3}


def test_direct_messages_are_never_evidence(engines: Engines) -> None:
    mine = frozenset({"conversation:1:1", "conversation:2:1"})
    direct = document(1, "kubernetes", kind="message", audience="conversation:1:1", author_id=1)
    grouped = document(2, "kubernetes", kind="message", audience="conversation:2:1", author_id=2, group_id=5)
    engine = engines.make([direct, grouped])
    assert ask(engine, "kubernetes", mine).total == 2
    assert [e.key for e in engine.evidence("kubernetes", mine)] == ["message:2"]


@pytest.mark.parametrize(
    "text", ["*" * 400, '"' * 399, "-" * 400, "a* " * 130, "\x00\x01", "author:", ":::", "(" * 400, "é" * 400]
)
def test_hostile_questions_are_answered(engine: SearchBackend, text: str) -> None:
    ask(engine, text, facets=True)
    engine.suggest(text, frozenset({"everyone"}))
    engine.evidence(text, frozenset({"everyone"}))


def test_where_a_few_words_find_little_what_holds_nearly_all_stands_below(engines: Engines) -> None:
    engine = engines.make(
        [
            document(1, "il fait trop chaud dans le bureau du sous-sol"),
            document(2, "chaud au bureau : ventilateurs"),
            document(3, "le bureau des entrées"),
            *(document(n, "un bureau") for n in range(10, 40)),
            *(document(n, "rien de tel") for n in range(50, 90)),
        ],
        "nearly",
    )
    found = ask(engine, "chaud bureau sous-sol")
    assert keys(found)[:2] == ["post:1", "post:2"]
    assert not found.loose
    assert "post:3" not in keys(found)
    assert keys(ask(engine, "chaud bureau sous-sol", sort="date")) == ["post:1"]
    assert keys(ask(engine, '"chaud dans" bureau sous-sol')) == ["post:1"]
