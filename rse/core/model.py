"""The declarative base of every table: names of constraints, ids, and times in UTC."""

import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
RANDOM_BITS = 22
MAX_DIGITS = 13  # of 63 bits
MAX_ID = 2**63 - 1  # what a column of either database holds
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case


class UTCDateTime(TypeDecorator[datetime]):
    """A point in time: aware and in UTC in Python, without zone in SQLite, with it in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody knows which one it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class _Clock:
    """Ids that grow with time and cannot be guessed: 41 bits of milliseconds, 22 random ones."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last = 0

    def next(self) -> int:
        now = time.time_ns() // 1_000_000 - EPOCH_MS
        with self.lock:
            fresh = (now << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)
            self.last = fresh if fresh > self.last else self.last + 1 + secrets.randbits(8)
            return self.last


new_id = _Clock().next


def encode_id(number: int) -> str:
    """Write an id as it is shown outside: base 32, no sign, no padding. Raises ValueError below zero."""
    if number < 0:
        raise ValueError(f"not an id: {number}")
    text = ""
    while number:
        number, rest = divmod(number, 32)
        text = DIGITS[rest] + text
    return text or "0"


def decode_id(text: str) -> int:
    """Read an id as it is shown outside. Raises ValueError when it is not one."""
    if not 0 < len(text) <= MAX_DIGITS:
        raise ValueError(f"not an id: {text!r}")
    number = 0
    for digit in text:
        number = number * 32 + DIGITS.index(digit)
    if number > MAX_ID:
        raise ValueError(f"not an id: {text!r}")
    return number


class Base(DeclarativeBase):
    """Base of all models; every time column is a UTCDateTime."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: dict[Any, Any] = {datetime: UTCDateTime}  # noqa: RUF012 - SQLAlchemy's own form


# SQLite keeps a table in the order of an INTEGER PRIMARY KEY, and only of one spelled so.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Identified(Base):
    """A table whose rows are named outside by an id that is not sequential."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
