"""Published figures as a page writes them: words for a value, the reason for a gap, numbers for a line."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from rse.core.i18n import _, ngettext, number
from rse.indicators.definitions import ALL, CODES, REASONS, Definition
from rse.indicators.queries import WEEKS, Series, Told

SHOWN = "shown"
MINUTES_BELOW = 2  # hours
WIDE, BASE, HIGH = 110, 40, 38  # of the canvas of a trend: its width, the place of 0, and of the top above it
HEADROOM = 1.15


@dataclass(frozen=True)
class Row:
    """A week in the table: its Sunday, the team's value in words, the company's."""

    day: date
    own: str
    company: str


@dataclass(frozen=True)
class Figure:
    """One indicator of one cell, ready to be shown."""

    definition: Definition
    value: str  # "" when there is none
    detail: str
    reason: str  # why there is none
    points: Sequence[float | None]
    band: Sequence[float | None]  # the company's in the same weeks; empty for the company itself
    company: str
    summary: str  # what the line shows, in words
    rows: Sequence[Row]

    @property
    def lines(self) -> Iterator[tuple[str, str]]:
        """Give (class, places) of the lines: the company's in soft, the cell's own before it.

        The scale begins at 0; it ends at 100 for what is no time.
        """
        known = [value for value in (*self.points, *self.band) if value is not None]
        top = (max(known, default=1) or 1) * HEADROOM if self.definition.unit == "hours" else 100
        for css, points in (("company", self.band), ("own", self.points)):
            yield from ((css, places) for places in strokes(points, top))


def strokes(points: Sequence[float | None], top: float) -> Iterator[str]:
    """Give the places of each run of values on a canvas of 110 by 42; a lonely one twice, to be a point."""
    step = WIDE / max(len(points) - 1, 1)
    for gap, run in groupby(enumerate(points), key=lambda one: one[1] is None):
        if not gap:
            places = [f"{at * step:.1f},{BASE - HIGH * (value or 0) / top:.1f}" for at, value in run]
            yield " ".join(places if len(places) > 1 else 2 * places)


def figures(
    own: Series, company: Series, until: date, floor: int, codes: Collection[str] = CODES
) -> list[Figure]:
    """Give indicators of a cell with their trend; the company's own when both series are the same."""
    days = [until - timedelta(days=7 * n) for n in range(WEEKS - 1, -1, -1)]
    return [_figure(one, own, company, days, floor) for one in ALL if one.code in codes]


def _figure(definition: Definition, own: Series, company: Series, days: Sequence[date], floor: int) -> Figure:
    mine = [own.get(day, {}).get(definition.code) for day in days]
    theirs = [company.get(day, {}).get(definition.code) for day in days]
    points = [point(definition, told) for told in mine]
    around = [point(definition, told) for told in theirs]
    value = words(definition, mine[-1])
    rows = [
        Row(day, words(definition, a) or _("too few to show"), words(definition, b) or _("too few to show"))
        for day, a, b in zip(days, mine, theirs, strict=True)
        if a is not None or b is not None
    ]
    return Figure(
        definition,
        value,
        _detail(definition, mine[-1]),
        "" if value else _reason(definition, mine[-1], floor),
        points,
        around if own is not company else [],
        words(definition, theirs[-1]),
        _summary(definition, mine),
        rows[::-1],
    )


def point(definition: Definition, told: Told | None) -> float | None:
    """Give the number that is drawn: points of a share, or hours; None for a gap."""
    value = _main(definition, told)
    if value is None:
        return None
    if definition.unit == "masked":
        return float(value["pct"])
    return float(value) * (100 if definition.unit in {"share", "index"} else 1)


def _main(definition: Definition, told: Told | None) -> Any:
    if told is None or told.status != SHOWN or told.figures is None:
        return None
    return told.figures.get(definition.key)


def words(definition: Definition, told: Told | None) -> str:
    """Write a published value: "75 %", "90 % or more", "17 h"; "" for a gap."""
    value = _main(definition, told)
    if value is None:
        late = told is not None and told.figures is not None and told.figures.get("not_reached")
        return _("more than 72 h") if late else ""
    return written(definition.unit, value)


