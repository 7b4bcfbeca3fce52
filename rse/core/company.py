"""What a company changes of its network without a restart: a row per setting, kept in memory for seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, BigInteger, String, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from rse.core import clock
from rse.core.model import Base

KEPT = 5.0  # seconds until another process's change is seen
T = TypeVar("T")


class CompanySetting(Base):
    """A setting that an administrator has changed; what has no row is as the environment says."""

    __tablename__ = "company_setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigInteger)


class Remembered(Generic[T]):
    """A small value read from the database, kept in memory for a few seconds, apart for each database."""

    def __init__(self, read: Callable[[Session], T], seconds: float = KEPT) -> None:
        self.read, self.seconds = read, seconds
        self.kept: WeakKeyDictionary[Any, tuple[float, T]] = WeakKeyDictionary()

    def get(self, session: Session) -> T:
        """Give it, at most `seconds` old."""
        info = (
            session.info
        )  # finding the engine costs more than reading the value: once a page, not ten times
        engine = info.get("rse_engine") or info.setdefault("rse_engine", session.get_bind())
        known = self.kept.get(engine)
        if known is None or time.monotonic() - known[0] > self.seconds:
            known = (time.monotonic(), self.read(session))
            self.kept[engine] = known
        return known[1]

    def forget(self, session: Session) -> None:
        """Read it anew at the next use: this process has changed it."""
        self.kept.pop(session.get_bind(), None)


def _read(session: Session) -> Mapping[str, Any]:
    """Read the settings; nothing where the database is away. Raises in the middle of a transaction.

    What was written in it before is gone with it, and nobody may go on and believe that it is stored.
    """
    begun = session.in_transaction()
    try:
        rows = session.execute(select(CompanySetting.key, CompanySetting.value)).all()
    except SQLAlchemyError:  # the database is away, or not upgraded yet: /healthz answers all the same
        session.rollback()
        if begun:
            raise
        return {}
    return {row.key: row.value for row in rows}


_settings = Remembered(_read)


def everything(session: Session) -> Mapping[str, Any]:
    """Give every setting that was changed, {key: value}."""
    return _settings.get(session)


def get(session: Session, key: str, default: Any = None) -> Any:
    """Give a setting, or the default when nobody has changed it."""
    return everything(session).get(key, default)


def put(session: Session, key: str, value: Any, *, by: int | None = None) -> bool:
    """Keep a setting, or forget it (None). Returns whether anything changed. Flushes."""
    row = (CompanySetting.key == key,)
    before = session.scalar(select(CompanySetting.value).where(*row))
    if before == value:
        return False
    if value is None:
        session.execute(delete(CompanySetting).where(*row))
    else:
        values = {"value": value, "changed_at": clock.now(), "changed_by": by}
        if before is None:
            session.execute(insert(CompanySetting).values(key=key, **values))
        else:
            session.execute(update(CompanySetting).where(*row).values(**values))
    session.flush()
    return True


def forget(session: Session) -> None:
    """Read the settings anew at the next use, in this process; the others follow within seconds."""
    _settings.forget(session)


OFFERED = ("fr", "en")
SWITCHES = (
    "chat",
    "indicators",
    "pulse",
    "previews",
    "coffee",
    "push",
)  # features that a company may do without


def switched_off(session: Session) -> frozenset[str]:
    """Give the features that the company does without."""
    return frozenset(get(session, "features_off", ()))


def sites_without_figures(session: Session) -> frozenset[str]:
    """Give the sites whose people the indicators do not count."""
    return frozenset(get(session, "indicators_sites_off", ()))


def figures_restricted(session: Session) -> bool:
    """Tell whether the company's own figures are for leadership and the works council only."""
    return bool(get(session, "company_figures") == "leadership")


TRANSLATOR = "translate_link"


def translator(session: Session) -> str:
    """Give the address of the company's translator, with {text} and perhaps {from} and {to}; "" for none."""
    return str(get(session, TRANSLATOR, ""))


def languages(session: Session) -> tuple[str, ...]:
    """Give the languages that the company offers, at least one."""
    return tuple(get(session, "languages", OFFERED)) or OFFERED


@dataclass(frozen=True)
class WorkingTime:
    """When the company works: ISO days of the week, "HH:MM" local, and days off as dates."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens: str = "08:00"
    closes: str = "18:00"
    holidays: tuple[str, ...] = ()


def working_time(session: Session, site: str = "") -> WorkingTime:
    """Give when the company works; a site may have hours and holidays of its own."""
    kept = get(session, "working_sites", {}).get(site) or get(session, "working_time", {})
    usual = WorkingTime()
    return WorkingTime(
        tuple(kept.get("days", usual.days)),
        kept.get("opens", usual.opens),
        kept.get("closes", usual.closes),
        tuple(kept.get("holidays", ())),
    )
