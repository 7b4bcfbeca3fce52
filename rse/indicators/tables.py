"""Published values as a table in a file: one line for each figure of a week."""

import csv
from io import StringIO
from typing import Any

from rse.accounts.names import login_stem
from rse.indicators.definitions import CODES
from rse.indicators.queries import Series

COLUMNS = ("week", "indicator", "status", "figure", "value", "bound")


def as_csv(series: Series) -> str:
    """Write the figures of some weeks, the newest first; what is suppressed has its status alone.

    `bound` is "<=" or ">=" where a share of people is told as a tail only. Shares of people are in points,
    other shares from 0 to 1, times in hours.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for day in sorted(series, reverse=True):
        for code in CODES:
            told = series[day].get(code)
            if told is None:
                continue
            figures = told.figures or {"": None}
            for name, value in figures.items():
                writer.writerow((day.isoformat(), code, told.status, name, *_value(value)))
    return file.getvalue()


def _value(value: Any) -> tuple[Any, str]:
    if value is None:
        return "", ""
    if isinstance(value, dict):
        return value["pct"], value["bound"]
    if isinstance(value, str):  # "<8": fewer than the floor
        return value[1:], "<"
    return (int(value), "") if isinstance(value, bool) else (value, "")


def plain(name: str) -> str:
    """Give a name of a file in letters that every system takes."""
    return login_stem(name.replace(" ", "-"))
