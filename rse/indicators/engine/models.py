"""Daily roll-ups. They are personal data: only the job reads them, and they are purged after 130 days."""

from datetime import date

from sqlalchemy import BigInteger, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId

PRESENT, CONTRIBUTOR, REACTOR = 1, 2, 4  # bits of an Act
READER, REACTING, WRITING = 1, 2, 3  # rungs of the ladder

KEEP_DAYS = 130


class Act(Base):
    """What a person did on a day, as classes (bits) and a number of contributions."""

    __tablename__ = "indicator_act"

    day: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    bits: Mapped[int] = mapped_column(SmallInteger)
    n: Mapped[int]
    replies: Mapped[int]  # of these contributions


class Thread(Base):
    """A counted post and how it was answered; instants in microseconds since 1970."""

    __tablename__ = "indicator_thread"

    root_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    team_id: Mapped[int | None] = mapped_column(BigInteger)
    author_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    first_reply_at: Mapped[int | None] = mapped_column(BigInteger)
    n_eligible: Mapped[int]
    captured: Mapped[bool]
    followed_at: Mapped[int | None] = mapped_column(BigInteger)  # idea: first status by somebody else
    decided: Mapped[bool]  # idea: the latest such status is a decision


class ThreadTag(Base):
    """A tag of a counted question, as a key."""

    __tablename__ = "indicator_thread_tag"

    root_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)


class Pair(Base):
    """Interactions of two people on a day, in both directions, and the teams that they had then; x < y."""

    __tablename__ = "indicator_pair"

    day: Mapped[date] = mapped_column(primary_key=True)
    x: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    y: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    x_to_y: Mapped[int]
    y_to_x: Mapped[int]
    team_x: Mapped[int | None] = mapped_column(BigInteger)
    team_y: Mapped[int | None] = mapped_column(BigInteger)


class Population(Base):
    """The people employed on the day that is being published, their cell, and what they did until then.

    Made anew each time, in one pass over `act`: every figure on people is a statement on these rows.
    """

    __tablename__ = "indicator_population"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cell_id: Mapped[int] = mapped_column(BigInteger)
    leader: Mapped[bool]
    new_from: Mapped[date | None]  # of newcomers: their first four weeks
    new_until: Mapped[date | None]
    n_28: Mapped[int | None]  # contributions in W28; None for who is not in A28
    replies_28: Mapped[int | None]  # of these
    weeks: Mapped[int | None] = mapped_column(SmallInteger)  # of the four of W28, those with a sign of life
    rung: Mapped[int | None] = mapped_column(SmallInteger)  # of the ladder, in W28: READER, REACTING, WRITING
    n_90: Mapped[int | None]  # contributions in W90; None for who is not in A90


class Tie(Base):
    """Two of these people with an interaction in W90; x < y. Made anew each time.

    The cells are those of the teams that the two had when they last met; None where one had none.
    """

    __tablename__ = "indicator_tie"

    x: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    y: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mutual: Mapped[bool]
    cell_x: Mapped[int | None] = mapped_column(BigInteger)
    cell_y: Mapped[int | None] = mapped_column(BigInteger)


class Place(Base):
    """The cell of each team on the day that is being published. Made anew each time."""

    __tablename__ = "indicator_place"

    team_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cell_id: Mapped[int] = mapped_column(BigInteger)


class Holder(Base):
    """Who of these people has declared which skill, as a key of tags. Made anew each time."""

    __tablename__ = "indicator_holder"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)


class Opinion(Base):
    """An anonymous answer of the latest wave of the pulse, with its cell. Made anew each time."""

    __tablename__ = "indicator_opinion"

    answer_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cell_id: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(String(10))


class DirtyDay(Base):
    """A local day to be counted again, by every roll-up whose E lies after `since`."""

    __tablename__ = "indicator_dirty_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class DirtyThread(Base):
    """A thread to be looked at again, by every roll-up whose E lies after `since`."""

    __tablename__ = "indicator_dirty_thread"

    root_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    since: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Horizon(Base):
    """One row: the roll-ups hold every day before this one, in this zone."""

    __tablename__ = "indicator_horizon"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))


ROLLUPS = (
    Act, Thread, ThreadTag, Pair, Population, Tie, Place, Holder, Opinion, DirtyDay, DirtyThread, Horizon,
)  # fmt: skip