def written(unit: str, value: Any) -> str:
    """Write a value of a unit."""
    writers: Mapping[str, Callable[[Any], str]] = {
        "masked": share,
        "hours": lambda hours: duration(float(hours)),
        "index": lambda index: number(float(index), 2),  # 0.30, so that 0.3 and 0.42 compare at a glance
        "count": count,
        "share": lambda part: percent(100 * float(part)),
    }
    return writers[unit](value)


def count(value: Any) -> str:
    """Write a number; "<8" stands for fewer than the floor."""
    return _("fewer than %(n)s", n=value[1:]) if isinstance(value, str) else number(value)


def duration(hours: float) -> str:
    """Write hours, below two of them in minutes."""
    if hours < MINUTES_BELOW:
        return _("%(n)s min", n=number(round(hours * 60)))
    return _("%(n)s h", n=number(round(hours, 1)))


def percent(value: float) -> str:
    """Write points of a share, whole."""
    return _("%(n)s%%", n=number(round(value)))


def share(value: Mapping[str, Any]) -> str:
    """Write a masked share."""
    plain = percent(value["pct"])
    if value["bound"] == ">=":
        return _("%(share)s or more", share=plain)
    if value["bound"] == "<=":
        return _("%(share)s or less", share=plain)
    return plain


def _detail(definition: Definition, told: Told | None) -> str:
    """Give the second line: on how many posts or links the figure stands (never how many people)."""
    if told is None or told.figures is None:
        return ""
    known = told.figures
    chance = known.get("expected_external_share")
    if chance is not None:
        return _("against %(share)s by chance alone", share=percent(100 * chance))
    said = [(text, unit, known[key]) for key, unit, text in definition.also if known.get(key) is not None]
    words = [str(text) % {"value": written(unit, value)} for text, unit, value in said]
    if definition.unit == "index" and known.get(definition.key) is not None:
        words.insert(0, _("0: everybody writes as much; 1: one person writes everything"))
    return _counted(definition, known) or " · ".join(words)


def _counted(definition: Definition, known: Mapping[str, Any]) -> str:
    """Say on how many contents or links a figure stands, "" where the figure tells it otherwise."""
    if definition.code == "ANS":
        return ngettext("of %(n)s contribution", "of %(n)s contributions", known["posts"])
    if definition.code == "KNOW":
        return ngettext("of %(n)s question", "of %(n)s questions", known["questions"])
    if definition.code in {"SILO", "RECIP"}:
        links = known["ties" if definition.code == "SILO" else "pairs"]
        return ngettext("of %(n)s link", "of %(n)s links", links)
    return ""


def _reason(definition: Definition, told: Told | None, floor: int) -> str:
    if told is None:
        return _("This week was not published for this team.")
    if told.status != SHOWN:
        return str(REASONS[told.status]) % {"floor": number(floor)}
    return str(REASONS["masked" if definition.unit == "masked" else "empty"])


def _summary(definition: Definition, told: Sequence[Told | None]) -> str:
    """Say in words what the line shows, for whoever does not see it."""
    known = [text for text in (words(definition, one) for one in told) if text]
    if len(known) <= 1:
        return _("There is no trend to draw yet.")
    return ngettext(
        "Over %(n)s week: from %(first)s to %(last)s.",
        "Over %(n)s weeks: from %(first)s to %(last)s.",
        len(known),
        first=known[0],
        last=known[-1],
    )


def ladder(told: Told | None) -> list[tuple[str, int, str]]:
    """Give the four rungs of the company's ladder as (name, points, words); empty where one is missing."""
    if told is None or told.figures is None:
        return []
    names = {
        "contributors": _("write"),
        "reactors": _("react"),
        "readers": _("read"),
        "absent": _("are absent"),
    }
    values = {key: told.figures.get(key) for key in names}
    if not all(values.values()):
        return []
    return [(names[key], int(value["pct"]), share(value)) for key, value in values.items() if value]
