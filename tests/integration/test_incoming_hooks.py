"""Hooks into groups: owners and administrators make them, the address alone writes there and nowhere else."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from rse.accounts.models import AuditEntry
from rse.core import db, jobs
from rse.integration.models import IncomingHook
from rse.people.models import Profile
from tests import factories

Browse = Callable[[str], factories.Client]


def group(browser: factories.Client, visibility: str = "open") -> str:
    given = {"name": "Atelier", "visibility": visibility, "description": "", "purpose": "professional"}
    return str(browser.post("/api/v1/groups", json=given).json["slug"])


def hook(browser: factories.Client, slug: str, name: str = "Banc d’essai") -> str:
    page = browser.post(f"/groups/{slug}/hooks", data={"name": name})
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    return "/api/v1/hooks/" + page.text.split("/api/v1/hooks/")[1].split('"')[0]


@pytest.mark.parametrize("visibility", ["open", "closed", "secret"])
def test_a_program_writes_in_its_group_under_its_name(
    app: Flask, browser_as: Browse, visibility: str
) -> None:
    amelie = browser_as("amelie")
    slug = group(amelie, visibility)
    address = hook(amelie, slug)
    stranger = app.test_client()
    answer = stranger.post(address, json={"body": "Essai **réussi**", "title": "Banc 4"})
    assert answer.status_code == 201, answer.text
    jobs.drain()
    (post,) = amelie.get(f"/api/v1/groups/{slug}/posts").json["items"]
    assert (post["id"], post["body"], post["author"]["display_name"]) == (
        answer.json["id"],
        "Essai **réussi**",
        "Banc d’essai",
    )
    assert "Banc d’essai" in amelie.get(f"/posts/{post['id']}").text
    assert amelie.get(f"/api/v1/groups/{slug}").json["member_count"] == 1
    seen = 200 if visibility == "open" else 404
    assert browser_as("karim").get(f"/api/v1/posts/{post['id']}").status_code == seen
    assert browser_as("karim").get(f"/people/{post['author']['id']}").status_code == (
        404 if visibility == "secret" else 200
    )
    assert stranger.post(address, json={"text": "Ou ainsi"}).status_code == 201


def test_the_address_opens_nothing_else_and_a_wrong_one_nothing(app: Flask, browser_as: Browse) -> None:
    address = hook(browser_as("amelie"), group(browser_as("amelie")))
    stranger, secret = app.test_client(), address.rpartition("/")[2]
    assert stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert stranger.get(address).status_code == 405
    for wrong in ("x", secret[:-1], secret + "x", "é" * 40):
        assert stranger.post(f"/api/v1/hooks/{wrong}", json={"body": "x"}).status_code == 404
    assert browser_as("karim").post("/api/v1/hooks/x", json={"body": "x"}).status_code == 404
    for bad in ({}, {"body": " "}, {"body": "x", "group": "other"}, {"body": "x" * 20_001}):
        assert stranger.post(address, json=bad).status_code == 422
    session = db.db.session()
    assert secret not in str(session.execute(select(IncomingHook.__table__)).all())


def test_a_repeated_key_writes_once(app: Flask, browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    slug = group(amelie)
    address, stranger = hook(amelie, slug), app.test_client()
    key = {"Idempotency-Key": "build-41"}
    first, again = (stranger.post(address, json={"body": "Construit"}, headers=key) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert len(amelie.get(f"/api/v1/groups/{slug}/posts").json["items"]) == 1


def test_rates_count_by_hook(make_app: Callable[..., Flask], session: None) -> None:
    app = make_app(rate_limits=True)
    with app.app_context():
        people = factories.make_cast(db.begin_write())
        db.commit()
        amelie = factories.browser_of(app, people["amelie"].id)
        slug = group(amelie)
        one, other, stranger = hook(amelie, slug), hook(amelie, slug, "Autre"), app.test_client()
        answers = [stranger.post(one, json={"body": f"n° {n}"}).status_code for n in range(31)]
        assert answers == [201] * 30 + [429]
        assert stranger.post(other, json={"body": "Un autre programme"}).status_code == 201


def test_owners_and_administrators_make_and_close_them(
    app: Flask, browser_as: Browse, cast: dict[str, int]
) -> None:
    amelie, karim, ines = browser_as("amelie"), browser_as("karim"), browser_as("ines")
    slug = group(amelie, "closed")
    address = hook(ines, slug, "Supervision")
    for path in (f"/groups/{slug}/hooks", "/groups/none/hooks"):
        assert karim.get(path).status_code == karim.post(path, data={"name": "x"}).status_code == 404
    assert amelie.post(f"/groups/{slug}/hooks", data={"name": ""}).status_code == 422
    assert "Supervision" in amelie.get(f"/groups/{slug}/about").text
    assert "Supervision" not in karim.get(f"/groups/{slug}/about").text
    assert "Supervision" in ines.get("/admin/integrations").text
    page = amelie.get(f"/groups/{slug}/hooks").text
    close = page.split(f'action="/groups/{slug}/hooks/')[1].split('"')[0]
    assert karim.post(f"/groups/{slug}/hooks/{close}").status_code == 404
    assert amelie.post(f"/groups/{slug}/hooks/{close}").status_code == 303
    assert app.test_client().post(address, json={"body": "x"}).status_code == 404
    lines = db.db.session().execute(
        select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.action.like("hook.%"))
        .order_by(AuditEntry.id)
    )
    assert [tuple(line) for line in lines] == [("hook.create", cast["ines"]), ("hook.remove", cast["amelie"])]


def test_nobody_is_told_of_hooks_into_secret_groups(browser_as: Browse) -> None:
    slug = group(browser_as("amelie"), "secret")
    hook(browser_as("amelie"), slug, "Caché")
    page = browser_as("ines").get("/admin/integrations").text
    assert "Caché" not in page
    assert "1 écrit dans un groupe secret" in page
    assert browser_as("ines").get(f"/groups/{slug}/hooks").status_code == 404


def test_an_archived_group_takes_nothing_and_a_hook_is_no_person(app: Flask, browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    slug = group(amelie)
    address = hook(amelie, slug)
    assert amelie.get("/api/v1/people?q=banc").json["items"] == []
    assert db.db.session().scalars(select(Profile)).all() == []
    assert amelie.post(f"/groups/{slug}/archive").status_code == 303
    assert app.test_client().post(address, json={"body": "x"}).status_code == 403


def test_a_group_that_becomes_secret_takes_the_name_with_it(app: Flask, browser_as: Browse) -> None:
    amelie = browser_as("amelie")
    slug = group(amelie)
    written = app.test_client().post(hook(amelie, slug), json={"body": "x"}).json["id"]
    author = amelie.get(f"/api/v1/posts/{written}").json["author"]["id"]
    assert browser_as("karim").get(f"/people/{author}").status_code == 200
    assert amelie.patch(f"/api/v1/groups/{slug}", json={"visibility": "secret"}).status_code == 200
    assert browser_as("karim").get(f"/people/{author}").status_code == 404
