"""The off switch, per company and per site: nothing is counted, kept or shown, and a pause leaves no trace."""

from datetime import timedelta

from sqlalchemy import func, select

from rse.accounts.models import Person
from rse.core import clock, db
from rse.core import company as settings
from rse.indicators import running
from rse.indicators.engine.models import Act, Pair, Population, Thread
from rse.indicators.models import Published, Visit, Week
from tests import factories
from tests.indicators.company import at, last_sunday, today


def put(key, value):
    session = db.begin_write()
    settings.put(session, key, value)
    settings.forget(session)
    db.commit()


def count(table, *where):
    return db.db.session().scalar(select(func.count()).select_from(table).where(*where))


def move(people, site):
    session = db.begin_write()
    for person in people:
        session.get(Person, person).site = site
    db.commit()


def test_switched_off_for_the_company_nothing_is_counted_kept_or_shown(app, published):
    put("features_off", ["indicators"])
    client = factories.browser_of(app, published.manager("Fraisage"))
    weeks = count(Week)
    running.catch_up()
    assert running.rollup() == []
    assert [count(table) for table in (Act, Pair, Thread, Population, Visit)] == [0] * 5
    assert count(Week) == weeks
    for path in (
        "/team", "/indicators", "/indicators/definitions", "/indicators/figures.csv", "/signals",
        "/api/v1/indicators/company", "/api/v1/indicators/cells", "/api/v1/signals",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.post("/presence/visit").status_code == 404
    home = client.get("/people").text
    assert 'href="/team"' not in home
    assert 'href="/indicators"' not in home


def test_a_pause_of_the_company_is_never_counted_nor_published(app, published, monkeypatch):
    before = {week for (week,) in db.db.session().execute(select(Week.day))}
    put("features_off", ["indicators"])
    running.catch_up()
    later = clock.now() + timedelta(days=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    running.catch_up()  # still off, a fortnight later
    put("features_off", None)
    day_on = today() + timedelta(days=1)
    published.session = db.begin_write()
    author, other = published.everyone[:2]
    published.post(author, at(day_on - timedelta(days=10), 9))
    published.post(other, at(day_on + timedelta(days=3), 9))
    db.commit()
    resumed = later + timedelta(days=15)
    monkeypatch.setattr(clock, "now", lambda: resumed)
    published_since = running.rollup()
    assert published_since
    assert all(sunday - timedelta(days=6) >= day_on for sunday in published_since)
    assert not before & set(published_since)
    assert {row for (row,) in db.db.session().execute(select(Act.person_id))} == {other}


def test_people_of_a_site_that_is_off_count_nowhere(any_app, published):
    away = published.units["Rosemar / Usine / Fraisage"]
    move(away, "Lens")
    put("indicators_sites_off", ["Lens"])
    running.catch_up()
    assert count(Act, Act.person_id.in_(away)) == 0
    assert count(Pair, Pair.x.in_(away) | Pair.y.in_(away)) == 0
    assert count(Visit, Visit.person_id.in_(away)) == 0
    assert count(Act) > 0
    session = db.begin_write()
    published.session = session
    published.post(away[1], clock.now() - timedelta(days=2))
    session.query(Week).filter(Week.day == last_sunday()).delete()
    session.query(Published).filter(Published.day == last_sunday()).delete()
    db.commit()
    assert running.rollup() == [last_sunday()]
    assert count(Population, Population.person_id.in_(away)) == 0
    assert count(Thread, Thread.author_id.in_(away)) == 0


def test_a_manager_of_a_site_that_is_off_reads_why(app, published):
    manager = published.manager("Fraisage")
    client = factories.browser_of(app, manager)
    [cell] = [item["id"] for item in client.get("/api/v1/indicators/cells").get_json()["items"]]
    move([manager], "Lens")
    put("indicators_sites_off", ["Lens"])
    client = factories.browser_of(app, manager)
    assert "désactivés sur votre site" in client.get("/team").text
    assert client.get(f"/team/{cell}").status_code == 404
    assert client.get(f"/team/{cell}/figures.csv").status_code == 404
    assert client.get("/api/v1/indicators/cells").get_json()["items"] == []
    assert client.get(f"/api/v1/indicators/cells/{cell}").status_code == 404
    visits = count(Visit)
    assert client.post("/presence/visit").status_code == 204
    assert count(Visit) == visits
    assert 'href="/team"' not in client.get("/people").text
    there = factories.browser_of(app, published.manager("Montage"))
    assert there.get("/team").status_code == 200
    assert "Lens" in there.get("/indicators").text


def test_an_administrator_switches_a_site_off_without_a_restart(app, published):
    move([published.manager("Montage")], "Lens")
    session = db.begin_write()
    admin = factories.make_person(session, "ad.min", roles=frozenset({"admin"})).id
    db.commit()
    client = factories.browser_of(app, admin)
    assert "Sites sans chiffres" in client.get("/admin/settings").text
    form = {"name": "rse", "languages": ["fr", "en"], "days": ["1"], "features": ["chat", "indicators"]}
    assert client.post("/admin/settings", data=form | {"sites_off": ["Lens", "Nowhere"]}).status_code == 303
    assert settings.get(db.db.session(), "indicators_sites_off") == ["Lens"]
    manager = factories.browser_of(app, published.manager("Montage"))
    assert "désactivés sur votre site" in manager.get("/team").text
    assert client.post("/admin/settings", data=form).status_code == 303
    assert "désactivés sur votre site" not in manager.get("/team").text


def test_a_company_may_keep_its_figures_to_leadership_and_works_council(app, published):
    session = db.begin_write()
    seen = {
        role: factories.make_person(session, f"une.{role}", roles=frozenset({role})).id
        for role in ("executive", "works_council", "community_manager", "admin", "hr")
    }
    db.commit()
    put("company_figures", "leadership")
    for role, person in seen.items():
        client = factories.browser_of(app, person)
        allowed = role in {"executive", "works_council", "community_manager"}
        for path in ("/indicators", "/indicators/figures.csv", "/api/v1/indicators/company"):
            assert client.get(path).status_code == (200 if allowed else 404), (role, path)
        assert ('href="/indicators"' in client.get("/signals").text) is allowed
        assert client.get("/indicators/definitions").status_code == 200
    manager = factories.browser_of(app, published.manager("Montage"))
    page = manager.get("/team")
    assert page.status_code == 200
    assert 'href="/indicators"' not in page.text
    assert "Personnes actives" not in factories.browser_of(app, seen["hr"]).get("/team").text
