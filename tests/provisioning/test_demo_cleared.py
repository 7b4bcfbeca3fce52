"""An import into a database that holds the demo company offers to remove it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from rse.accounts.models import Person
from rse.core import db
from rse.provisioning import demo_data
from tests import factories

from .test_directory_import import ADA, person

Bring = Callable[..., Any]


@pytest.fixture
def demo(any_app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def clear() -> None:
        db.begin_write().execute(delete(Person).where(Person.demo))
        db.commit()

    monkeypatch.setattr(demo_data, "_clearers", [clear])
    factories.make_person(db.begin_write(), "demo.person", demo=True)
    db.commit()


def test_the_flag_removes_it_first(demo: None, bring: Bring) -> None:
    result = bring(ADA, options=("--clear-demo",))
    assert "démonstration a été retirée" in result.stderr
    db.db.session.rollback()
    assert [p.uid for p in db.db.session.query(Person)] == ["ada.king"]


def test_without_it_and_without_a_terminal_it_stays_and_this_is_said(demo: None, bring: Bring) -> None:
    result = bring(ADA)
    assert "reste à côté" in result.stderr
    assert person("demo.person").demo


def test_demo_people_are_never_missing_from_a_real_file(demo: None, bring: Bring) -> None:
    result = bring(ADA, options=("--deactivate-missing",))
    assert "0 désactivées" in result.output
    assert person("demo.person").status == "active"
