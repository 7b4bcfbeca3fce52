"""What the company's page draws beside the figures: published with them, under the same floor."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.core.audience import EVERYONE
from rse.feed.models import Post
from rse.indicators.engine.answers import NEVER, SINGLE, held_tags, waits
from rse.indicators.engine.models import Population, Thread, ThreadTag, Tie
from rse.indicators.engine.statements import Moment
from rse.indicators.engine.windows import HOUR, instant, micros
from rse.indicators.models import COMPANY, NOWHERE

Drawing = dict[str, Any]
TENTHS = 10
STEP = 5  # points
BUCKETS = (1, 4, 24, 72)  # hours
PARTS = (10, 12, 15)  # hours of a day, between its parts
MOST_CELLS, MOST_TAGS = 24, 40
LEVELS = (0.25, 0.75, 1.33, 3.0)  # times what chance would give


@dataclass(frozen=True)
class Board:
    """Where the drawings are made from."""

    session: Session
    moment: Moment
    names: Mapping[int, str]  # of cells


def draw(board: Board) -> dict[str, Drawing | None]:
    """Give the drawings by their code; None where there are too few to be drawn."""
    return {code: make(board) for code, make in DRAWINGS.items()}


def _points(part: int, whole: int) -> int:
    """Give a share of contents in steps of five points."""
    return STEP * ((40 * part + whole) // (2 * whole))


def _lorenz(board: Board) -> Drawing | None:
    """Give what each tenth and those below it contributed, in points; each of at least the floor."""
    query = select(Population.n_90).where(Population.n_90.is_not(None)).order_by(Population.n_90)
    values = [n for n in board.session.scalars(query) if n is not None]
    if len(values) < TENTHS * board.moment.floor or not sum(values):
        return None
    edges = [len(values) * tenth // TENTHS for tenth in range(1, TENTHS + 1)]
    return {"points": [round(100 * sum(values[:edge]) / sum(values)) for edge in edges]}


def _asked(board: Board) -> list[Any]:
    posts = waits(board.moment)
    return list(board.session.execute(select(posts).where(posts.c.cell == COMPANY)))


def _spread(board: Board) -> Drawing | None:
    """Give the share of posts by the time to their first answer; the last is "none in 72 hours"."""
    posts = _asked(board)
    if len({post.person for post in posts}) < board.moment.floor:
        return None
    counts = [0] * (len(BUCKETS) + 1)
    for post in posts:
        counts[sum(post.wait >= hours * HOUR for hours in BUCKETS)] += 1
    return {"points": [_points(count, len(posts)) for count in counts]}


def _hours(board: Board) -> Drawing | None:
    """Give the share of answered posts by weekday and part of the day, where enough people wrote."""
    found: dict[tuple[int, int], list[Any]] = defaultdict(list)
    zone = board.moment.windows.calendar.zone
    for post in _asked(board):
        local = instant(post.at).astimezone(zone)
        found[local.weekday(), sum(local.hour >= hour for hour in PARTS)].append(post)
    told = [
        [day, part, _points(sum(post.wait < NEVER for post in posts), len(posts))]
        for (day, part), posts in sorted(found.items())
        if len({post.person for post in posts}) >= board.moment.floor
    ]
    return {"slots": told} if told else None


def _map(board: Board) -> Drawing | None:
    """Give how much cells talk to one another, in five levels against what their sizes would give.

    Both cells, and the people who take part, are at least the floor (INDICATORS 8).
    """
    floor, session = board.moment.floor, board.session
    counted = select(Population.cell_id, func.count()).group_by(Population.cell_id)
    sizes = {cell: n for cell, n in session.execute(counted) if cell != NOWHERE and n >= floor}
    cells = sorted(sorted(sizes, key=lambda cell: (-sizes[cell], cell))[:MOST_CELLS])
    people: dict[tuple[int, int], set[int]] = defaultdict(set)
    count: dict[tuple[int, int], int] = defaultdict(int)
    drawn = select(Tie.x, Tie.y, Tie.cell_x, Tie.cell_y).where(Tie.cell_x.in_(cells), Tie.cell_y.in_(cells))
    for x, y, one, two in session.execute(drawn):
        lower, higher = sorted((one or COMPANY, two or COMPANY))  # never None, by the criterion
        pair = (lower, higher)
        people[pair] |= {x, y}
        count[pair] += 1
    ties = session.scalar(select(func.count()).select_from(Tie).where(Tie.cell_x.is_not(None))) or 0
    couples = sum(sizes.values()) * (sum(sizes.values()) - 1) / 2
    density = ties / couples if couples else 0
    levels = []
    for (one, two), ties in sorted(count.items()):
        if len(people[one, two]) >= floor:
            possible = sizes[one] * (sizes[one] - 1) / 2 if one == two else sizes[one] * sizes[two]
            level = sum(ties / possible >= limit * density for limit in LEVELS)
            levels.append([cells.index(one), cells.index(two), level])
    return {"cells": [board.names.get(cell, "") for cell in cells], "levels": levels} if levels else None


def _tags(board: Board) -> Drawing | None:
    """Give the subjects of questions that everybody may read, and whether nobody, one or several know."""
    windows = board.moment.windows
    query = (
        select(ThreadTag.tag, func.count().label("questions"))
        .join(Thread, Thread.root_id == ThreadTag.root_id)
        .join(Post, Post.id == Thread.root_id)
        .where(Thread.kind == "question", Thread.at >= micros(windows.start(90)))
        .where(Thread.at < micros(windows.end), Post.audience == EVERYONE, Post.deleted_at.is_(None))
        .group_by(ThreadTag.tag)
        .order_by(func.count().desc(), ThreadTag.tag)
        .limit(MOST_TAGS)
    )
    held = {row.tag: row.holders for row in board.session.execute(held_tags())}
    rows = board.session.execute(query).all()
    told = [[row.tag, row.questions, min(held.get(row.tag, 0), SINGLE + 1)] for row in rows]
    return {"tags": told} if told else None


DRAWINGS: Mapping[str, Callable[[Board], Drawing | None]] = {
    "LORENZ": _lorenz,
    "TTFR_SPREAD": _spread,
    "ANS_HOURS": _hours,
    "SILO_MAP": _map,
    "EXP_MAP": _tags,
}
