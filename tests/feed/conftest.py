"""What the tests of the feed share: groups of each kind, and browsers on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rse.core import db
from rse.feed import cards, documents
from rse.groups import service
from rse.groups.models import Group
from tests import factories


@pytest.fixture(autouse=True)
def no_cached_cards() -> None:
    """Cards of another test's database must not be found by chance of ids."""
    cards.cache.clear()
    documents.cache.clear()


@pytest.fixture
def people(any_app: Flask) -> dict[str, int]:
    """Ids of the cast, on the database of the test."""
    made = factories.make_cast(db.begin_write())
    db.commit()
    return {key: person.id for key, person in made.items()}


@pytest.fixture
def browse(any_app: Flask, people: dict[str, int]) -> Callable[[str], factories.Client]:
    """Give a browser of one of the cast, the same one each time."""
    open_ones: dict[str, factories.Client] = {}

    def of(name: str) -> factories.Client:
        if name not in open_ones:
            open_ones[name] = factories.browser_of(any_app, people[name])
        return open_ones[name]

    return of


@pytest.fixture
def make_group(any_app: Flask, people: dict[str, int]) -> Callable[..., str]:
    """Make a group with members of the cast (the first one owns it) and give its slug."""

    def make(name: str, *members: str, visibility: str = "open", **values: Any) -> str:
        session = db.begin_write()
        group = service.insert(session, name=name, visibility=visibility, **values)
        for at, member in enumerate(members):
            service.enter(session, group, people[member], "member" if at else "owner")
        slug = group.slug
        db.commit()
        return slug

    return make


def group_of(slug: str) -> Group:
    return db.db.session().query(Group).filter_by(slug=slug).one()


def publish(browser: factories.Client, body: str = "Bonjour à tous", **values: Any) -> Any:
    """Publish by the API and give the post."""
    answer = browser.post("/api/v1/posts", json={"body": body, **values})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()
