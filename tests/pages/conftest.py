"""A closed group of the cast: Amélie owns it, Karim is in it, Sofia is not."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from rse.core import db
from rse.groups import service as groups
from rse.groups.models import Group
from tests import factories


@dataclass
class World:
    app: Flask
    people: dict[str, int]
    slug: str
    group_id: int

    def browser(self, name: str) -> factories.Client:
        return factories.browser_of(self.app, self.people[name])

    @property
    def at(self) -> str:
        return f"/groups/{self.slug}/pages"


@pytest.fixture
def make_world() -> Callable[[Flask, str], World]:
    def make(app: Flask, visibility: str) -> World:
        session = db.begin_write()
        people = {key: person.id for key, person in factories.make_cast(session).items()}
        group: Group = groups.insert(session, name="Atelier mesure", visibility=visibility)
        groups.enter(session, group, people["amelie"], "owner")
        groups.enter(session, group, people["karim"])
        db.commit()
        return World(app, people, group.slug, group.id)

    return make


@pytest.fixture
def world(app: Flask, make_world: Callable[[Flask, str], World]) -> World:
    return make_world(app, "closed")


@pytest.fixture
def any_world(any_app: Flask, make_world: Callable[[Flask, str], World]) -> World:
    return make_world(any_app, "closed")
