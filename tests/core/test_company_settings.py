"""Settings of the company that cannot be read: nothing is set, but no transaction goes on without what it wrote."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from rse.accounts.models import Person
from rse.core import company, db
from tests import factories


@pytest.fixture
def away(app: Flask) -> None:
    """The table is gone, as a database is that has been killed."""
    with app.app_context():
        db.begin_write().execute(text("ALTER TABLE company_setting RENAME TO elsewhere"))
        db.commit()
        company.forget(db.session())


def test_nothing_is_set_while_it_cannot_be_read(app: Flask, away: None) -> None:
    with app.app_context():
        assert company.everything(db.session()) == {}


def test_a_transaction_ends_that_lost_what_it_wrote(app: Flask, away: None) -> None:
    with app.app_context():
        session = db.begin_write()
        factories.make_person(session, "zoe.perdue")
        session.flush()
        with pytest.raises(SQLAlchemyError):
            company.everything(session)
        db.rollback()
        assert session.scalar(select(Person.id).where(Person.family_name == "Perdue")) is None
