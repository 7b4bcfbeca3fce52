"""Experts and the page of a skill on PostgreSQL: the same people for the same reasons."""

import pytest

from tests.search.company import Company
from tests.search.test_experts import kinds, names
from tests.search.test_on_postgres import company

pytestmark = pytest.mark.postgres

__all__ = ["company"]


def test_the_same_evidence_ranks_people(company: Company) -> None:
    company.skills("karim", laiton=4)
    slug = company.group("karim", "Atelier laiton")
    company.do("sofia", "PUT", f"/groups/{slug}/membership")
    for text in ("Le laiton noircit", "Percer le laiton"):
        question = company.post("claire", text, kind="question", title=text)
        company.comment("sofia", question, "Avec un chiffon")
    company.index()
    found = company.experts("amelie", "laiton")
    assert {"karim.benali", "sofia.marchetti"} <= set(names(found))
    sofia = next(one for one in found if one["person"]["uid"] == "sofia.marchetti")
    assert (kinds(sofia), sofia["evidence"][0]["count"]) == (["post"], 2)
    asked = {"title": "laiton très noir", "group": slug}
    assert "Sofia Marchetti" in company["amelie"].get("/questions/suggest", query_string=asked).text
    assert "Percer le laiton" in company["amelie"].get("/skills/laiton").text
    company["karim"].post("/settings/expertise", data={"on": "false"})
    assert "karim.benali" not in names(company.experts("amelie", "laiton"))
    assert "laiton" in company["sofia"].get("/settings/expertise").text.lower()
