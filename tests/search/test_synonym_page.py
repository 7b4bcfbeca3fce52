"""The administrator keeps the list of synonyms; a wrong line is named and nothing is kept."""

from tests.search.company import Company


def test_a_list_of_ones_own_is_used_and_the_first_one_comes_back(company: Company) -> None:
    company.post("karim", "Le bleu de travail est obligatoire")
    company.post("sofia", "La charte RGPD")
    company.index()
    page = company["ines"].get("/admin/synonyms")
    assert page.status_code == 200
    assert "RGPD, GDPR" in page.text
    assert company.search("amelie", "cotte")["total"] == 0
    saved = company["ines"].post("/admin/synonyms", data={"lines": " cotte , bleu de travail \n\n"})
    assert saved.status_code == 303
    assert company.search("amelie", "cotte", type="post")["total"] == 1
    assert company.search("amelie", "gdpr", type="post")["total"] == 0
    assert "Remettre la liste de départ" in company["ines"].get("/admin/synonyms").text
    assert company["ines"].post("/admin/synonyms", data={"lines": "", "starter": "1"}).status_code == 303
    assert company.search("amelie", "gdpr", type="post")["total"] == 1


def test_wrong_lines_are_named_and_the_text_kept(company: Company) -> None:
    long = "x" * 90
    answer = company["ines"].post("/admin/synonyms", data={"lines": f"a, b\nseul\n{long}, y"})
    assert answer.status_code == 422
    said = answer.text.replace("\u202f", " ").replace("\xa0", " ")
    assert "Ligne 2 : écrivez deux mots" in said
    assert "Ligne 3 : au plus" in said
    assert "seul" in answer.text
    assert "RGPD, GDPR" in company["ines"].get("/admin/synonyms").text


def test_nobody_else_sees_the_page(company: Company) -> None:
    assert company["amelie"].get("/admin/synonyms").status_code == 404
    assert company["amelie"].post("/admin/synonyms", data={"lines": "a, b"}).status_code == 404
