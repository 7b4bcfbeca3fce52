"""Openings against the blank page: fitted to the person and the place, by what may be read, with nothing kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rse.core import clock, db
from rse.groups.models import Membership
from rse.people.models import Profile
from tests.drafts.test_drafts import browse, make_group, no_cached_cards, people

__all__ = ["browse", "make_group", "no_cached_cards", "people"]
Browse = Callable[[str], Any]


@pytest.fixture
def any_app(app: Any) -> Any:
    """SQLite is enough here: nothing depends on the database."""
    return app


def offered(browser: Any, place: str = "") -> str:
    answer = browser.get(f"/drafts/openings?place={place}")
    assert answer.status_code == 200
    return str(answer.text)


def ask(browser: Any, title: str, **more: Any) -> str:
    made = browser.post(
        "/api/v1/posts", json={"kind": "question", "title": title, "body": "Dites-moi"} | more
    )
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def test_anybody_is_offered_something(browse: Browse) -> None:
    said = offered(browse("amelie"))
    assert said.count("<li>") == 2
    assert "Qu’a terminé votre équipe cette semaine" in said
    assert 'data-kind="question"' in said


def test_who_has_just_come_is_asked_what_surprised_them(browse: Browse, people: dict[str, int]) -> None:
    for days, words in (
        (3, "depuis cette semaine"),
        (10, "depuis 1 semaine"),
        (21, "depuis 3 semaines"),
        (90, ""),
    ):
        session = db.begin_write()
        held = session.get(Profile, people["amelie"]) or Profile(person_id=people["amelie"])
        held.start_date = clock.now().date() - timedelta(days=days)
        session.add(held)
        db.commit()
        said = offered(browse("amelie"))
        assert words in said
        assert ("qui vous" in said) == bool(words)


def test_a_question_about_ones_skill_is_shown_where_one_may_read_it(browse: Browse, make_group: Any) -> None:
    amelie, karim = browse("amelie"), browse("karim")
    amelie.put("/api/v1/me/skills", json={"skills": [{"label": "SAP", "level": 4}]})
    assert "Que vous demande-t-on souvent sur SAP" in offered(amelie)
    secret = make_group("Caché", "karim", visibility="secret")
    ask(karim, "SAP en cachette", group=secret)
    ask(karim, "Les sapins de Noël")
    assert "attend" not in offered(amelie)
    waiting = ask(karim, "Qui connaît SAP ?")
    assert f'href="/posts/{waiting}"' in offered(amelie)
    assert "Qui connaît SAP" in offered(amelie)
    assert f'href="/posts/{waiting}"' not in offered(karim)
    browse("sofia").post(f"/api/v1/posts/{waiting}/comments", json={"body": "Moi"})
    assert f'href="/posts/{waiting}"' not in offered(amelie)
    assert amelie.get(f"/drafts/openings?place={secret}").status_code == 404


def test_who_is_new_in_a_group_may_say_what_they_look_for(
    browse: Browse, make_group: Any, people: dict[str, int]
) -> None:
    slug = make_group("Qualité", "karim", "amelie")
    assert "Vous venez d’entrer dans « Qualité »" in offered(browse("amelie"), slug).replace("\u00a0", " ")
    session = db.begin_write()
    for tie in session.query(Membership).where(Membership.person_id == people["amelie"]):
        tie.at = clock.now() - timedelta(days=40)
    db.commit()
    said = offered(browse("amelie"), slug)
    assert "Vous venez" not in said
    assert "En quoi ce groupe" in said
