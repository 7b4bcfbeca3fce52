"""Skills are declared in either language; words that the vocabulary knows are the same skill."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from rse.core import db
from rse.people.models import Skill, SkillName
from tests import factories

Browser = Callable[[str], factories.Client]


@pytest.fixture
def welding(session: Session, company: dict[str, int]) -> Skill:
    db.begin_write()
    skill = session.query(Skill).filter_by(slug="soudage").one()
    skill.label_en = "Welding"
    session.add_all(
        [SkillName(skill_id=skill.id, folded=n.lower(), label=n) for n in ("Welding", "Arc welding")]
    )
    db.commit()
    return skill


def labels(browser: factories.Client) -> dict[str, int]:
    return {s["label"]: s["level"] for s in browser.get("/api/v1/me").json["skills"]}


@pytest.mark.parametrize("word", ["WELDING", "arc  welding", "soudagé"])
def test_a_known_word_is_the_same_skill(browser_as: Browser, welding: Skill, word: str) -> None:
    browser = browser_as("sofia")
    assert browser.post("/settings/skills", data={"label": word, "level": "4"}).status_code == 303
    assert labels(browser) == {"Soudage": 4}


def test_a_new_word_is_added_once_for_all(
    browser_as: Browser, company: dict[str, int], session: Session
) -> None:
    browser_as("sofia").post("/settings/skills", data={"label": "Télémétrie", "level": "1"})
    browser_as("claire").post("/settings/skills", data={"label": "telemetrie"})
    assert session.query(Skill).filter(Skill.slug.startswith("telemetrie")).count() == 1


def test_level_and_removal(browser_as: Browser, company: dict[str, int]) -> None:
    browser = browser_as("karim")
    browser.post("/settings/skills/soudage", data={"level": "1"})
    browser.post("/settings/skills/securite-machine", data={"remove": "1"})
    assert labels(browser) == {"Soudage": 1}
    assert browser.post("/settings/skills/nothing", data={"level": "1"}).status_code == 404


def test_the_whole_list_is_put(browser_as: Browser, company: dict[str, int]) -> None:
    browser = browser_as("karim")
    sent = {"skills": [{"label": "Soudage", "level": 2}, {"label": "Allemand", "level": 4}]}
    assert browser.put("/api/v1/me/skills", json=sent).status_code == 200
    assert labels(browser) == {"Soudage": 2, "Allemand": 4}


@pytest.mark.parametrize(
    "bad",
    [
        {"label": "", "level": 2},
        {"label": "---", "level": 2},
        {"label": "x", "level": 5},
        {"label": "x" * 101},
        {"label": "a\x00b"},
    ],
)
def test_a_wrong_skill_is_refused(
    browser_as: Browser, company: dict[str, int], bad: dict[str, object]
) -> None:
    browser = browser_as("karim")
    assert browser.put("/api/v1/me/skills", json={"skills": [bad]}).status_code == 422
    assert browser.post("/settings/skills", data=bad).status_code == 422


def test_typing_suggests_in_both_languages(browser_as: Browser, welding: Skill) -> None:
    browser = browser_as("sofia")
    html = browser.get("/people/skills?q=weld").text
    assert 'data-value="Soudage"' in html
    assert "aussi appelée Welding" in html
    assert browser.get("/api/v1/skills?q=SOUD").json["items"] == [{"slug": "soudage", "label": "Soudage"}]
    assert browser.get("/api/v1/skills?q=%25").json["items"] == []
    browser.put("/api/v1/me/preferences", json={"language": "en"})
    assert browser.get("/api/v1/skills?q=SOUD").json["items"] == [{"slug": "soudage", "label": "Welding"}]


def test_a_label_cannot_become_markup(browser_as: Browser, company: dict[str, int]) -> None:
    browser = browser_as("sofia")
    browser.post("/settings/skills", data={"label": "<img src=x onerror=alert(1)>", "level": "2"})
    assert "<img src=x" not in browser.get("/settings/skills").text
    assert "<img src=x" not in browser.get("/people/skills?q=img").text
