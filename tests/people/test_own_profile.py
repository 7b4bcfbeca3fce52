"""A person changes what is theirs; what the directory owns is shown with its owner, and refused."""

from collections.abc import Callable

import pytest

from rse.core import db
from rse.core.model import encode_id
from rse.people.models import Follow, Profile
from tests import factories

Browser = Callable[[str], factories.Client]
Load = Callable[[int], Profile]


@pytest.fixture
def locked(company: dict[str, int]) -> None:
    profile = db.begin_write().get_one(Profile, company["karim"])
    profile.locked = {"title": "directory", "phone": "saml"}
    db.commit()


def test_what_is_sent_is_kept(browser_as: Browser, company: dict[str, int], profile: Load) -> None:
    sent = {
        "title": "Chef d'atelier",
        "languages": "Français, anglais; de",
        "phone": "+33 1 23",
        "about": "Bonjour",
        "given_name": "Karim",
        "family_name": "Ben Ali",
    }
    answer = browser_as("karim").post("/settings/profile", data=sent)
    assert answer.status_code == 303
    kept = profile(company["karim"])
    assert (kept.languages, kept.phone, kept.about) == (["fr", "en", "de"], "+33 1 23", "Bonjour")
    data = browser_as("sofia").get(f"/api/v1/people/{encode_id(company['karim'])}").json
    assert (data["display_name"], data["title"]) == ("Karim Ben Ali", "Chef d'atelier")
    assert "Ben Ali" in browser_as("sofia").get("/people?q=ben+ali").text


def test_an_emptied_field_is_meant_empty(browser_as: Browser, company: dict[str, int], profile: Load) -> None:
    browser = browser_as("karim")
    browser.post("/settings/profile", data={"about": "Bonjour", "languages": "fr"})
    browser.post("/settings/profile", data={"about": "", "languages": ""})
    assert (profile(company["karim"]).about, profile(company["karim"]).languages) == ("", [])


def test_locked_fields_say_who_owns_them(browser_as: Browser, locked: None) -> None:
    html = browser_as("karim").get("/settings/profile").text
    assert "vient de l’annuaire de l’entreprise" in html
    assert "Fournisseur d’identité" in html
    assert 'name="title"' not in html
    assert 'name="phone"' not in html


def test_locked_fields_are_refused_by_form_and_api(
    browser_as: Browser, locked: None, company: dict[str, int]
) -> None:
    browser = browser_as("karim")
    answer = browser.patch("/api/v1/me", json={"title": "Roi"})
    assert answer.status_code == 422
    assert "annuaire" in answer.json["errors"]["title"][0]
    assert browser.post("/settings/profile", data={"title": "Roi", "about": "x"}).status_code == 422
    assert browser.get("/api/v1/me").json["title"] == "Fonction karim"
    assert browser.get("/api/v1/me").json["about"] == "", "nothing of a refused form is kept"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("languages", "klingonais"),
        ("phone", "call me"),
        ("title", "x" * 201),
        ("about", "x" * 5001),
        ("family_name", "\x00"),
        ("email", "x@y.z"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(
    browser_as: Browser, company: dict[str, int], field: str, value: str
) -> None:
    browser = browser_as("karim")
    answer = browser.patch("/api/v1/me", json={field: [value] if field == "languages" else value})
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    if field not in {"email", "family_name"}:
        html = browser.post("/settings/profile", data={field: value}).text
        assert f'id="f-{field}-error"' in html


def test_a_name_cannot_be_emptied(browser_as: Browser, company: dict[str, int]) -> None:
    assert (
        browser_as("karim").patch("/api/v1/me", json={"given_name": "", "family_name": ""}).status_code == 422
    )


def test_language_zone_and_appearance_are_kept(browser_as: Browser, company: dict[str, int]) -> None:
    browser = browser_as("karim")
    answer = browser.post(
        "/settings/preferences", data={"language": "en", "timezone": "America/Montreal", "theme": "dark"}
    )
    assert "theme=dark" in answer.headers["Set-Cookie"]
    assert "Time zone" in browser.get("/settings/preferences").text
    kept = browser.get("/api/v1/me/preferences").json
    assert kept | {"language": "en", "timezone": "America/Montreal", "theme": "dark"} == kept
    assert browser.put("/api/v1/me/preferences", json={"timezone": "Mars/Olympus"}).status_code == 422
    assert (
        browser.put("/api/v1/me/preferences", json={"language": "fr"}).json["timezone"] == "America/Montreal"
    )


def test_one_follows_and_leaves_off_and_not_oneself(browser_as: Browser, company: dict[str, int]) -> None:
    browser, path = browser_as("karim"), f"/people/{encode_id(company['sofia'])}/follow"
    for _ in range(2):
        assert browser.put(f"/api/v1{path}").status_code == 204
    assert db.db.session.query(Follow).count() == 1
    assert "Suivi" in browser.get(path.removesuffix("/follow")).text
    assert 'value="1"' in browser.post(path, data={"on": "0"}, headers={"HX-Request": "true"}).text
    assert browser.put(f"/api/v1/people/{encode_id(company['karim'])}/follow").status_code == 422
    db.db.session.rollback()
    assert db.db.session.query(Follow).count() == 0
