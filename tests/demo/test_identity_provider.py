"""The demo identity provider: whom it offers, what it says, and that production does not start it."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session as DbSession

from rse import settings as settings_module
from rse.accounts.models import Person
from rse.core import db
from rse.demo import idp, idp_saml
from rse.demo.idp_people import Directory
from rse.people.models import Department, Profile
from rse.settings import BadSettings
from tests import factories

BASE = "http://127.0.0.1:5000"


def fill(session: DbSession) -> None:
    people = factories.make_cast(session)
    people["sofia"].is_manager = True
    people["sofia"].title = "Responsable qualité"
    department = Department(name="Qualité", path="Groupe / Opérations / Qualité")
    session.add(department)
    session.flush()
    for person in people.values():
        session.add(Profile(person_id=person.id, department_id=department.id, manager_id=people["sofia"].id))
    for number in range(40):
        factories.make_person(session, f"person.number{number}")
    factories.make_person(session, "gone.away", status="deactivated")
    factories.make_person(session, "a.robot", kind="service")


@pytest.fixture
def both(make_app: Callable[..., Flask], tmp_path: Path) -> tuple[Flask, Any]:
    """The application and a browser before the demo identity provider, on one database."""
    settings = settings_module.load({"data_dir": tmp_path, "base_url": BASE, "company": "Rosemar"})
    path = tmp_path / "idp.xml"
    path.write_bytes(idp_saml.metadata(idp.sides_of(settings, 5001)))
    app = make_app(base_url=BASE, saml_metadata=str(path), saml_link="uid")
    with app.app_context():
        fill(db.begin_write())
        db.commit()
    return app, idp.create_idp(settings, 5001).test_client()


def question(app: Flask) -> tuple[Any, str]:
    """Begin a sign-in; give the browser and the query string that it carries to the provider."""
    browser = factories.Client(app, app.response_class, use_cookies=True)
    url = urlsplit(browser.get("/saml/login?next=/settings/sessions").headers["Location"])
    assert (url.netloc, url.path) == ("localhost:5001", "/sso")
    return browser, url.query


def hidden(text: str) -> dict[str, str]:
    """Give the hidden fields of the form that picks or answers."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    }


def picked(provider: Any, query: str, uid: str) -> dict[str, str]:
    """Pick a person and give the form that goes back to the application."""
    fields = hidden(provider.get("/sso", query_string=query).text)
    answer = provider.post("/pick", data={**fields, "person": uid})
    assert answer.status_code == 200, answer.text
    return hidden(answer.text)


def test_whole_way_in_and_out(both: tuple[Flask, Any]) -> None:
    app, provider = both
    browser, query = question(app)
    form = picked(provider, query, "sofia.marchetti")
    stranger = factories.Client(app, app.response_class, use_cookies=True)
    answered = stranger.post("/saml/acs", data=form)  # as from another site: without cookies
    assert answered.status_code == 303, answered.text
    finished = browser.get(answered.headers["Location"])
    assert (finished.status_code, finished.headers["Location"]) == (303, "/settings/sessions")
    browser.token = browser.get_cookie("rse_session").value
    assert "Sofia Marchetti" in browser.get("/settings/sessions").text
    leaving = browser.post("/logout").text
    onward = urlsplit(unescape(leaving.split('content="0; url=')[1].split('"')[0]))
    done = urlsplit(provider.get(onward.path, query_string=onward.query).headers["Location"])
    assert browser.get(done.path, query_string=done.query).headers["Location"] == "/signin?out=1"
    assert provider.get_cookie("rse_demo_idp") is None


def test_signing_out_there_signs_out_here(both: tuple[Flask, Any]) -> None:
    app, provider = both
    browser, query = question(app)
    form = picked(provider, query, "karim.benali")
    browser.get(browser.post("/saml/acs", data=form).headers["Location"])
    assert "Karim Benali" in provider.get("/").text
    asked = urlsplit(provider.post("/leave").headers["Location"])
    answered = urlsplit(browser.get(asked.path, query_string=asked.query).headers["Location"])
    assert browser.get("/settings/sessions").status_code == 303
    assert "déconnecté" in provider.get(answered.path, query_string=answered.query).text


def test_everybody_active_can_be_found(both: tuple[Flask, Any]) -> None:
    app, provider = both
    _browser, query = question(app)
    text = provider.get("/sso", query_string=query).text
    assert "Commencer par l’une de ces personnes" in text
    assert text.index("Amélie Rousseau") < text.index("n’importe laquelle")
    for words, names in (
        ("amelie", ["Amélie Rousseau"]),
        ("QUALITÉ marchetti", ["Sofia Marchetti"]),
        ("responsable qualite", ["Sofia Marchetti"]),
        ("number39", ["Person Number39"]),
        ("100%", []),
        ("gone", []),
        ("robot", []),
    ):
        found = provider.get("/sso", query_string=f"{query}&q={words.replace('%', '%25')}").text
        assert re.findall(r'class="idp-who">(.*?)</strong>', found) == names
    assert "Essayez-en moins" in found


