"""The catch-up page: what concerns one most in words, then the new posts, then the end."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rse.core import clock
from rse.notifications import catching_up

Say = Callable[..., str]


def summary(page: str) -> list[str]:
    part = page.partition('id="summary"')[2].partition("</section>")[0]
    return [re.sub(r"<[^>]+>|\s+", " ", line).strip() for line in re.findall(r"<li.*?</li>", part, re.DOTALL)]


def test_it_says_what_happened_and_ends(browser_as: Any, say: Say) -> None:
    question = say("amelie", "Comment faire ?", kind="question")
    say("karim", "Comme ceci.", question)
    say("sofia", "Ou comme cela.", question)
    say("karim", "Bonjour @amelie.rousseau")
    page = browser_as("amelie").get("/catch-up").text
    assert summary(page) == [
        "2 réponses à vos questions",
        "1 mention de vous",
        "1 autre nouvelle publication",
    ]
    assert "Bonjour" in page
    assert "Comment faire" not in page.split('id="posts"')[1]  # one's own
    assert "Vous êtes à jour" in page


def test_what_is_older_is_not_there(browser_as: Any, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    say("karim", "Bonjour @amelie.rousseau")
    today, now = clock.today("Europe/Paris"), clock.now()
    monkeypatch.setattr(clock, "today", lambda _zone="": today + timedelta(days=3))
    monkeypatch.setattr(clock, "now", lambda: now)
    assert "Rien de nouveau" in browser_as("amelie").get("/catch-up").text
    assert "1 mention de vous" in browser_as("amelie").get("/catch-up?since=week").text


def test_more_than_a_page_is_for_the_feed(browser_as: Any, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "SHOWN", 2)
    for number in range(3):
        say("karim", f"numéro {number}")
    page = browser_as("amelie").get("/catch-up").text
    assert "La suite est dans le fil" in page
    assert page.split('id="posts"')[1].count("<article") == 2
