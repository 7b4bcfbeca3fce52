"""The pages: who sees which figures, what they say, with few queries, in both languages."""

import re
from datetime import timedelta

from sqlalchemy import event, select, update

from rse.core import clock, db, i18n
from rse.indicators import running, views
from rse.indicators.engine.formulas import INDICATORS
from rse.indicators.models import Visit
from rse.indicators.queries import Team
from rse.people.models import Department, PersonSkill, Profile
from tests import factories
from tests.indicators.company import last_sunday, today


def cell_of(client):
    return [item["id"] for item in client.get("/api/v1/indicators/cells").get_json()["items"]]


def test_a_manager_sees_the_figures_of_the_team(app, published):
    page = factories.browser_of(app, published.manager("Fraisage")).get("/team")
    assert page.status_code == 200
    assert "Fraisage" in page.text
    for words in (
        "Personnes actives",
        "Personnes qui contribuent",
        "Assiduité hebdomadaire",
        "Concentration des contributions",
        "Taux de capitalisation",
        "Délai de première réponse",
        "Cette semaine, vous pouvez…",
    ):
        assert words in page.text
    assert page.text.count('class="spark weeks"') >= 3
    assert re.search(r"\d+\s%|Trop peu pour l’afficher", page.text)


def test_a_small_team_is_named_with_its_neighbours(app, published):
    page = factories.browser_of(app, published.manager("Achats")).get("/team")
    assert "votre équipe et 2 voisines" in page.text
    assert "Finance et RH" in page.text


def test_who_heads_many_departments_reads_a_few_names_and_opens_a_list(app, published, monkeypatch):
    factory = published.departments["Rosemar / Usine"]
    db.begin_write().execute(
        update(Department).where(Department.id == factory).values(head_id=published.outsider)
    )
    db.commit()
    head = factories.browser_of(app, published.outsider)
    assert "Choisir parmi" not in head.get("/team").text
    monkeypatch.setattr(views, "TABS", 1)
    page = head.get("/team").text
    assert "Choisir parmi vos 2 équipes" in page
    assert page.count('aria-current="true"') == 1
    many = Team(1, "Rosemar / Usine", [f"Atelier {n}" for n in range(20)], [], frozenset())
    with app.test_request_context(), i18n.speaking("fr"):  # whatever language a test before has left
        assert views.title(many) == "Atelier 0, Atelier 1, Atelier 2 et 17 autres"


def test_cells_of_others_do_not_exist(app, published):
    here = factories.browser_of(app, published.manager("Fraisage"))
    there = cell_of(factories.browser_of(app, published.manager("Montage")))[0]
    own = cell_of(here)[0]
    for path in ("/team/", "/api/v1/indicators/cells/"):
        assert here.get(path + own).status_code == 200
        assert here.get(path + there).status_code == 404
        assert here.get(path + "zzzz").status_code == 404
    admin = factories.make_person(db.begin_write(), "ad.min", roles=frozenset({"admin"})).id
    db.commit()
    assert factories.browser_of(app, admin).get("/team/" + own).status_code == 404


def test_who_manages_nobody_gets_an_explanation_and_the_company(app, published):
    page = factories.browser_of(app, published.outsider).get("/team")
    assert page.status_code == 200
    assert "celles et ceux qui encadrent une équipe" in page.text
    assert "L’entreprise" in page.text
    guest = factories.browser_of(app, published.guest)
    assert guest.get("/team").status_code == 404
    assert guest.get("/indicators/definitions").status_code == 200
    assert guest.get("/api/v1/indicators/company").status_code == 404


def test_before_the_first_week_the_page_says_when_it_comes(app, company):
    page = factories.browser_of(app, company.manager("Fraisage")).get("/team")
    assert page.status_code == 200
    assert "Les premiers chiffres arrivent un lundi" in page.text


def test_in_english_too(app, published):
    client = factories.browser_of(app, published.manager("Fraisage"))
    person = db.begin_write().get(factories.Person, published.manager("Fraisage"))
    person.locale = "en"
    db.commit()
    text = client.get("/team").text
    assert "Active people" in text
    assert "This week, you can…" in text
    assert "How it is computed" in text
    assert "Who sees what" in client.get("/indicators/definitions").text


