"""The company's drawings as a page draws them: places on a canvas, words, and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.i18n import _, get_locale
from rse.indicators.figures import percent
from rse.indicators.queries import Told
from rse.people.models import Skill

WIDTH, HEIGHT = 100.0, 56.0  # of the treemap's canvas
RADIUS = 42.0  # of the circle of departments, on a canvas of 100
NEAR = 2  # levels from here on are drawn as links
READABLE = 1.35  # width of a letter on the treemap's canvas
HIGH = 4.0  # least height of a rectangle with a name in it


@dataclass(frozen=True)
class Rectangle:
    """A subject on the treemap: its place, its name, and whether nobody, one or several know it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    questions: int
    state: str

    @property
    def named(self) -> bool:
        """Tell whether the name fits into it."""
        return self.height >= HIGH and len(self.label) * READABLE <= self.width - 1


@dataclass(frozen=True)
class Node:
    """A department on the circle."""

    number: int
    name: str
    x: float
    y: float


def drawings(session: Session, told: Mapping[str, Told]) -> dict[str, Any]:
    """Give what can be drawn of a week; what is missing has too few to be shown."""

    def data(code: str) -> Mapping[str, Any] | None:
        one = told.get(code)
        return None if one is None else one.figures

    made = {
        "lorenz": _lorenz(data("LORENZ")),
        "spread": _spread(data("TTFR_SPREAD")),
        "hours": _hours(data("ANS_HOURS")),
        "map": _map(data("SILO_MAP")),
        "tags": _tags(session, data("EXP_MAP")),
        "funnel": _funnel(data("IDEA")),
    }
    return {name: value for name, value in made.items() if value}


def _lorenz(data: Mapping[str, Any] | None) -> Any:
    if not data:
        return None
    points = [(10 * n, value) for n, value in enumerate([0, *data["points"]])]
    line = " ".join(f"{x},{100 - value}" for x, value in points)
    most = 100 - data["points"][-2]
    return {"line": line, "rows": points[1:], "top": percent(most)}


def _spread(data: Mapping[str, Any] | None) -> Any:
    if not data:
        return None
    names = (_("under 1 h"), _("1 to 4 h"), _("4 to 24 h"), _("24 to 72 h"), _("none in 72 h"))
    return [(name, value, percent(value)) for name, value in zip(names, data["points"], strict=True)]


def _hours(data: Mapping[str, Any] | None) -> Any:
    if not data:
        return None
    known = {(day, part): value for day, part, value in data["slots"]}
    days = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    )  # fmt: skip
    parts = (_("before 10"), "10–12", "12–15", _("after 15"))
    rows = []
    for day, name in enumerate(days):
        cells = [known.get((day, part)) for part in range(len(parts))]
        if any(cell is not None for cell in cells):
            rows.append((name, [None if c is None else (c // 25, percent(c)) for c in cells]))
    return {"parts": parts, "rows": rows}


def _words() -> tuple[str, ...]:
    return (_("far less"), _("less"), _("as expected"), _("more"), _("far more"))


def _map(data: Mapping[str, Any] | None) -> Any:
    """Give who talks to whom as a table of levels, and as a circle of departments with links."""
    if not data:
        return None
    names, words, signs = data["cells"], _words(), ("−−", "−", "=", "+", "++")
    levels = {(a, b): level for a, b, level in data["levels"]}
    levels |= {(b, a): level for (a, b), level in levels.items()}
    rows = [
        (
            number,
            name or _("The company"),
            [_level(levels.get((number - 1, n)), words, signs) for n in range(len(names))],
        )
        for number, name in enumerate(names, 1)
    ]
    nodes = _circle([name or _("The company") for name in names])
    links = [
        (nodes[a], nodes[b], level)
        for a, b, level in sorted(data["levels"], key=lambda one: one[2])
        if a != b and level >= NEAR
    ]
    return {"rows": rows, "nodes": nodes, "links": links, "words": list(zip(signs, words, strict=True))}


def _level(level: int | None, words: Sequence[str], signs: Sequence[str]) -> tuple[int, str, str] | None:
    return None if level is None else (level, signs[level], words[level])


def _circle(names: Sequence[str]) -> list[Node]:
    turn = 2 * pi / len(names)
    return [
        Node(n + 1, name, round(50 + RADIUS * sin(n * turn), 1), round(50 - RADIUS * cos(n * turn), 1))
        for n, name in enumerate(names)
    ]


def _tags(session: Session, data: Mapping[str, Any] | None) -> Any:
    """Give the subjects as rectangles, under their names in the reader's language."""
    if not data:
        return None
    tags = data["tags"]
    query = select(Skill.slug, Skill.label_fr, Skill.label_en).where(Skill.slug.in_([tag[0] for tag in tags]))
    own = get_locale()
    names = {
        row.slug: (row.label_fr or row.label_en) if own == "fr" else (row.label_en or row.label_fr)
        for row in session.execute(query)
    }
    states = ("none", "single", "several")
    whole = sum(questions for _tag, questions, _known in tags)
    scale = WIDTH * HEIGHT / whole
    places = _strips([questions * scale for _tag, questions, _known in tags])
    return [
        Rectangle(*place, names.get(tag) or tag, questions, states[known])
        for place, (tag, questions, known) in zip(places, tags, strict=True)
    ]


def _strips(areas: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """Lay areas out in columns, the largest first: each column takes the next while it gets squarer."""
    places: list[tuple[float, float, float, float]] = []
    left, rest = 0.0, list(areas)
    while rest:
        count = 1
        while count < len(rest) and _worst(rest[: count + 1]) <= _worst(rest[:count]):
            count += 1
        width = sum(rest[:count]) / HEIGHT
        top = 0.0
        for area in rest[:count]:
            places.append((round(left, 2), round(top, 2), round(width, 2), round(area / width, 2)))
            top += area / width
        left, rest = left + width, rest[count:]
    return places


def _worst(areas: Sequence[float]) -> float:
    """Give how far from square the worst of a column's rectangles is."""
    width = sum(areas) / HEIGHT
    return max(max(width * width / area, area / (width * width)) for area in areas)


def _funnel(data: Mapping[str, Any] | None) -> Any:
    if not data or data.get("followed") is None:
        return None
    steps = (
        (_("proposed"), 1.0),
        (_("followed within 28 days"), data["followed"]),
        (_("decided"), data["decided"]),
    )
    return [(name, round(100 * value), percent(100 * value)) for name, value in steps]
