"""A commit stores what was written, or says that it did not: never is something told as stored that is gone."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from rse.accounts.models import Person
from rse.chat.events import MessageSent
from rse.core import clock, db
from rse.core.events import emit
from tests import factories


def _known(name: str) -> bool:
    return db.session().scalar(select(Person.id).where(Person.family_name == name)) is not None


def test_what_was_undone_on_the_way_is_not_committed(any_app: Flask) -> None:
    """A read fails, somebody forgives it and rolls back, the rest is written in another transaction."""
    with any_app.app_context():
        session = db.begin_write()
        factories.make_person(session, "zoe.perdue")
        emit(session, MessageSent(1, 2, 3, 4, clock.now()))
        session.flush()
        session.rollback()
        factories.make_person(session, "ida.seule")
        with pytest.raises(RuntimeError, match="rolled back"):
            db.commit()
        assert not _known("Perdue")
        assert not _known("Seule")
        assert not session.info.get("events")
        factories.make_person(db.begin_write(), "lea.suivante")
        db.commit()
        assert _known("Suivante")


def test_what_a_part_has_undone_is_committed_with_the_rest(any_app: Flask) -> None:
    with any_app.app_context():
        session = db.begin_write()
        emit(session, MessageSent(1, 2, 3, 4, clock.now()))
        with pytest.raises(SQLAlchemyError), session.begin_nested():
            session.execute(text("SELECT * FROM nowhere"))
        factories.make_person(session, "ida.seule")
        db.commit()
        assert _known("Seule")


@pytest.mark.postgres
def test_a_failed_statement_that_was_forgiven_fails_the_commit(
    make_app: Callable[..., Flask], postgres_url: str
) -> None:
    """PostgreSQL itself answers COMMIT with a rollback, without an error."""
    with make_app(database_url=postgres_url).app_context():
        session = db.begin_write()
        factories.make_person(session, "zoe.perdue")
        session.flush()
        with pytest.raises(SQLAlchemyError):
            session.execute(text("SELECT * FROM nowhere"))
        with pytest.raises(SQLAlchemyError):
            db.commit()
        db.rollback()
        assert not _known("Perdue")
        factories.make_person(db.begin_write(), "lea.suivante")
        db.commit()
        assert _known("Suivante")
