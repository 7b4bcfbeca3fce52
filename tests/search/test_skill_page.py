"""The page of a skill: who, how many, where, what is asked about it, broader, narrower and related skills."""

from sqlalchemy import select, update

from rse.core import db
from rse.people.models import Skill
from tests.search.company import Company


def test_it_shows_holders_by_level_sites_and_recent_questions(company: Company) -> None:
    company.skills("karim", soudure=2)
    company.skills("sofia", soudure=4)
    company.post("claire", "Comment la réussir ?", kind="question", title="Une soudure propre")
    slug = company.group("karim", "Forge secrète", "secret")
    company.post("karim", "Où ?", kind="question", title="Soudure cachée", group=slug)
    company.index()
    page = company["amelie"].get("/skills/soudure").text
    assert "2 personnes la déclarent" in page
    assert page.index("Sofia Marchetti") < page.index("Karim Benali")
    assert "Une soudure propre" in page
    assert "Soudure cachée" not in page
    assert "/experts?q=Soudure" in page
    assert "Je connais aussi" in page
    assert "Parmi mes compétences" in company["karim"].get("/skills/soudure").text


def test_broader_narrower_and_related_skills_are_links(company: Company) -> None:
    company.skills("karim", soudure=2, tig=3, dessin=1)
    company.skills("sofia", soudure=2, dessin=1)
    session = db.begin_write()
    broad = session.scalar(select(Skill.id).where(Skill.slug == "soudure"))
    session.execute(update(Skill).where(Skill.slug == "tig").values(broader_id=broad))
    db.commit()
    company.index()
    page = company["amelie"].get("/skills/soudure").text
    assert 'href="/skills/tig"' in page
    assert 'href="/skills/dessin"' in page
    assert 'href="/skills/soudure"' in company["amelie"].get("/skills/tig").text
    assert company["amelie"].get("/skills/nothing").status_code == 404
    assert 'href="/skills/soudure"' in company["amelie"].get(f"/people/{company.pid('karim')}").text
