"""What the pages read: published weeks, frozen; the cells of the partition; and the visits of the day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified

COMPANY, NOWHERE = 0, -1  # cells that are no team: everyone, and people without a team


class Visit(Base):
    """Somebody was there on a local day: no time, no address, no page. Purged with the roll-ups."""

    __tablename__ = "indicator_visit"

    day: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Cell(Identified):
    """A team as the figures know it: departments that are counted together."""

    __tablename__ = "indicator_cell"

    key: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # of its departments: the same ones, the same cell
    head_id: Mapped[int | None] = mapped_column(BigInteger)  # the department above them, None for all of them
    name: Mapped[str] = mapped_column(String(600))


class CellDepartment(Base):
    """A department of a cell."""

    __tablename__ = "indicator_cell_department"

    cell_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("indicator_cell.id", ondelete="CASCADE"), primary_key=True
    )
    department_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)


class CutCell(Base):
    """A cell of a quarter's partition: a cut holds for a quarter."""

    __tablename__ = "indicator_cut"

    quarter: Mapped[str] = mapped_column(String(7), primary_key=True)
    cell_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("indicator_cell.id", ondelete="CASCADE"), primary_key=True
    )


class Week(Base):
    """A published week: its Sunday, its partition, and the floor that was applied."""

    __tablename__ = "indicator_week"

    day: Mapped[date] = mapped_column(primary_key=True)
    quarter: Mapped[str] = mapped_column(String(7))
    floor: Mapped[int]
    published_at: Mapped[datetime]


class Published(Base):
    """One figure as it was published, for ever. `figures` is empty where it was too few to show."""

    __tablename__ = "indicator_published"

    cell_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # COMPANY or a Cell
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    status: Mapped[str] = mapped_column(String(26))
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Signal(Base):
    """A subject that emerges in what everybody may read. Shown only after a person has decided so.

    States: waiting, published, refused. Nothing tells who wrote: the threads behind it are open to all.
    """

    __tablename__ = "indicator_signal"

    day: Mapped[date] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(String(200), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))  # the commonest way to write it
    place: Mapped[int]  # 0 is the least likely by chance
    strict: Mapped[bool]  # it also passes the strict test
    roots: Mapped[list[int]] = mapped_column(JSON)  # the posts of its threads
    state: Mapped[str] = mapped_column(String(9), default="waiting")
    decided_at: Mapped[datetime | None]


class PulseWave(Base):
    """One asking of the pulse's question, from its day on until `closes`; counted only after that."""

    __tablename__ = "pulse_wave"

    day: Mapped[date] = mapped_column(primary_key=True)
    closes: Mapped[date]  # the first day on which nobody can answer any more


class PulseAsked(Base):
    """Whom chance has drawn, and whether they have answered: without a time, an order, or the answer."""

    __tablename__ = "pulse_asked"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[date] = mapped_column(ForeignKey("pulse_wave.day", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    team_id: Mapped[int] = mapped_column(BigInteger)  # stands for the cell they were in then; 0 for none
    answered: Mapped[bool] = mapped_column(default=False)


class PulseCount(Base):
    """How many answers of a kind there are in a cell; every row is there from the beginning."""

    __tablename__ = "pulse_count"

    day: Mapped[date] = mapped_column(ForeignKey("pulse_wave.day", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    answer: Mapped[str] = mapped_column(String(8), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


def quarter(day: date) -> str:
    """Name the quarter of a day: 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
