"""Rows of one segment as arrays: what a word is in with its weight, columns of values, and what is best.

A segment has as many rows as it has documents, a hundred thousand at most: what one question does to all of
them is some passes over small arrays, which take microseconds where a loop takes milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int32]
Weights: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows in their order, each once, with a weight above 0."""

    rows: Rows
    weights: Weights

    def __len__(self) -> int:
        """Give how many rows."""
        return len(self.rows)

    def kept(self, mask: Mask) -> Hits:
        """Keep the rows for which the mask (along these rows) says so."""
        return Hits(self.rows[mask], self.weights[mask])


NONE = Hits(np.empty(0, np.int32), np.empty(0, np.float64))


def level(rows: Rows, weight: float) -> Hits:
    """Give rows that all weigh the same."""
    return Hits(rows, np.full(len(rows), weight))


def marked(rows: Rows, size: int) -> Mask:
    """Give a mask over a whole segment that holds at some rows."""
    mask = np.zeros(size, np.bool_)
    mask[rows] = True
    return mask


def best_of(lists: Sequence[Hits], size: int) -> Hits:
    """Give the rows of any of some lists, each with its greatest weight."""
    lists = [one for one in lists if len(one)]
    if len(lists) <= 1:
        return lists[0] if lists else NONE
    most = np.zeros(size)
    for one in lists:
        most[one.rows] = np.maximum(most[one.rows], one.weights)
    return _above(most)


def sum_of(lists: Sequence[Hits], factors: Sequence[float], size: int) -> Hits:
    """Give the rows of any of some lists; weights times factors (above 0), added up."""
    total = np.zeros(size)
    for one, factor in zip(lists, factors, strict=True):
        total[one.rows] += one.weights * factor
    return _above(total)


def in_all(lists: Sequence[Hits], factors: Sequence[float], size: int) -> Hits:
    """Give the rows of every one of some lists; weights times factors, added up."""
    if len(lists) == 1:
        return Hits(lists[0].rows, lists[0].weights * factors[0])
    if not all(map(len, lists)):
        return NONE
    total, times = np.zeros(size), np.zeros(size, np.int16)
    for one, factor in zip(lists, factors, strict=True):
        total[one.rows] += one.weights * factor
        times[one.rows] += 1
    fewest = min(lists, key=len).rows
    rows = fewest[times[fewest] == len(lists)]
    return Hits(rows, total[rows])


def _above(dense: Weights) -> Hits:
    rows = np.flatnonzero(dense).astype(np.int32)
    return Hits(rows, dense[rows])


class Column:
    """One value for each row; rows of an equal value have one code."""

    def __init__(self, values: Iterable[Hashable]) -> None:
        """Take the values in the order of the rows."""
        known: dict[Any, int] = {}
        self.codes = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32)
        self.values = list(known)

    def at(self, row: int) -> Any:
        """Give the value of a row."""
        return self.values[self.codes[row]]

    def where(self, test: Callable[[Any], object], rows: Rows) -> Mask:
        """Tell for which of these rows the value passes a test, which is asked once for each value."""
        return self.table(test)[self.codes[rows]]

    def table(self, test: Callable[[Any], object]) -> Mask:
        """Tell for each code whether its value passes a test."""
        return _table(self.values, test)

    def count(self, rows: Rows, into: Counter[Any]) -> None:
        """Count the values of these rows; what is empty is no value."""
        _count(self.codes[rows], self.values, into)


class Several:
    """Any number of values for each row."""

    def __init__(self, values: Iterable[Sequence[str]]) -> None:
        """Take the values in the order of the rows."""
        known: dict[str, int] = {}
        pairs = [(row, known.setdefault(one, len(known))) for row, some in enumerate(values) for one in some]
        self.rows = np.fromiter((row for row, _ in pairs), np.int32, len(pairs))
        self.codes = np.fromiter((code for _, code in pairs), np.int32, len(pairs))
        self.values = list(known)

    def where(self, wanted: Collection[str], rows: Rows, size: int) -> Mask:
        """Tell which of these rows hold one of the values."""
        return marked(self.rows[self.table(wanted.__contains__)[self.codes]], size)[rows]

    def table(self, test: Callable[[str], object]) -> Mask:
        """Tell for each code whether its value passes a test."""
        return _table(self.values, test)

    def count(self, rows: Rows, size: int, into: Counter[Any]) -> None:
        """Count the values of these rows."""
        _count(self.codes[marked(rows, size)[self.rows]], self.values, into)


def _table(values: Sequence[Any], test: Callable[[Any], object]) -> Mask:
    return np.fromiter((bool(test(value)) for value in values), np.bool_, len(values))


def _count(codes: Rows, values: Sequence[Any], into: Counter[Any]) -> None:
    counts = np.bincount(codes, minlength=len(values))
    for code in np.flatnonzero(counts).tolist():
        if values[code]:
            into[values[code]] += int(counts[code])


def leading(worth: Weights, times: NDArray[np.int64], many: int) -> NDArray[np.intp]:
    """Give where the greatest are, by worth and then by time: at least so many, if there are, in no order."""
    if len(worth) <= many:
        return np.arange(len(worth))
    least = np.partition(worth, -many)[-many]
    above, equal = np.flatnonzero(worth > least), np.flatnonzero(worth == least)
    wanted = many - len(above)
    if len(equal) > wanted:
        late = times[equal]
        equal = equal[late >= np.partition(late, -wanted)[-wanted]]
    return np.concatenate([above, equal])
