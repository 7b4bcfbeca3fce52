"""Colleagues confirm each other's declared skills, visibly and revocably; nobody their own."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from rse.core.model import encode_id
from rse.people.models import Endorsement
from tests import factories

Browser = Callable[[str], factories.Client]


@pytest.fixture
def path(company: dict[str, int], slug: Callable[[str], str]) -> str:
    return f"/people/{encode_id(company['karim'])}/skills/{slug('Soudage')}/endorsement"


def test_once_is_once_and_it_is_revocable(browser_as: Browser, path: str, session: Session) -> None:
    sofia = browser_as("sofia")
    for _ in range(2):
        assert sofia.put(f"/api/v1{path}").status_code == 204
    assert session.query(Endorsement).count() == 1
    assert sofia.delete(f"/api/v1{path}").status_code == 204
    assert sofia.delete(f"/api/v1{path}").status_code == 204
    session.rollback()
    assert session.query(Endorsement).count() == 0


def test_the_button_answers_with_its_line(browser_as: Browser, path: str) -> None:
    html = browser_as("sofia").post(path, data={"on": "1"}, headers={"HX-Request": "true"}).text
    assert html.lstrip().startswith("<li")
    assert "Confirmée par vous" in html
    assert "1 confirmation" in html


def test_without_script_it_goes_back_to_the_profile(browser_as: Browser, path: str) -> None:
    answer = browser_as("sofia").post(path, data={"on": "1"})
    assert answer.status_code == 303
    assert answer.location.endswith("#skill-soudage")


def test_nobody_confirms_their_own(browser_as: Browser, path: str) -> None:
    answer = browser_as("karim").put(f"/api/v1{path}")
    assert answer.status_code == 403
    assert "personne ne confirme les siennes" in answer.json["detail"]
    assert "Confirmer" not in browser_as("karim").get(path.split("/skills", maxsplit=1)[0]).text


def test_guests_do_not_confirm(
    browser_as: Browser, group_with_guest: int, company: dict[str, int], path: str
) -> None:
    amelie = path.replace(encode_id(company["karim"]), encode_id(company["amelie"]))
    assert browser_as("james").put(f"/api/v1{amelie}").status_code == 403
    assert browser_as("james").put(f"/api/v1{path}").status_code == 404


def test_a_skill_that_is_not_declared_cannot_be_confirmed(
    browser_as: Browser, company: dict[str, int], path: str
) -> None:
    assert browser_as("sofia").put(f"/api/v1{path.replace('soudage', 'unknown')}").status_code == 404
    claire = path.replace(encode_id(company["karim"]), encode_id(company["claire"]))
    assert browser_as("sofia").put(f"/api/v1{claire}").status_code == 404


def test_without_the_token_of_the_page_it_is_refused(browser_as: Browser, path: str) -> None:
    assert browser_as("sofia").post(path, data={"on": "1"}, csrf=False).status_code in {400, 403}


def test_taking_a_skill_away_takes_its_confirmations(
    browser_as: Browser, path: str, session: Session
) -> None:
    browser_as("sofia").put(f"/api/v1{path}")
    browser_as("karim").put("/api/v1/me/skills", json={"skills": [{"label": "Sécurité machine", "level": 4}]})
    session.rollback()
    assert session.query(Endorsement).count() == 0
