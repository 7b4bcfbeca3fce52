"""A person sees the browsers they are signed in with, and ends them; nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from rse.accounts import devices
from rse.accounts.models import Session
from rse.core import clock, i18n
from tests.accounts.steps import Door

Doors = Callable[..., Door]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


def come_in_with(here: Door, user_agent: str, **knobs: Any) -> Any:
    browser = here.browser()
    browser.environ_base["HTTP_USER_AGENT"] = user_agent
    here.come_in(browser, **knobs)
    return browser


def test_list_names_devices_and_marks_this_one(door: Doors) -> None:
    here = door()
    browser = come_in_with(here, FIREFOX)
    come_in_with(here, PHONE)
    text = browser.get("/settings/sessions").text
    assert "Firefox sur Windows" in text
    assert "Safari sur iPhone" in text
    assert text.count("Ce navigateur") == 1
    assert "Terminer l’autre session" in text


@pytest.mark.parametrize(("minutes", "written"), [(4, False), (6, True)])
def test_last_seen_is_written_every_five_minutes_at_most(door: Doors, minutes: int, written: bool) -> None:
    here = door()
    browser = come_in_with(here, FIREFOX)
    seen = clock.now() - timedelta(minutes=minutes)
    here.write(lambda session: session.execute(update(Session).values(seen_at=seen)))
    assert browser.get("/settings/sessions").status_code == 200
    (row,) = here.sessions()
    assert (row.seen_at != seen) is written


def test_one_session_is_ended(door: Doors) -> None:
    here = door()
    browser, other = come_in_with(here, FIREFOX), come_in_with(here, PHONE)
    last = here.sessions()[-1].id
    assert browser.post(f"/settings/sessions/{last}/end").status_code == 303
    assert other.get("/settings/sessions").status_code == 303
    text = browser.get("/settings/sessions").text
    assert "Cette session est terminée." in text
    assert "nulle part ailleurs" in text
    (line,) = here.audit("session.end")
    assert line["target"].startswith("person:")


def test_all_others_are_ended(door: Doors) -> None:
    here = door()
    browser = come_in_with(here, FIREFOX)
    for _ in range(3):
        come_in_with(here, PHONE)
    assert "Terminer les 3 autres sessions" in browser.get("/settings/sessions").text
    browser.post("/settings/sessions/end-others")
    assert len(here.sessions()) == 1
    assert browser.get("/settings/sessions").status_code == 200


def test_ending_this_one_signs_out(door: Doors) -> None:
    here = door()
    browser = come_in_with(here, FIREFOX)
    (own,) = here.sessions()
    assert browser.post(f"/settings/sessions/{own.id}/end").headers["Location"] == "/signin?out=1"
    assert here.sessions() == []


def test_somebody_else_s_session_does_not_exist(door: Doors) -> None:
    here = door()
    browser = come_in_with(here, FIREFOX)
    come_in_with(here, PHONE, name_id="bob", attributes={"mail": ["bob@example.org"]})
    assert browser.post(f"/settings/sessions/{here.sessions()[-1].id}/end").status_code == 404
    assert browser.post("/settings/sessions/999/end").status_code == 404
    assert len(here.sessions()) == 2


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36 Edg/130.0", "Edge on Linux"),
        ("curl/8", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_device_in_words(user_agent: str, name: str) -> None:
    with i18n.speaking("en"):
        assert devices.described(user_agent) == name
