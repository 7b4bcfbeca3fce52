"""The owners of a group learn that somebody wrote there for the first time, once; nobody else does."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from rse.core import db
from rse.groups import service
from rse.groups.models import Group
from tests import factories

Say = Callable[..., str]
Told = Callable[..., list[tuple[str, str]]]


def group(cast: dict[str, int], *members: str, **values: Any) -> str:
    session = db.begin_write()
    made = service.insert(session, name="Atelier", **values)
    for at, member in enumerate(members):
        service.enter(session, made, cast[member], ("owner", "moderator", "member")[min(at, 2)])
    slug = made.slug
    db.commit()
    return slug


def test_its_owners_are_told_once(app: Flask, cast: dict[str, int], say: Say, told: Told) -> None:
    slug = group(cast, "amelie", "sofia", "karim")
    first = say("karim", "Bonjour", group=slug)
    assert told("amelie") == [("first_post", "Bonjour")]
    assert told("sofia") == told("karim") == []  # a moderator; who wrote it
    owner = factories.browser_of(app, cast["amelie"])
    said = owner.get("/api/v1/notifications").get_json()["items"][0]["text"].replace("\u00a0", " ")
    assert said == "Karim Benali a écrit pour la première fois dans « Atelier » : un mot de bienvenue ?"
    assert "bienvenue" in owner.get("/notifications").text
    say("karim", "Encore", group=slug)
    factories.browser_of(app, cast["karim"]).delete(f"/api/v1/posts/{first}")
    say("karim", "Autre chose", group=slug)
    assert told("amelie") == []  # taken back, and no post after it is a first one
    say("sofia", "Je m'en occupe", group=slug)
    say("amelie", "Moi aussi", group=slug)
    say("karim", "À tous")
    assert told("amelie") == []


def test_an_idea_without_a_name_is_nobody_s_first_post(
    app: Flask, cast: dict[str, int], say: Say, told: Told
) -> None:
    slug = group(cast, "amelie", "sofia", "karim")
    say("karim", "Un banc dehors", group=slug, kind="idea", title="Un banc", anonymous=True)
    assert told("amelie") == []
    say("karim", "Bonjour", group=slug)
    assert told("amelie") == [("first_post", "Bonjour")]


def test_who_wants_no_such_notice_has_none(app: Flask, cast: dict[str, int], say: Say, told: Told) -> None:
    slug = group(cast, "amelie", "sofia", "karim", "claire")
    owner = factories.browser_of(app, cast["amelie"])
    off = {"first_post": {"app": False, "mail": False, "push": False}}
    answer = owner.put("/api/v1/me/preferences", json={"notifications": {"kinds": off}})
    assert answer.status_code == 200, answer.text
    say("karim", "Bonjour", group=slug)
    assert told("amelie") == []
    named = db.db.session().query(Group).filter_by(slug=slug).one()
    assert named.post_count == 1