def test_kinds_of_the_cast_are_said(both: tuple[Flask, Any]) -> None:
    app, provider = both
    _browser, query = question(app)
    text = provider.get("/sso", query_string=query, headers={"Accept-Language": "en"}).text
    for label in ("Employee", "Another department", "Manager", "Executive", "Moderator", "IT", "Guest"):
        assert f">{label}</span>" in text
    assert "Or any of the 47 people" in text


def test_directory_cannot_be_written(both: tuple[Flask, Any], tmp_path: Path) -> None:
    directory = Directory(f"sqlite:///{tmp_path / 'rse.db'}")
    with directory.engine.connect() as connection, pytest.raises(DatabaseError, match="readonly"):
        connection.execute(Person.__table__.delete())


def test_company_without_the_cast_offers_people(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(base_url=BASE)
    directory = Directory(f"sqlite:///{tmp_path / 'rse.db'}")
    assert (directory.cast(), directory.search("")) == ([], ([], 0))
    with app.app_context():
        session = db.begin_write()
        head = factories.make_person(session, "the.head", is_manager=True)
        for number in range(5):
            person = factories.make_person(session, f"other.{number}")
            session.add(Profile(person_id=person.id, manager_id=head.id))
        db.commit()
    assert [one.uid for one in directory.cast()] == ["the.head", "other.0", "other.1", "other.2"]


@pytest.mark.parametrize(
    "query", ["", "SAMLRequest=", "SAMLRequest=%%%", "SAMLRequest=PGEvPg%3D%3D", "SAMLResponse=x"]
)
def test_wrong_question_is_told_plainly(both: tuple[Flask, Any], query: str) -> None:
    _app, provider = both
    for path in ("/sso", "/slo"):
        answer = provider.get(path, query_string=query)
        assert answer.status_code == 400 or path == "/slo"
        assert "Traceback" not in answer.text


def test_question_of_another_application_is_refused(
    make_app: Callable[..., Flask], both: Any, tmp_path: Path
) -> None:
    _app, provider = both
    other = make_app(base_url="http://127.0.0.1:6000", saml_metadata=str(tmp_path / "idp.xml"))
    _browser, query = question(other)
    assert provider.get("/sso", query_string=query).status_code == 400


def test_nobody_else_can_be_picked(both: tuple[Flask, Any]) -> None:
    app, provider = both
    _browser, query = question(app)
    fields = hidden(provider.get("/sso", query_string=query).text)
    for change in ({"person": "gone.away"}, {"person": ""}, {"person": "amelie.rousseau", "question": "<x>"}):
        assert provider.post("/pick", data={**fields, **change}).status_code == 400


def test_pages_are_strict_and_bilingual(both: tuple[Flask, Any]) -> None:
    app, provider = both
    _browser, query = question(app)
    answer = provider.get("/sso", query_string=query + "&lang=en")
    assert '<html lang="en"' in answer.text
    assert '<html lang="en"' in provider.get("/").text
    csp = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in csp
    assert f"form-action 'self' {BASE};" in csp
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.text)
    with provider.get("/assets/idp.js") as script:
        assert script.status_code == 200
    assert provider.get("/assets/../idp.py").status_code == 404
    assert provider.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "overrides",
    [
        {
            "env": "production",
            "secret_key": "abcdefghijklmnopqrstuvwxyz0123456789",
            "base_url": "https://localhost",
        },
        {"base_url": "https://rse.example.com"},
        {"base_url": "http://10.0.0.1:5000"},
    ],
)
def test_production_does_not_start_it(tmp_path: Path, overrides: dict[str, str]) -> None:
    settings = settings_module.load({"data_dir": tmp_path, **overrides})
    with pytest.raises(BadSettings, match="does not start beside a production"):
        idp.create_idp(settings, 5001)


def test_command_refuses_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RSE_BASE_URL", "https://rse.example.com")
    assert idp.main(["--port", "5001"]) == 1
    assert "anybody" in capsys.readouterr().err


@pytest.mark.postgres
def test_directory_on_postgresql(make_app: Callable[..., Flask], postgres_url: str) -> None:
    app = make_app(base_url=BASE, database_url=postgres_url)
    with app.app_context():
        fill(db.begin_write())
        db.commit()
    directory = Directory(postgres_url)
    assert [one.part for one in directory.cast()] == [
        "employee", "colleague", "manager", "executive", "moderator", "admin", "guest",
    ]  # fmt: skip
    people, total = directory.search("qualité Marchetti")
    assert ([one.manager for one in people], total) == (["sofia.marchetti"], 1)
    with directory.engine.connect() as connection, pytest.raises(DatabaseError, match="read-only"):
        connection.execute(Person.__table__.delete())
    directory.engine.dispose()