def count_queries(engine, call):
    seen = []

    def note(_conn, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert call().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_a_page_reads_the_published_table_only_and_little_of_it(app, published):
    client = factories.browser_of(app, published.manager("Fraisage"))
    client.get("/team")
    seen = count_queries(db.db.engine, lambda: client.get("/team"))
    assert len(seen) <= 20, "\n".join(seen)
    for table in (
        "indicator_act",
        "indicator_pair",
        "indicator_thread",
        "indicator_visit",
        "indicator_population",
    ):
        assert not any(table in statement for statement in seen)


def test_the_api_gives_published_values_and_definitions(app, published):
    client = factories.browser_of(app, published.manager("Fraisage"))
    company = client.get("/api/v1/indicators/company").get_json()
    assert company["as_of"] == last_sunday().isoformat()
    assert set(company["indicators"]) == {one.code for one in INDICATORS}
    assert set(company["indicators"]["ACT"]) == {"status", "published"}
    cell = client.get("/api/v1/indicators/cells/" + cell_of(client)[0]).get_json()
    assert set(cell["indicators"]["LADDER"]["published"] or {"contributors"}) == {"contributors"}
    before = (last_sunday() - timedelta(days=7)).isoformat()
    assert client.get(f"/api/v1/indicators/company?as_of={before}").get_json()["as_of"] == before
    assert client.get("/api/v1/indicators/company?as_of=2020-01-05").status_code == 404
    assert client.get("/api/v1/indicators/company?site=Lyon").status_code == 422
    items = client.get("/api/v1/indicators/definitions").get_json()["items"]
    assert [item["code"] for item in items] == [one.code for one in INDICATORS] + ["SIGNAL"]


def test_this_week_names_questions_newcomers_and_thanks(app, company):
    session = db.begin_write()
    boss, other = company.manager("Fraisage"), company.units["Rosemar / Usine / Fraisage"][3]
    now = clock.now()
    known = company.post(company.outsider, now - timedelta(days=5), title="Copeaux coincés dans la fraise")
    company.skill(other, "fraisage")
    company.tag(known, "fraisage")
    hidden = company.post(
        company.outsider,
        now - timedelta(days=60),
        audience=f"group:{company.secret.id}",
        group_id=company.secret.id,
        title="Chose secrète",
    )
    company.post(other, now - timedelta(days=1), kind="message", title="Affûtage réussi")
    newcomer = factories.make_person(session, "nova.martin")
    session.add(company_profile(company, newcomer.id))
    db.commit()
    running.rollup()
    text = factories.browser_of(app, boss).get("/team").text
    assert text.index("Copeaux coincés") < text.index("Les chiffres de l’équipe")
    assert "s’y connaît" in text
    assert "Accueillir Nova Martin" in text
    assert text.count("Remercier") == 1
    assert hidden.title not in text
    todo = re.search(r'<ol class="todo">(.*?)</ol>', text, re.DOTALL).group(1)
    assert 1 <= todo.count("<h3>") <= 5


def company_profile(company, person):
    return Profile(
        person_id=person,
        department_id=company.departments["Rosemar / Usine / Fraisage"],
        start_date=today() - timedelta(days=3),
    )


def test_a_visit_is_kept_once_a_day_without_time_or_address(app, published):
    client = factories.browser_of(app, published.outsider)
    assert client.post("/presence/visit").status_code == 204
    assert client.post("/presence/visit").status_code == 204
    days = db.db.session().scalars(select(Visit.day).where(Visit.person_id == published.outsider)).all()
    assert days == [today()]
    assert set(Visit.__table__.columns.keys()) == {"day", "person_id"}
    assert app.test_client().post("/presence/visit").status_code == 401


def test_this_week_also_names_an_idea_and_a_skill_of_one_person(app, company):
    session = db.begin_write()
    people = company.units["Rosemar / Usine / Fraisage"]
    company.post(
        company.everyone[40], clock.now() - timedelta(days=30), "idea", title="Un râtelier par poste"
    )
    company.post(company.everyone[40], clock.now() - timedelta(days=1), "idea", title="Trop jeune")
    company.skill(people[3], "rectification")
    company.skill(people[4], "ébavurage")
    shared = factories.make_person(session, "au.tre").id
    skill = session.scalar(select(PersonSkill.skill_id).where(PersonSkill.person_id == people[4]))
    session.add(PersonSkill(person_id=shared, skill_id=skill, level=1))
    db.commit()
    running.rollup()
    text = factories.browser_of(app, people[0]).get("/team").text
    todo = re.search(r'<ol class="todo">(.*?)</ol>', text, re.DOTALL).group(1)
    assert todo.count("<h3>") == 5
    assert 'href="/people?skill=rectification"' in todo
    assert "ébavurage" not in todo
    assert "Trop jeune" not in todo
    assert "Répondez à cette idée par un oui, un non" in todo
