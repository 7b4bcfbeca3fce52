"""Reading the files of a folder strictly: what is wrong is told with its file, its line and its field."""

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


class FolderError(Exception):
    """A folder that cannot be evaluated: the message says which file, which line, which field and why."""


@dataclass(frozen=True)
class Line:
    """One line of a CSV file; its fields are text without blanks around, '' where there is none."""

    file: str
    number: int
    values: Mapping[str, str]

    def wrong(self, field: str, why: str) -> FolderError:
        """Make the error that names this line and a field."""
        return FolderError(f"{self.file}, line {self.number}, {field}: {why}")

    def text(self, field: str) -> str:
        """Give a field, maybe empty."""
        return self.values[field]

    def name(self, field: str) -> str:
        """Give a field that may not be empty. Raises FolderError."""
        if not self.values[field]:
            raise self.wrong(field, "it is empty")
        return self.values[field]

    def one_of(self, field: str, allowed: Collection[str]) -> str:
        """Give a field that is one of a few words. Raises FolderError."""
        if self.values[field] not in allowed:
            known = ", ".join(repr(word) for word in sorted(allowed))
            raise self.wrong(field, f"{self.values[field]!r} is none of {known}")
        return self.values[field]

    def day(self, field: str) -> date | None:
        """Give a date, None where it is open. Raises FolderError."""
        try:
            return date.fromisoformat(self.values[field]) if self.values[field] else None
        except ValueError as error:
            raise self.wrong(field, f"no date: {self.values[field]!r}") from error

    def time(self, field: str) -> datetime:
        """Give an instant. Raises FolderError, also for a time without a zone."""
        try:
            at = datetime.fromisoformat(self.values[field])
        except ValueError as error:
            raise self.wrong(field, f"no time: {self.values[field]!r}") from error
        if at.tzinfo is None:
            raise self.wrong(field, f"a time without zone: {self.values[field]!r}")
        return at


def lines(path: Path, fields: Sequence[str]) -> Iterator[Line]:
    """Give the lines of a CSV file that has these fields. Raises FolderError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [field for field in fields if field not in (reader.fieldnames or ())]
            if missing:
                raise FolderError(f"{path.name}, line 1, {missing[0]}: there is no such column")
            for row in reader:
                if None in row:
                    raise FolderError(f"{path.name}, line {reader.line_num}: more values than columns")
                values = {field: (row[field] or "").strip() for field in fields}
                yield Line(path.name, reader.line_num, values)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"{path.name}: {error}") from error


@dataclass(frozen=True)
class Config:
    """A JSON file of settings."""

    file: str
    values: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        """Give a setting. Raises FolderError."""
        if field not in self.values:
            raise FolderError(f"{self.file}, {field}: it is missing")
        return self.values[field]

    def wrong(self, field: str) -> FolderError:
        """Make the error that names a field."""
        return FolderError(f"{self.file}, {field}: it cannot be {self[field]!r}")

    def day(self, field: str) -> date:
        """Give a date. Raises FolderError."""
        try:
            return date.fromisoformat(self[field])
        except (ValueError, TypeError) as error:
            raise self.wrong(field) from error

    def zone(self, field: str) -> ZoneInfo:
        """Give a time zone. Raises FolderError."""
        try:
            return ZoneInfo(self[field])
        except (ValueError, TypeError, OSError, KeyError) as error:
            raise self.wrong(field) from error

    def count(self, field: str, least: int = 1) -> int:
        """Give a whole number from `least` on. Raises FolderError."""
        value = self[field]
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(field)
        return value

    def share(self, field: str) -> float:
        """Give a number from 0 on. Raises FolderError."""
        value = self[field]
        if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
            raise self.wrong(field)
        return float(value)

    def words(self, field: str) -> list[str]:
        """Give a list of texts. Raises FolderError."""
        value = self[field]
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.wrong(field)
        return value

    def part(self, field: str) -> "Config":
        """Give settings within these. Raises FolderError."""
        if not isinstance(self[field], dict):
            raise self.wrong(field)
        return Config(f"{self.file}, {field}", self[field])


def config(path: Path) -> Config:
    """Read a JSON file. Raises FolderError."""
    try:
        values = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise FolderError(f"{path.name}: {error}") from error
    if not isinstance(values, dict):
        raise FolderError(f"{path.name}: it holds no object")
    return Config(path.name, values)
