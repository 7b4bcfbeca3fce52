"""The same ways in on PostgreSQL: a test sign-in, grants that come and go, replay, state, emergency link."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from rse.accounts.models import ProviderState
from tests.accounts.steps import Door, refusal_of
from tests.accounts.test_admin_sso import BEN, SECOND, THEIRS, failed, go_through, signed_in


@pytest.mark.postgres
def test_every_way_in_works(door: Callable[..., Door], postgres_url: str) -> None:
    here = door(database_url=postgres_url)
    grants = [{"attribute": "groups", "value": "x", "role": "moderator"}]
    slug = here.connect(SECOND, grants=grants, grants_mode="full", options={"idp_initiated": True})
    browser = signed_in(here)
    assert failed(browser.get(go_through(here, browser, slug, attributes=BEN))) == []
    ways: list[tuple[dict[str, Any], frozenset[str]]] = [
        ({"groups": ["X"]}, frozenset({"moderator"})),
        ({}, frozenset()),
    ]
    for sent, roles in ways:
        come = here.come_in(idp=slug, **THEIRS, attributes=BEN | sent, assertion_id=f"_{len(sent)}")
        assert come.status_code == 303
        assert here.person("ben-1").roles == roles
    again = here.post(here.ask(here.browser(), idp=slug), **THEIRS, assertion_id="_0")
    assert refusal_of(here, again) == "replay"
    (state,) = here.rows(select(ProviderState))
    assert (state.entity_id, state.refused_code, state.good_at is None) == (SECOND, "replay", False)
    assert browser.get("/admin/sso").status_code == 200
    link = here.run("admin", "link", "ines.lambert@demo.example").output.strip().splitlines()[-1]
    path, _sharp, code = link.removeprefix("http://127.0.0.1:5000").partition("#")
    assert "Ines Lambert" in here.browser().post(f"{path}/ask", data={"code": code}).text
