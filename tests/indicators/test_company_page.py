"""The company's page: every figure, drawings with their tables, the file of published values."""

import csv
import io
import re

from sqlalchemy import insert, select, update

from rse.core import db
from rse.indicators.definitions import CODES
from rse.indicators.models import COMPANY, Published
from tests import factories
from tests.indicators.company import last_sunday

DRAWN = {
    "LORENZ": {"points": [0, 1, 2, 4, 7, 11, 18, 28, 47, 100]},
    "TTFR_SPREAD": {"points": [20, 30, 25, 10, 15]},
    "ANS_HOURS": {"slots": [[0, 2, 85], [4, 3, 40]]},
    "SILO_MAP": {"cells": ["Fraisage", "Montage", "Siège"], "levels": [[0, 0, 4], [0, 1, 1], [1, 2, 3]]},
    "EXP_MAP": {"tags": [["soudure", 12, 2], ["<b>vpn", 5, 1], ["paie", 1, 0]]},
}
FIGURES = {
    "IDEA": {"followed": 0.5, "decided": 0.25, "ideas": 12},
    "CONC": {"gini": 0.364, "absence_factor": "<8", "top10_share": None},
    "EXP_COVER": {"coverage": 0.333333, "asked_tags": 3, "uncovered": 1, "at_risk": 2},
}


def publish(told):
    """Let this be what was published of the company in the last week."""
    session = db.begin_write()
    for code, figures in told.items():
        here = (Published.cell_id == COMPANY, Published.day == last_sunday(), Published.code == code)
        if session.scalar(select(Published.code).where(*here)) is None:
            row = {"cell_id": COMPANY, "day": last_sunday(), "code": code, "status": "shown"}
            session.execute(insert(Published).values(figures=figures, **row))
        else:
            session.execute(update(Published).where(*here).values(status="shown", figures=figures))
    db.commit()


def test_everybody_reads_the_companys_figures_and_what_is_missing_says_why(app, published):
    client = factories.browser_of(app, published.outsider)
    text = client.get("/indicators").text
    assert "L’entreprise en chiffres" in text
    for name in ("Personnes actives", "Cohésion du réseau", "Réciprocité", "Visibilité des dirigeants"):
        assert name in text
    assert "chaque dixième devrait compter 8 personnes" in text
    assert "Cela décrirait moins de 8 personnes" in text or "moins de 8 personnes" in text
    assert factories.browser_of(app, published.guest).get("/indicators").status_code == 404
    assert app.test_client().get("/indicators").status_code in {302, 303, 401}


def test_drawings_come_with_tables_and_words(app, published):
    publish(DRAWN | FIGURES)
    client = factories.browser_of(app, published.outsider)
    text = client.get("/indicators").text
    assert "Le dixième qui écrit le plus a écrit 53" in text
    assert re.search(r'<polyline points="0,100 10,100 20,99 ', text)
    assert text.count("&lt;b&gt;vpn") >= 1
    assert "<b>vpn" not in text
    for words in (
        "une seule personne",
        "personne ne l’a déclaré",
        "beaucoup plus",
        "de 4 à 24 h",
        "suivies en 28 jours",
    ):
        assert words in text
    assert re.search(r"<th scope=\"row\">Lundi</th>.*85", text, re.DOTALL)
    assert "moins de 8" in text
    assert text.count('scope="row">1 Fraisage') == 1
    session = db.begin_write()
    session.get(factories.Person, published.outsider).locale = "en"
    db.commit()
    english = client.get("/indicators").text
    assert "The tenth that writes most wrote 53" in english
    assert "fewer than 8" in english


def test_the_file_holds_published_values_only(app, published):
    publish(FIGURES)
    client = factories.browser_of(app, published.manager("Fraisage"))
    answer = client.get("/indicators/figures.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0]["week"] == last_sunday().isoformat()
    assert {row["indicator"] for row in rows} == set(CODES)
    last = {
        (r["indicator"], r["figure"]): (r["value"], r["bound"]) for r in rows if r["week"] == rows[0]["week"]
    }
    assert last["CONC", "absence_factor"] == ("8", "<")
    assert last["IDEA", "followed"] == ("0.5", "")
    for row in rows:
        if row["status"] != "shown":
            assert (row["figure"], row["value"], row["bound"]) == ("", "", "")
    own = client.get("/api/v1/indicators/cells").get_json()["items"][0]["id"]
    other = factories.browser_of(app, published.manager("Montage"))
    there = other.get("/api/v1/indicators/cells").get_json()["items"][0]["id"]
    assert client.get(f"/team/{own}/figures.csv").status_code == 200
    assert client.get(f"/team/{there}/figures.csv").status_code == 404
