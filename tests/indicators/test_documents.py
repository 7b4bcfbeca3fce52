"""Notice, impact assessment and note to the works council: written with the actual settings, in both languages."""

import re

import pytest

from rse.core import company as settings
from rse.core import db
from rse.indicators import documents
from tests import factories


@pytest.fixture
def reader(app, published):
    return factories.browser_of(app, published.everyone[5])


@pytest.mark.parametrize("name", documents.NAMES)
@pytest.mark.parametrize("language", documents.LANGUAGES)
def test_every_text_is_complete_in_each_language(reader, name, language):
    page = reader.get(f"/indicators/texts/{name}?language={language}")
    assert page.status_code == 200
    body = page.text.split("<article")[1].split("</article>")[0]
    assert f'lang="{language}"' in body
    assert not re.findall(r"\{[a-z_]+\}", body)
    assert re.search(r"au moins 8 personnes|at least 8 people", body)
    assert "130 jours" in body or "130 days" in body
    assert body.count("<h2>") >= 6
    file = reader.get(f"/indicators/texts/{name}/file?language={language}")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert f'<html lang="{language}">' in file.text


def test_texts_follow_the_settings(app, published, make_app):
    session = db.begin_write()
    settings.put(session, "name", "Rosemar & <fils>")
    settings.put(
        session, "contacts", {"contact": "Lina Mazet", "privacy": "Jeanne Droit", "privacy_email": "dpo@x.fr"}
    )
    settings.put(session, "indicators_sites_off", ["Lens"])
    settings.put(session, "signals_strict", value=True)
    settings.forget(session)
    db.commit()
    reader = factories.browser_of(app, published.everyone[5])
    text = reader.get("/indicators/texts/notice?language=en").text
    for words in (
        "Rosemar &amp; &lt;fils&gt;",
        "Lina Mazet",
        "Jeanne Droit, dpo@x.fr",
        "switched off for: Lens",
        "Strict mode is on",
    ):
        assert words in text, words
    french = reader.get("/indicators/texts/notice").text
    assert "Information des salariés de Rosemar &amp; &lt;fils&gt;" in french
    assert "Le mode strict est activé" in french


def test_they_are_linked_and_for_employees(app, published, reader):
    page = reader.get("/indicators/definitions").text
    for name in documents.NAMES:
        assert f'href="/indicators/texts/{name}"' in page
    guest = factories.browser_of(app, published.guest)
    assert guest.get("/indicators/texts/notice").status_code == 404
    assert "/indicators/texts/" not in guest.get("/indicators/definitions").text
    assert reader.get("/indicators/texts/other").status_code == 404
    assert reader.get("/indicators/texts/notice?language=de").status_code == 422


def test_a_floor_of_ones_own_is_in_the_text(make_app):
    app = make_app(floor=12)
    with app.app_context():
        session = db.begin_write()
        person = factories.make_person(session, "un.seul").id
        db.commit()
        assert (
            "au moins 12 personnes" in factories.browser_of(app, person).get("/indicators/texts/notice").text
        )
