"""Synonyms and other spellings: they find more, count less, and tell nothing that the asker may not read."""

import pytest

from rse.search.grammar import words_of
from rse.search.spelling import distance, near
from tests.search.company import Company
from tests.search.corpus import EVERYONE, ask, document, keys
from tests.search.engines import Engines

TEXTS = [
    document(1, "La charte RGPD est signée"),
    document(2, "Our GDPR policy"),
    document(3, "La protection des données personnelles"),
    document(4, "La protection des oiseaux"),
    document(5, "Les congés payés d'été"),
    document(6, "Le lumignon confidentiel", audience="group:9"),
]
GDPR = (("rgpd",), "GDPR", 0.5)
DATA = (("rgpd",), "protection des données", 0.5)


def test_what_means_the_same_is_found_after_what_was_written(engines: Engines) -> None:
    engine = engines.make(TEXTS)
    assert keys(ask(engine, "rgpd")) == ["post:1"]
    found = keys(ask(engine, "rgpd", also=(GDPR, DATA)))
    assert (found[0], set(found)) == ("post:1", {"post:1", "post:2", "post:3"})
    assert keys(ask(engine, "gdpr -policy", also=((("gdpr",), "RGPD", 0.5),))) == ["post:1"]
    assert keys(ask(engine, "charte rgpd", also=(GDPR, DATA))) == ["post:1"]


def test_several_words_mean_one(engines: Engines) -> None:
    engine = engines.make(TEXTS)
    data = (tuple(word.stem for word in words_of("protection des données")), "RGPD", 0.5)
    assert set(keys(ask(engine, "protection des données", also=(data,)))) == {"post:1", "post:3"}


def test_near_words_are_those_that_one_may_read(engines: Engines) -> None:
    engine = engines.make(TEXTS)
    assert engine.spellings(["congse", "protecton", "lumignn"], EVERYONE) == {
        "congse": [("conges", 1)],
        "protecton": [("protection", 2)],
        "lumignn": [],
    }
    assert engine.spellings(["lumignn"], frozenset({"group:9"})) == {"lumignn": [("lumignon", 1)]}
    assert engine.spellings(["congse"], frozenset()) == {}


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("conges", "congse", 1),
        ("paie", "pait", 1),
        ("paie", "paies", 1),
        ("paie", "pire", 2),
        ("a", "abcd", 2),
    ],
)
def test_slips(one: str, other: str, far: int) -> None:
    assert min(distance(one, other, 2), 3) == (far if abs(len(one) - len(other)) <= 2 else 3)


def test_short_words_have_no_slips() -> None:
    assert near("sap", ["sas", "cap"]) == []
    assert near("paie", ["paix", "pire", "paie"]) == ["paix"]


def test_a_misspelt_word_finds_and_asks_back(company: Company) -> None:
    company.post("karim", "Les congés payés se posent en ligne")
    company.index()
    found = company.search("amelie", "congés payés")
    assert (found["total"], found["did_you_mean"]) == (1, None)
    found = company.search("amelie", "cogés payés")
    assert (found["total"], found["loose"], found["did_you_mean"]) == (1, False, "congés payés")
    company.post("sofia", "Les roulements se changent")
    company.index()
    assert company.search("amelie", "roulemnt")["did_you_mean"] == "roulements"
    page = company["amelie"].get("/search?q=cogés+payés").text
    assert "Vouliez-vous dire" in page
    assert "<mark>congés</mark>" in page


def test_three_exact_hits_are_taken_as_they_are_written(company: Company) -> None:
    for n in range(3):
        company.post("karim", f"La part {n}")
    for n in range(30):
        company.post("sofia", f"Le port {n}")
    company.index()
    found = company.search("amelie", "part")
    assert (found["total"], found["did_you_mean"]) == (3, None)


def test_a_word_of_the_list_of_synonyms_is_no_slip(company: Company) -> None:
    for n in range(9):
        company.post("sofia", f"Le frein manuelle {n}")
    company.index()
    found = company.search("amelie", "mutuelle")
    assert (found["total"], found["did_you_mean"]) == (0, None)
    assert company.search("amelie", "mamuelle")["did_you_mean"] == "manuelle"


def test_no_private_word_is_suggested(company: Company) -> None:
    slug = company.group("karim", "Cellule discrète", "secret")
    company.post("karim", "Le projet béryllium", group=slug)
    company.index()
    found = company.search("amelie", "bérylium")
    assert (found["total"], found["did_you_mean"]) == (0, None)
    assert "béryllium" not in company["amelie"].get("/search?q=bérylium").text
    assert company.search("karim", "bérylium")["did_you_mean"] == "béryllium"


def test_the_starter_list_joins_french_english_and_acronyms(company: Company) -> None:
    company.post("karim", "La charte RGPD")
    company.post("sofia", "Our GDPR policy")
    company.post("thomas", "Les ressources humaines répondent")
    company.index()
    assert company.search("amelie", "gdpr", type="post")["total"] == 2
    assert company.search("amelie", "RH", type="post")["total"] == 1
    assert company.search("amelie", "R.H.", type="post")["total"] == 1
    assert company.search("amelie", "human resources", type="post")["total"] == 1
    assert company.search("amelie", '"gdpr"', type="post")["total"] == 1  # as it stands
    assert company.search("amelie", "ressources", type="post")["total"] == 1


def test_files_and_questions_can_be_asked_for(company: Company) -> None:
    asked = company.post("karim", "Comment poncer le laiton ?", kind="question", title="Laiton")
    company.post("sofia", "Laiton sans vernis", kind="question", title="Vernis")
    company.post("thomas", "Le laiton est jaune")
    company.index()
    assert company.search("amelie", "laiton is:question", type="post")["total"] == 2
    company.accept("karim", asked, company.comment("sofia", asked, "Au papier de verre"))
    company.index()
    assert company.titles("amelie", "laiton is:unanswered") == ["Vernis"]
    assert company.titles("amelie", "laiton", mark="unanswered") == ["Vernis"]
    assert company.search("amelie", "laiton has:file")["total"] == 0
    marks = {one["value"]: one["count"] for one in company.search("amelie", "laiton")["facets"]["mark"]}
    assert marks == {"question": 2, "unanswered": 1}
    page = company["amelie"].get("/search?q=laiton&mark=unanswered").text
    assert "Sans réponse acceptée" in page
