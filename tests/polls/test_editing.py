"""What may change of a poll: its options until somebody has voted, its last day until it is over."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.polls.test_polls import OPTIONS, ask, day, later, nothing_kept

__all__ = ["nothing_kept"]
Browse = Callable[[str], Any]


def edit(browser: Any, key: str, **values: Any) -> Any:
    return browser.post(f"/posts/{key}/edit", data={"body": "Quel jour ?", "options": OPTIONS} | values)


def poll(browser: Any, key: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/api/v1/posts/{key}").json["poll"]
    return found


def test_options_change_until_somebody_votes(browser_as: Browse) -> None:
    amelie, karim = browser_as("amelie"), browser_as("karim")
    key = ask(amelie, results="before")
    assert 'value="Mardi"' in amelie.get(f"/posts/{key}/edit").text
    assert edit(amelie, key, options=["Lundi", "Vendredi"]).status_code == 303
    assert poll(karim, key)["options"] == ["Lundi", "Vendredi"]
    assert karim.put(f"/api/v1/posts/{key}/ballot", json={"choices": [1]}).status_code == 200
    refused = edit(amelie, key, options=["Lundi", "Samedi"])
    assert refused.status_code == 422
    assert "les options restent" in refused.text
    assert poll(karim, key)["options"] == ["Lundi", "Vendredi"]
    assert edit(amelie, key, options=["Lundi", "Vendredi"], body="Autre texte").status_code == 303
    assert poll(karim, key)["counts"] == [0, 1]


def test_one_option_is_no_poll(browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    key = ask(amelie)
    assert edit(amelie, key, options=["Lundi"]).status_code == 422


def test_the_last_day_moves_while_the_poll_is_open(
    browser_as: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    amelie = browser_as("amelie")
    key = ask(amelie, anonymous=True, closes_on=day(3))
    assert edit(amelie, key).status_code == 422  # a secret poll needs one
    assert edit(amelie, key, closes_on=day(5)).status_code == 303
    closes = poll(amelie, key)["closes_at"]
    assert f'value="{day(5)}"' in amelie.get(f"/posts/{key}/edit").text
    later(monkeypatch, 8)
    amelie = browser_as("amelie")  # a session of these days
    assert edit(amelie, key, closes_on=day(20)).status_code == 303
    assert poll(amelie, key)["closes_at"] == closes
