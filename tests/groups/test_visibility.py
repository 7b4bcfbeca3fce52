"""Who sees which group: open and closed ones are known, a secret one does not exist for who is not in it."""

from collections.abc import Callable

import pytest
from flask import Flask

from rse.core import db
from rse.groups import queries, service
from rse.groups.models import Group
from tests import factories


@pytest.fixture
def made(any_app: Flask) -> dict[str, object]:
    session = db.begin_write()
    people = factories.make_cast(session)
    amelie = factories.viewer_of(people["amelie"])
    groups = {
        kind: service.create(session, amelie, name=f"Atelier {kind}", visibility=kind)
        for kind in ("open", "closed", "secret")
    }
    db.commit()
    return {"people": {k: p.id for k, p in people.items()}, **{k: (g.id, g.slug) for k, g in groups.items()}}


def browser(app: Flask, made: dict, name: str) -> factories.Client:
    return factories.browser_of(app, made["people"][name])


def test_colleagues_know_of_open_and_closed_groups_only(any_app: Flask, made: dict) -> None:
    karim = browser(any_app, made, "karim")
    names = [item["name"] for item in karim.get("/api/v1/groups").get_json()["items"]]
    assert names == ["Atelier closed", "Atelier open"]
    html = karim.get("/groups").text
    assert "Atelier closed" in html
    assert "Atelier secret" not in html


@pytest.mark.parametrize("suffix", ["", "/about", "/members", "/edit"])
def test_a_secret_group_answers_like_one_that_never_was(any_app: Flask, made: dict, suffix: str) -> None:
    karim = browser(any_app, made, "karim")
    there = karim.get(f"/groups/{made['secret'][1]}{suffix}")
    nowhere = karim.get(f"/groups/0123456789abcdef{suffix}")
    assert there.status_code == nowhere.status_code == 404

    def bare(text: str) -> str:
        import re

        return re.sub(r"[0-9a-f]{16}", "", text)

    assert bare(there.text) == bare(nowhere.text)


@pytest.mark.parametrize("call", ["membership", "invite"])
def test_nobody_joins_a_secret_group_by_its_address(any_app: Flask, made: dict, call: str) -> None:
    karim = browser(any_app, made, "karim")
    slug = made["secret"][1]
    assert karim.put(f"/api/v1/groups/{slug}/membership").status_code == 404
    assert karim.post(f"/groups/{slug}/invite", data={"people": "karim.benali"}).status_code == 404


def test_the_address_of_a_secret_group_does_not_tell_its_name(any_app: Flask, made: dict) -> None:
    assert "atelier" not in made["secret"][1]


def test_guests_know_only_their_groups_and_the_people_in_them(any_app: Flask, made: dict) -> None:
    session = db.begin_write()
    james = made["people"]["james"]
    service.enter(session, session.get_one(Group, made["closed"][0]), james)
    db.commit()
    viewer = factories.viewer_of(james)
    assert "everyone" not in viewer.tokens
    assert f"person:{made['people']['amelie']}" in viewer.tokens
    assert f"person:{made['people']['karim']}" not in viewer.tokens
    items = browser(any_app, made, "james").get("/api/v1/groups").get_json()["items"]
    assert [i["name"] for i in items] == ["Atelier closed"]


def test_making_a_group_secret_takes_it_away_from_the_others(any_app: Flask, made: dict) -> None:
    amelie, karim = browser(any_app, made, "amelie"), browser(any_app, made, "karim")
    slug = made["open"][1]
    changed = amelie.patch(f"/api/v1/groups/{slug}", json={"visibility": "secret"}).get_json()
    assert karim.get(f"/api/v1/groups/{slug}").status_code == 404
    assert karim.get(f"/api/v1/groups/{changed['slug']}").status_code == 404
    assert amelie.get(f"/api/v1/groups/{changed['slug']}").status_code == 200


def test_tokens_follow_membership(any_app: Flask, made: dict) -> None:
    karim, slug = browser(any_app, made, "karim"), made["open"][1]
    token = f"group:{made['open'][0]}"
    assert karim.put(f"/api/v1/groups/{slug}/membership").get_json() == {"state": "active"}
    assert token in factories.viewer_of(made["people"]["karim"]).tokens
    assert karim.delete(f"/api/v1/groups/{slug}/membership").status_code == 204
    db.rollback()
    assert token not in factories.viewer_of(made["people"]["karim"]).tokens


def test_unread_counts_posts_since_the_last_look(any_app: Flask, made: dict) -> None:
    session = db.begin_write()
    service.count_posts(session, made["open"][0], 3)
    db.commit()
    amelie = factories.viewer_of(made["people"]["amelie"])
    assert [g.unread for g in queries.my_groups(db.session(), amelie) if g.id == made["open"][0]] == [3]
    browser(any_app, made, "amelie").post(f"/groups/{made['open'][1]}/seen")
    db.rollback()
    assert [g.unread for g in queries.my_groups(db.session(), amelie) if g.id == made["open"][0]] == [0]


def test_pages_are_there_in_both_languages(any_app: Flask, made: dict, subtests: Callable) -> None:
    amelie = browser(any_app, made, "amelie")
    for path in (
        "/groups",
        "/groups/new",
        *(f"/groups/{made['open'][1]}{s}" for s in ("", "/about", "/members", "/edit")),
    ):
        with subtests.test(path):
            assert amelie.get(path).status_code == 200
