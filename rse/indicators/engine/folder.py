"""A folder of CSV files (people, memberships, events, config) as the engine's source, for `evaluate`."""

import csv
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rse.core.activity import ActivityEvent, ActivityType, Content
from rse.indicators.engine.staff import Engagement, Staff, Stay

NO_TEAM = {"", "-"}
TYPES = {"visit", "post", "reply", "reaction", "accept", "promote", "mention", "idea_status"}


class FolderError(Exception):
    """A folder that cannot be evaluated: the message says which file, which line and why."""


class Log:
    """Events in memory, ordered by (time, id), as a source for the roll-ups."""

    def __init__(self, events: Iterable[ActivityEvent]) -> None:
        self.all: Sequence[ActivityEvent] = sorted(events, key=lambda e: (e.at, e.id.encode()))
        self.times = [event.at for event in self.all]
        self.by_root: dict[int, list[ActivityEvent]] = defaultdict(list)
        for event in self.all:
            root = event.root_id if event.parent is None else event.root_id or event.parent.root_id
            if root is not None:
                self.by_root[root].append(event)

    def first(self) -> datetime | None:
        """Give the time of the oldest event."""
        return self.times[0] if self.times else None

    def events(self, start: datetime, end: datetime) -> Iterable[ActivityEvent]:
        """Give what happened in [start, end)."""
        return self.all[bisect_left(self.times, start) : bisect_left(self.times, end)]

    def threads(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give these posts, their replies, and what hangs on either."""
        return [event for root in roots for event in self.by_root.get(root, ())]


@dataclass(frozen=True)
class Folder:
    """What a folder holds, with numbers for its names."""

    as_of: date
    zone: ZoneInfo
    floor: int
    staff: Staff
    teams: Sequence[str]  # the team number n is teams[n - 1], in order of names
    log: Log


class _Numbers(dict[str, int]):
    """Numbers for names, given as they come."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self) + 1
        return self[name]


@dataclass
class _Names:
    people: _Numbers = field(default_factory=_Numbers)
    contents: _Numbers = field(default_factory=_Numbers)


def read(path: Path) -> Folder:
    """Read a folder. Raises FolderError."""
    as_of, zone, floor = _config(path / "config.json")
    if floor < 1:
        raise FolderError("config.json: k is at least 1")
    names = _Names()
    people = _people(path / "people.csv", names)
    teams, stays = _memberships(path / "memberships.csv", names)
    log = Log(_events(path / "events.csv", names))
    return Folder(as_of, zone, floor, Staff(people, stays), teams, log)


def _config(path: Path) -> tuple[date, ZoneInfo, int]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        floor = int(values["k"])
        return date.fromisoformat(values["as_of"]), ZoneInfo(values["timezone"]), floor
    except (OSError, ValueError, KeyError, TypeError, ZoneInfoNotFoundError) as error:
        raise FolderError(f"{path.name}: {error}") from error


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the number and the values of each line; an empty or missing value is ''."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                yield reader.line_num, {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"{path.name}: {error}") from error


@contextmanager
def _at(path: Path, line: int) -> Iterator[None]:
    """Name the file and the line of whatever is wrong with it."""
    try:
        yield
    except KeyError as error:
        raise FolderError(f"{path.name}, line {line}: no column {error}") from error
    except ValueError as error:
        raise FolderError(f"{path.name}, line {line}: {error}") from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time without zone: {text}")
    return at


def _deleted(row: dict[str, str]) -> datetime | None:
    return _time(row["deleted_ts_utc"]) if row["deleted_ts_utc"] else None


def _people(path: Path, names: _Names) -> dict[int, Engagement]:
    people: dict[int, Engagement] = {}
    for line, row in _lines(path):
        with _at(path, line):
            number = names.people[row["person_id"]]
            if number in people:
                raise ValueError(f"{row['person_id']} is there twice")
            people[number] = Engagement(row["kind"], _day(row["start_date"]), _day(row["end_date"]))
    return people


def _memberships(path: Path, names: _Names) -> tuple[list[str], dict[int, list[Stay]]]:
    rows = []
    for line, row in _lines(path):
        with _at(path, line):
            team, start, end = row["team_id"], _day(row["from_date"]), _day(row["to_date"])
            if team == "*":
                raise ValueError("no team may be named *")
            rows.append((row["person_id"], start or date.min, end or date.max, team, line))
    teams = sorted({team for _, _, _, team, _ in rows} - NO_TEAM)
    _refuse_overlaps(path, rows)
    stays: dict[int, list[Stay]] = defaultdict(list)
    for person, start, end, team, _ in rows:
        if team not in NO_TEAM:
            stays[names.people[person]].append(Stay(teams.index(team) + 1, start, end))
    return teams, stays


def _refuse_overlaps(path: Path, rows: list[tuple[str, date, date, str, int]]) -> None:
    for one, two in pairwise(sorted(rows)):
        if one[0] == two[0] and two[1] <= one[2]:
            with _at(path, max(one[4], two[4])):
                raise ValueError(f"{one[0]} is in two teams on {two[1]}")


def _events(path: Path, names: _Names) -> list[ActivityEvent]:
    rows: list[tuple[int, dict[str, str]]] = list(_lines(path))
    contents: dict[str, Content] = {}
    for line, row in rows:
        with _at(path, line):
            if row["type"] in {"post", "reply"}:
                name = row["content_id"]
                if not name or name in contents:
                    raise ValueError(f"content_id {name!r} is missing or there twice")
                contents[name] = _content(row, names)
    events = []
    for line, row in rows:
        with _at(path, line):
            events.append(_event(row, names, contents))
    return events


def _content(row: dict[str, str], names: _Names) -> Content:
    return Content(
        names.contents[row["content_id"]],
        names.people[row["actor_id"]],
        names.contents[row["root_id"] or row["content_id"]],
        _time(row["ts_utc"]),
        _deleted(row),
    )


def _event(row: dict[str, str], names: _Names, contents: dict[str, Content]) -> ActivityEvent:
    if row["type"] not in TYPES:
        raise ValueError(f"no such type of event: {row['type']!r}")
    own = contents[row["content_id"]] if row["type"] in {"post", "reply"} else None
    values: dict[str, Any] = {}
    if own is not None:
        values = {"content_id": own.id, "root_id": own.root_id, "deleted_at": own.deleted_at}
    return ActivityEvent(
        id=row["event_id"],
        at=_time(row["ts_utc"]),
        type=cast("ActivityType", row["type"]),
        actor_id=names.people[row["actor_id"]],
        kind=row["kind"],
        parent=contents.get(row["parent_id"]),
        target_id=names.people[row["target_id"]] if row["target_id"] else None,
        value=row["value"],
        tags=tuple(tag for tag in row["tags"].split("|") if tag),
        **values,
    )
