"""The charter in force is accepted before anything else, and again when it changes, at no query of its own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from rse.accounts.models import AuditEntry
from rse.core import company, db
from rse.demo import clearing
from rse.moderation import charter, exports
from rse.moderation.models import CharterAcceptance
from tests import factories

Browsers = Callable[[str], Any]
FR = "# Charte\n\nRespectez-vous.\n\nLe règlement intérieur s’applique."
EN = "# Charter\n\nRespect each other.\n\nThe internal rules apply."
HTML = {"Accept": "text/html"}


def publish(admin: Any, fr: str = FR, en: str = EN, after: int = 0, **more: str) -> Any:
    data = {"body_fr": fr, "body_en": en, "after": str(after), **more}
    answer = admin.post("/admin/charter", data=data)
    company.forget(db.session())
    db.rollback()
    return answer


def agree(browser: Any, version: int = 1, **more: str) -> Any:
    return browser.post("/charter", data={"version": str(version), **more})


def everybody(app: Flask) -> dict[str, Any]:
    """Publish the charter; give a browser of each of the cast."""
    people = factories.make_cast(db.begin_write())
    ids = {name: person.id for name, person in people.items()}
    db.commit()
    browsers: dict[str, Any] = {name: factories.browser_of(app, at) for name, at in ids.items()}
    assert publish(browsers["ines"]).status_code == 303
    return browsers


@pytest.fixture
def in_force(app: Flask) -> dict[str, Any]:
    return everybody(app)


def test_it_is_read_and_accepted_before_anything_else(in_force: dict[str, Any]) -> None:
    amelie = in_force["amelie"]
    answer = amelie.get("/people?q=karim", headers=HTML)
    assert answer.status_code == 303
    assert answer.location == "/charter?next=/people?q%3Dkarim"
    shown = amelie.get(answer.location).text
    assert "Respectez-vous." in shown
    assert 'lang="fr"' in shown
    assert "Respect each other." in amelie.get("/charter?lang=en").text
    assert amelie.get("/accessibility").status_code == 200
    done = agree(amelie, next="/people?q=karim")
    assert (done.status_code, done.location) == (303, "/people?q=karim")
    assert amelie.get("/people?q=karim", headers=HTML).status_code == 200
    assert "Vous l’avez acceptée." in amelie.get("/charter").text
    assert factories.viewer_of(db.session().scalars(select(CharterAcceptance.person_id)).one())


def test_nothing_is_written_before(in_force: dict[str, Any]) -> None:
    karim = in_force["karim"]
    assert karim.post("/posts", data={"body": "Bonjour", "kind": "message"}).location.startswith("/charter")
    fragment = karim.get("/posts/new", headers={"HX-Request": "true"})
    assert fragment.status_code in (403, 404)
    assert karim.get("/people", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/charter"
    refused = karim.post("/api/v1/posts", json={"body": "Bonjour"})
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    assert "http://localhost/charter" in refused.get_json()["detail"]
    assert karim.get("/api/v1/me").status_code == 403
    assert karim.get("/api/v1/charter").get_json()["body"]["en"] == EN
    assert karim.put("/api/v1/me/charter", json={"version": 9}).status_code == 422
    assert karim.put("/api/v1/me/charter", json={"version": 1}).status_code == 204
    assert karim.post("/api/v1/posts", json={"body": "Bonjour"}).status_code == 201


def test_a_change_asks_again_and_shows_what_changed(in_force: dict[str, Any]) -> None:
    sofia, ines = in_force["sofia"], in_force["ines"]
    agree(sofia)
    agree(ines)
    assert publish(ines, fr=FR + "\n\nPas de secret.", after=0).status_code == 422  # they saw no version 1
    new = FR.replace("Respectez-vous.", "Respectez chacun.")
    assert publish(ines, fr=new, after=1, note_fr="Le respect, pour tous.").status_code == 303
    answer = sofia.get("/people", headers=HTML)
    assert answer.location == "/charter?next=/people"
    shown = sofia.get("/charter").text
    assert "Le respect, pour tous." in shown
    assert re.search(r"<del>\s*<p>Respectez-vous\.", shown)
    assert re.search(r"<ins>\s*<p>Respectez chacun\.", shown)
    assert shown.count("s’applique.") == 1  # what has not changed is no change
    assert agree(sofia, 1).status_code == 409
    assert agree(sofia, 2, next="https://elsewhere.example/").location == "/"
    assert "Respectez-vous." in sofia.get("/charter?version=1").text
    assert sofia.get("/charter?version=7").status_code == 404


def test_of_a_paragraph_with_other_words_only_these_are_marked(in_force: dict[str, Any]) -> None:
    sofia, ines = in_force["sofia"], in_force["ines"]
    agree(sofia)
    agree(ines)
    new = FR.replace("s’applique.", "s’applique *ici <toujours>*.")
    assert publish(ines, fr=new + "\n\nPas de secret.", after=1).status_code == 303
    shown = sofia.get("/charter").text
    assert "Texte modifié" in shown
    words = "Le règlement intérieur <del>s’applique.</del> <ins>s’applique ici &lt;toujours&gt;.</ins>"
    assert f"<p>{words}</p>" in shown
    assert re.search(r"<ins>\s*<p>Pas de secret\.", shown)
    assert "Texte retiré" not in shown


def test_switched_off_nobody_is_asked(in_force: dict[str, Any]) -> None:
    ines = in_force["ines"]
    agree(ines)
    assert ines.post("/admin/charter/switch", data={"on": "0"}).status_code == 303
    assert in_force["thomas"].get("/people", headers=HTML).status_code == 200
    assert "Aucune charte n’est en vigueur" in in_force["thomas"].get("/charter").text
    assert ines.post("/admin/charter/switch", data={"on": "1"}).status_code == 303
    assert in_force["thomas"].get("/people", headers=HTML).status_code == 303
    actions = db.session().scalars(select(AuditEntry.action).where(AuditEntry.target == "charter"))
    assert list(actions) == ["charter.publish", "charter.off", "charter.on"]


def test_administrators_read_who_accepted_in_pages(any_app: Flask) -> None:
    in_force = everybody(any_app)
    ines = in_force["ines"]
    for name in ("ines", "amelie", "james"):
        agree(in_force[name])
    log = ines.get("/admin/charter/log").text
    assert [n in log for n in ("Amélie Rousseau", "James O&#39;Neill", "Karim Benali")] == [True, True, False]
    mine = ines.get("/admin/charter/log?person=amelie.rousseau").text
    assert "Amélie Rousseau" in mine
    assert "James" not in mine.partition('id="log"')[2]
    assert ines.get("/admin/charter/log?person=nobody.here").status_code == 422
    assert "3 personnes sur 7" in ines.get("/admin/charter").text
    assert in_force["amelie"].get("/admin/charter").status_code == 404
    assert in_force["amelie"].get("/admin/charter/log").status_code == 404
    first = charter.log(db.session(), None, 2)
    assert len(first) == 3
    last = first[1]
    rest = charter.log(db.session(), (last.at, last.person_id, last.version), 2)
    assert [line.name for line in rest] == [first[2].name]


def test_the_editor_proposes_a_text_shows_it_and_keeps_what_was_wrong(browser_as: Browsers) -> None:
    ines = browser_as("ines")
    page = ines.get("/admin/charter").text
    assert "règlement intérieur" in page
    assert "Charte d’utilisation du réseau social" in page
    assert "Terms of use" in page
    seen = ines.post(
        "/admin/charter", data={"body_fr": "**Oui**", "body_en": "<script>x</script>", "preview": "1"}
    )
    assert "<strong>Oui</strong>" in seen.text
    assert "<script>x" not in seen.text
    assert ines.get("/charter").text.count("Aucune charte")
    wrong = ines.post("/admin/charter", data={"body_fr": "Seulement en français", "body_en": ""})
    assert wrong.status_code == 422
    assert "Seulement en français" in wrong.text


def test_the_guard_costs_no_query(app: Flask, cast: dict[str, int]) -> None:
    ines, amelie = (factories.browser_of(app, cast[name]) for name in ("ines", "amelie"))
    seen: list[str] = []
    event.listen(db.db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def count() -> int:
        amelie.get("/", headers=HTML)
        seen.clear()
        assert amelie.get("/", headers=HTML).status_code == 200
        return len(seen)

    amelie.post("/welcome", data={"skip": "1"})
    without = count()
    publish(ines)
    agree(amelie)
    assert count() == without


def test_it_is_exported_erased_and_cleared_with_the_demo(browser_as: Browsers, cast: dict[str, int]) -> None:
    publish(browser_as("ines"))
    agree(browser_as("amelie"))
    agree(browser_as("karim"))
    session = db.begin_write()
    assert [row["version"] for row in exports.rows(session, cast["amelie"])] == [1]
    exports.erase(session, cast["amelie"])
    assert list(exports.rows(session, cast["amelie"])) == []
    session.execute(factories.Person.__table__.update().values(demo=True))
    clearing.remove(session, clearing.choose(session))
    assert session.scalars(select(CharterAcceptance)).all() == []
    db.rollback()


def test_the_contacts_stand_at_the_foot_of_every_page(browser_as: Browsers, app: Flask) -> None:
    ines, values = browser_as("ines"), {"contact": "Thomas Nguyen", "contact_email": "thomas@demo.example"}
    assert ines.post("/admin/contacts", data=values | {"privacy_email": "nowhere"}).status_code == 422
    saved = ines.post("/admin/contacts", data=values | {"privacy": "Claire Dupont"})
    assert saved.status_code == 303
    for page in (browser_as("amelie").get("/people").text, app.test_client().get("/signin").text):
        foot = page.partition('<footer class="foot">')[2]
        assert '<a href="mailto:thomas@demo.example">Thomas Nguyen</a>' in foot
        assert "Vos données" in foot
        assert "Claire Dupont" in foot
    assert "Thomas Nguyen, thomas@demo.example" in browser_as("amelie").get("/accessibility").text
    assert browser_as("thomas").post("/admin/contacts", data=values).status_code == 404


def test_a_link_that_leads_elsewhere_is_shown_as_changed() -> None:
    """The words are the same: marking those alone would show nothing."""
    before, after = (f"Lisez [la règle](https://intra.example/{n}) d’abord." for n in (1, 2))
    gone, come = charter.changes(before, after)
    assert (gone.kind, come.kind) == ("removed", "added")
    assert "intra.example/1" in gone.html
    assert "intra.example/2" in come.html
    (words,) = charter.changes(before, before.replace("d’abord", "avant tout"))
    assert words.kind == "changed"
