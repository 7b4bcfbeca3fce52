"""`indicators evaluate`: a folder through the same roll-ups, formulas, floor and masks as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from rse.core.model import Base
from rse.indicators.engine import folder
from rse.indicators.engine.measure import Figure, Partition, measure, settle
from rse.indicators.engine.models import ROLLUPS
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.windows import ANSWER_HOURS, IDEA_HOURS, Calendar, Windows
from rse.indicators.models import COMPANY


@contextmanager
def scratch(engine: Engine | None = None) -> Iterator[Session]:
    """Give a session on empty roll-up tables that nobody else sees and that vanish afterwards.

    On PostgreSQL they are temporary tables of one connection; otherwise a database in memory.
    """
    temporary = engine is not None and engine.dialect.name == "postgresql"
    made = engine if engine is not None and temporary else create_engine("sqlite://")
    schema = {None: "pg_temp"} if temporary else {}
    with made.connect().execution_options(schema_translate_map=schema) as connection:
        _create(connection)
        with Session(connection) as session:
            yield session
        connection.rollback()
    if not temporary:
        made.dispose()


def _create(connection: Connection) -> None:
    tables = [Base.metadata.tables[model.__tablename__] for model in ROLLUPS]
    Base.metadata.create_all(connection, tables=tables, checkfirst=False)


def evaluate(path: Path, engine: Engine | None = None) -> dict[str, Any]:
    """Compute a folder's indicators, in the form of its `expected.json`. Raises lines.FolderError."""
    given = folder.read(path)
    calendar = Calendar(given.zone)
    windows = Windows(calendar, given.as_of)
    numbers = range(1, len(given.teams) + 1)
    partition = Partition(numbers, {number: number for number in numbers})
    with scratch(engine) as session:
        rollup = Rollup(session, given.log, given.staff, calendar, keep_days=None)
        counted = rollup.advance(given.as_of)
        moment, population = settle(
            session, given.staff, partition, windows, floor=given.floor, declared=given.declared
        )
        figures = measure(session, partition, moment)
    names = {COMPANY: "*"} | dict(zip(numbers, given.teams, strict=True))
    return {
        "as_of": given.as_of.isoformat(),
        "timezone": given.zone.key,
        "k": given.floor,
        "population": population,
        "counted_events": counted,
        "windows": _windows(windows),
        "indicators": {
            code: {names[cell]: _plain(figure) for cell, figure in cells.items()}
            for code, cells in figures.items()
        },
    }


def _plain(figure: Figure) -> dict[str, Any]:
    return {
        "status": figure.status,
        "base": figure.base,
        "internal": figure.internal,
        "published": figure.published,
    }


def _windows(windows: Windows) -> dict[str, Any]:
    def cohort(days: int, hours: int) -> list[str]:
        return [_utc(at) for at in windows.cohort(days, hours)]

    return {
        "E": _utc(windows.end),
        "S28": _utc(windows.start(28)),
        "S90": _utc(windows.start(90)),
        "ANS": cohort(28, ANSWER_HOURS),
        "KNOW": cohort(90, ANSWER_HOURS),
        "IDEA": cohort(90, IDEA_HOURS),
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
