"""CSV files as they come out of spreadsheets and directories: encodings, separators, broken lines."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from rse.core.i18n import _

MAX_SPAN = 50  # physical lines that one quoted field may run over
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ENDS = re.compile(r"\r\n|\n|\r")


class BadFile(Exception):
    """A file that cannot be imported at all; the text says why."""


@dataclass(frozen=True)
class Problem:
    """A line that was not taken, or not wholly: its number in the file, and why."""

    line: int
    reason: str


@dataclass
class Table:
    """The lines of a file: columns, values by column with the line's number, and what was wrong."""

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    suspects: set[str] = field(default_factory=set)  # whatever stood in lines that could not be read


def decode(data: bytes) -> tuple[str, str]:
    """Read bytes as UTF-8 (a byte order mark is allowed), else as Windows-1252. Gives text and encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Windows-1252"


def read(data: bytes, required: tuple[str, ...], known: tuple[str, ...]) -> Table:
    """Read a CSV file with a header. Raises BadFile when a required column is missing."""
    text, encoding = decode(data)
    lines = ENDS.split(text)
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    header = next(csv.reader([lines[0]], delimiter=separator), [])
    columns = tuple(name.strip().lower() for name in header)
    missing = [name for name in required if name not in columns]
    if missing:
        raise BadFile(_("The header has no column %(names)s.", names=", ".join(missing)))
    table = Table(columns)
    if encoding != "UTF-8":
        table.notices.append(_("The file is not in UTF-8; it was read as %(encoding)s.", encoding=encoding))
    strange = [name for name in columns if name not in known]
    if strange:
        table.notices.append(
            _("Columns that are not known are left out: %(names)s.", names=", ".join(strange))
        )
    for number, record, values in _records(lines, separator, len(columns)):
        if not _take(table, number, values):
            table.suspects.update(part.strip(' "').lower() for part in record.split(separator))
    return table


def _records(lines: list[str], separator: str, width: int) -> Iterator[tuple[int, str, list[str] | None]]:
    """Give number, text and values of each record; None for one whose quotation mark is never closed."""
    at = 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end, record = at, lines[at]
        while record.count('"') % 2 and end + 1 < len(lines) and end - at < MAX_SPAN:
            end += 1
            record += "\n" + lines[end]
        values = _values(record, separator) if record.count('"') % 2 == 0 else None
        if end > at and (values is None or len(values) != width):
            end, record, values = at, lines[at], None  # the lines after it are read by themselves
        yield at + 1, record, values
        at = end + 1


def _values(record: str, separator: str) -> list[str] | None:
    try:
        rows = list(csv.reader(StringIO(record, newline=""), delimiter=separator))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _take(table: Table, number: int, values: list[str] | None) -> bool:
    """Put a record among the rows, or among the problems."""
    if values is None:
        reason = _("A quotation mark is not closed.")
    elif len(values) != len(table.columns):
        n, wanted = len(values), len(table.columns)
        reason = _("%(n)s columns instead of %(wanted)s.", n=n, wanted=wanted)
    elif any(CONTROL.search(value) for value in values):
        reason = _("It holds characters that no text has.")
    else:
        row = {name: value.strip() for name, value in zip(table.columns, values, strict=True)}
        table.rows.append((number, row))
        return True
    table.problems.append(Problem(number, reason))
    return False
