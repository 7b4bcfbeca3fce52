"""The emergency link: an administrator comes in once, without any identity provider, and it is written down."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from rse.accounts.models import Person, SignInLink
from tests import factories
from tests.accounts.steps import Door, refusal_of

Doors = Callable[..., Door]
ADMIN = "ines.lambert@demo.example"


@pytest.fixture
def here(door: Doors) -> Door:
    made = door(saml_metadata="/nowhere/idp.xml")  # no provider answers
    made.write(lambda session: factories.make_person(session, "ines.lambert", roles=frozenset({"admin"})))
    made.write(lambda session: factories.make_person(session, "karim.benali"))
    return made


def link(here: Door) -> str:
    done = here.run("admin", "link", ADMIN)
    assert done.exit_code == 0, done.output
    return done.output.strip().splitlines()[-1]


def asked_for(browser: Any, address: str) -> Any:
    """Open a link as a browser does: what stands behind the # is not sent, the page's script posts it."""
    parts = urlsplit(address)
    assert not parts.query
    assert 'name="code"' in browser.get(parts.path).text
    return browser.post(f"{parts.path}/ask", data={"code": parts.fragment})


def fields(text: str) -> dict[str, str]:
    return {
        name: text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0] for name in ("token", "seal")
    }


def test_lets_the_administrator_in_once_after_asking(here: Door) -> None:
    address = link(here)
    assert address.startswith("http://127.0.0.1:5000/signin/link#")
    browser = here.browser()
    for _look in range(2):  # looking does not use it up
        asked = asked_for(browser, address)
        assert "Ines Lambert" in asked.text
    assert here.sessions() == []
    answer = browser.post("/signin/link", data=fields(asked.text))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/sso")
    (session,) = here.sessions()
    assert session.expires_at - datetime.now(UTC) < timedelta(hours=9)
    assert browser.get("/admin/sso").status_code == 200
    assert [len(here.audit(action)) for action in ("breakglass.link", "breakglass.used")] == [1, 1]
    assert refusal_of(here, asked_for(here.browser(), address)) == "used"


def test_other_site_cannot_post_it(here: Door) -> None:
    asked = asked_for(here.browser(), link(here))
    assert refusal_of(here, here.browser().post("/signin/link", data=fields(asked.text))) == "other_browser"
    assert here.sessions() == []


def test_ends_after_a_quarter_of_an_hour(here: Door) -> None:
    address = link(here)
    (row,) = here.rows(select(SignInLink))
    assert timedelta(minutes=14) < row.expires_at - datetime.now(UTC) <= timedelta(minutes=15)
    here.write(
        lambda session: session.execute(
            update(SignInLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    )
    assert refusal_of(here, asked_for(here.browser(), address)) == "expired"


def test_first_administrator_of_a_new_installation_is_made_once(door: Doors) -> None:
    new = door(saml_metadata="")
    done = new.run("admin", "link", "Ada@Example.org", "--first", "Ada Byron")
    asked = asked_for(new.browser(), done.output.strip().splitlines()[-1])
    assert "Ada Byron" in asked.text
    (ada,) = new.rows(select(Person))
    assert (ada.email, ada.roles, ada.family_name) == ("ada@example.org", {"admin"}, "Byron")
    again = new.run("admin", "link", "eve@example.org", "--first", "Eve")
    assert (again.exit_code, "already" in again.output) == (1, True)


def test_is_for_active_administrators_only(here: Door) -> None:
    assert "not an active administrator" in here.run("admin", "link", "karim.benali@demo.example").output
    assert here.run("admin", "link", "nobody@demo.example").exit_code == 1
    browser, address = here.browser(), link(here)
    asked = asked_for(browser, address)
    here.write(lambda session: session.execute(update(Person).values(roles=frozenset())))
    assert refusal_of(here, browser.post("/signin/link", data=fields(asked.text))) == "not_administrator"
    assert refusal_of(here, asked_for(here.browser(), "/signin/link#guess")) == "used"


def test_the_whole_address_may_be_pasted_and_none_holds_the_code(here: Door) -> None:
    address, browser = link(here), here.browser()
    asked = browser.post("/signin/link/ask", data={"code": f" {address}\n"})
    assert "Ines Lambert" in asked.text
    code = urlsplit(address).fragment
    assert browser.get("/signin/link", query_string={"token": code}).text.count(code) == 0
