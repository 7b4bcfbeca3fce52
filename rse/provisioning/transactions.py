"""Transactions of importers: many short ones that are kept, or a long one that nobody commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from rse.core import db


@contextmanager
def writing() -> Iterator[Session]:
    """Give the session in a transaction that writes; it is committed at the end."""
    session = db.begin_write()
    try:
        yield session
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def rehearsing() -> Iterator[Session]:
    """Give the session in the one transaction of a rehearsal, which nobody commits."""
    yield db.begin_write()
    db.session().flush()
