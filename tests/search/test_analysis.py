"""Words are met whatever their accents, endings, elisions and hyphens, in French and in English."""

import time

import pytest

from rse.search.analysis import tokens


def stems(text: str) -> set[str]:
    return {form.stem for token in tokens(text) for form in token.forms}


def exact(text: str) -> list[str]:
    return [token.forms[0].exact for token in tokens(text)]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("licenciement", "Licenciements"),
        ("licenciement economique", "le licenciement économique"),
        ("LICENCIEMENTS ÉCONOMIQUES", "licenciement économique"),
        ("congé", "congés"),
        ("salariée", "les salariés"),
        ("développeuse", "développeurs"),
        ("directrice", "directeurs"),
        ("entretien", "l’entretien"),
        ("entretien", "jusqu'à l'entretien"),
        ("entretien", "d'entretiens"),
        ("accord", "qu'accord"),
        ("driver", "drivers"),
        ("cœur", "coeur"),
        ("été", "e\u0301te\u0301"),
        ("rgpd", "R.G.P.D."),
        ("R.G.P.D.", "RGPD"),
        ("email", "e-mail"),
        ("télétravail", "télé-travail"),
        ("nodejs", "Node.js"),
        ("rendezvous", "rendez-vous"),
        ("rendez", "rendez-vous"),
        ("company", "company's"),
    ],
)
def test_forms_of_a_word_meet(asked: str, written: str) -> None:
    assert stems(asked) <= stems(written)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++ et C#, .NET", ["c++", "c#", ".net"]),
        ("SI et RH", ["si", "rh"]),
        ("si on veut", ["veut"]),
        ("jean.dupont@acme.example", ["jean.dupont@acme.example"]),
        ("article L1234-5", ["article", "l1234-5"]),
        ("version 10.3", ["version", "10.3"]),
        ("aujourd'hui", ["aujourdhui"]),
        ("O'Reilly", ["oreilly"]),
        ("R&D", ["rd"]),
        ("c'est", []),
        ("… — !", []),
    ],
)
def test_names_and_references_stay_whole(text: str, expected: list[str]) -> None:
    assert exact(text) == expected


def test_words_that_differ_stay_apart() -> None:
    assert not stems("C++") & stems("C#")
    assert not stems("chef") & stems("chefferie") or stems("chef") == stems("chefs")
    assert not stems("licenciement licencié") & stems("licences")
    assert stems("licenciements") == stems("licencier")
    assert not stems("décès") & stems("décision")
    assert not stems("équipe") & stems("équipement")
    assert stems("10.3") & stems("103") == set()


def test_places_leave_room_for_small_words() -> None:
    found = [
        (token.forms[0].exact, token.place) for token in tokens("le droit du travail et rendez-vous demain")
    ]
    assert found == [("droit", 1), ("travail", 3), ("rendezvous", 5), ("demain", 7)]


def test_offsets_point_into_the_text() -> None:
    text = "Un licenciement, l'entretien"
    assert [text[t.start : t.end] for t in tokens(text)] == ["licenciement", "l'entretien"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000,
        "a." * 100_000,
        "a%" * 100_000,
        "@" * 200_000,
        "é'" * 100_000,
        "_" * 200_000,
        "a@" * 100_000,
        "-a" * 100_000,
    ],
)
def test_hostile_texts_cost_little(text: str) -> None:
    begin = time.process_time()
    for token in tokens(text):
        assert all(len(form.exact) <= 160 for form in token.forms)
    assert time.process_time() - begin < 3
