"""The language of the search box is understood, and nothing that one types is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rse.search.grammar import MAX_WORDS, parse


def words(text: str) -> list[str]:
    return [word.exact for word in parse(text).words]


def test_words_phrases_exclusions_and_filters() -> None:
    parsed = parse(
        'congés "droit du travail" -paie -"jours fériés" author:zoe.rodriguez tag:rh group:"la cantine" firef*'
    )
    assert [w.exact for w in parsed.words] == ["firef", "conges"]
    assert [w.prefix for w in parsed.words] == [True, False]
    assert [[(w.exact, w.gap) for w in p] for p in parsed.phrases] == [[("droit", 0), ("travail", 2)]]
    assert [w.exact for w in parsed.without] == ["paie"]
    assert [[w.exact for w in p] for p in parsed.without_phrases] == [["jours", "feries"]]
    assert parsed.filters == {"author": ["zoe.rodriguez"], "tag": ["rh"], "group": ["la cantine"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qui connaît SAP ?", ["connait", "sap"]),
        ("Bonjour, quelqu'un sait-il où poser ses congés ? Merci", ["poser", "conges"]),
        ("mon employeur peut-il refuser mes vacances", ["employeur", "refuser", "vacances"]),
        ("combien de jours dois-je poser ?", ["jours", "poser"]),
        ("heures sup non payées", ["heures", "sup", "payees"]),
        ("how many days must I take", ["days", "take"]),
        ("peut-il", ["peutil"]),
        ('"peut-il" refuser', ["refuser"]),
        ("does anyone know how to mount a drive", ["mount", "drive"]),
        ("hello world", ["hello", "world"]),
        ("the", ["the"]),
        ("et ou", ["et", "ou"]),
        ("SI", ["si"]),
        ("CONGÉ DE MATERNITÉ", ["conge", "maternite"]),
        ("ab*", ["ab"]),
        ("l'entretien d'embauche", ["entretien", "embauche"]),
        ("http://intranet/page", ["http", "intranetpage"]),
        ("10:30", ["10", "30"]),
        ("foo - bar", ["foo", "bar"]),
        ("congés congés", ["conges"]),
        ("«", []),
        ('"', []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=600))
def test_anything_can_be_typed(text: str) -> None:
    parsed = parse(text)
    assert len(parsed.words) <= MAX_WORDS


def test_an_unclosed_quote_is_read_as_words() -> None:
    assert words('"licenciement économique') == ["licenciement", "economique"]
