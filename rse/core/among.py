"""Criteria over many ids: thousands of sockets are looked after several times a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

IDS = ARRAY(BigInteger)


def among(session: Session, column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Give the criterion of a column being one of these ids.

    On PostgreSQL they are one value, an array: thousands of values make a statement of its own length each
    time, which costs the application far more to write than the database to answer.
    """
    wanted = list(ids)
    found: ColumnElement[bool]
    if session.get_bind().dialect.name == "postgresql":
        found = column == any_(literal(wanted, IDS))
    else:
        found = column.in_(wanted)
    return found
