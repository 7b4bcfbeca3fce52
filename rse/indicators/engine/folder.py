"""A folder of CSV files (people, memberships, events, expertise, survey) as the engine's source."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from rse.core.activity import ActivityEvent, ActivityType, Content
from rse.indicators.engine.lines import Line, config, lines
from rse.indicators.engine.measure import PULSE_DAYS, Declared
from rse.indicators.engine.staff import Engagement, Staff, Stay

NO_TEAM = {"", "-"}
CONTENTS = {"post", "reply"}
TYPES = CONTENTS | {"visit", "reaction", "accept", "promote", "mention", "idea_status"}
KINDS = {"question", "discussion", "idea", "announcement"}
STATUSES = {"under_review", "accepted", "declined", "done"}
PEOPLE = ("person_id", "kind", "is_leader", "start_date", "end_date")
MEMBERSHIPS = ("person_id", "team_id", "from_date", "to_date")
EXPERTISE = ("person_id", "tag", "from_date", "to_date")
SURVEY = ("answer_id", "wave_date", "team_id", "answer")
EVENTS = (
    "event_id", "ts_utc", "type", "actor_id", "content_id", "kind", "root_id", "parent_id", "target_id",
    "value", "tags", "deleted_ts_utc",
)  # fmt: skip


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

    def answers(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give the same: a folder is read at once."""
        return self.threads(roots)

    def threads(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give these posts, their replies, and what hangs on either."""
        return [event for root in roots for event in self.by_root.get(root, ())]

    def roots(self, people: Collection[int]) -> Iterable[int]:
        """Give the threads that these people had a part in, at any time."""
        return {root for root, some in self.by_root.items() if any(e.actor_id in people for e in some)}


@dataclass(frozen=True)
class Folder:
    """What a folder holds, with numbers for its names."""

    as_of: date
    zone: ZoneInfo
    floor: int
    staff: Staff
    teams: Sequence[str]  # the team number n is teams[n - 1], in order of names
    log: Log
    declared: Declared


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
    given, names = config(path / "config.json"), _Names()
    as_of, zone, floor = given.day("as_of"), given.zone("timezone"), given.count("k")
    people = _people(path / "people.csv", names)
    teams, stays = _memberships(path / "memberships.csv", names)
    log = Log(_events(path / "events.csv", names))
    skills = _skills(path / "expertise.csv", names, as_of)
    wave, answers = _survey(path / "survey.csv", teams, as_of)
    return Folder(as_of, zone, floor, Staff(people, stays), teams, log, Declared(skills, wave, answers))


def _people(path: Path, names: _Names) -> dict[int, Engagement]:
    people: dict[int, Engagement] = {}
    for line in lines(path, PEOPLE):
        number = names.people[line.name("person_id")]
        if number in people:
            raise line.wrong("person_id", f"{line.text('person_id')} is there twice")
        people[number] = Engagement(
            line.one_of("kind", {"employee", "guest", "bot"}),
            line.day("start_date"),
            line.day("end_date"),
            line.one_of("is_leader", {"0", "1", ""}) == "1",
        )
    return people


def _memberships(path: Path, names: _Names) -> tuple[list[str], dict[int, list[Stay]]]:
    found = list(lines(path, MEMBERSHIPS))
    for line in found:
        if line.text("team_id") == "*":
            raise line.wrong("team_id", "no team may be named *")
    teams = sorted({line.text("team_id") for line in found} - NO_TEAM)
    numbers = {team: number for number, team in enumerate(teams, 1)}
    _refuse_overlaps(found)
    stays: dict[int, list[Stay]] = defaultdict(list)
    for line in found:
        if line.text("team_id") not in NO_TEAM:
            stay = Stay(numbers[line.text("team_id")], line.day("from_date"), line.day("to_date"))
            stays[names.people[line.text("person_id")]].append(stay)
    return teams, stays


def _refuse_overlaps(found: Iterable[Line]) -> None:
    """Raise FolderError where a person has two teams on a day."""
    spans = []
    for line in found:
        start, end = line.day("from_date") or date.min, line.day("to_date") or date.max
        if start <= end:
            spans.append((line.name("person_id"), start, end, line.number, line))
    for one, two in pairwise(sorted(spans, key=lambda span: span[:4])):
        if one[0] == two[0] and two[1] <= one[2]:
            last = max(one[4], two[4], key=lambda line: line.number)
            raise last.wrong("from_date", f"{one[0]} is in two teams on {two[1]}")


def _skills(path: Path, names: _Names, day: date) -> list[tuple[int, str]]:
    found = []
    for line in lines(path, EXPERTISE):
        start, end = line.day("from_date") or date.min, line.day("to_date") or date.max
        if start <= day <= end:
            found.append((names.people[line.name("person_id")], line.text("tag")))
    return found


def _survey(
    path: Path, teams: Sequence[str], as_of: date
) -> tuple[date | None, list[tuple[int | None, str]]]:
    """Give the latest wave of the last 180 days with the (team, answer) of each answer."""
    numbers = {team: number for number, team in enumerate(teams, 1)}
    waves: dict[date, list[tuple[int | None, str]]] = defaultdict(list)
    for line in lines(path, SURVEY):
        wave = line.day("wave_date")
        if wave is None:
            raise line.wrong("wave_date", "it is empty")
        answer = line.one_of("answer", {"very", "somewhat", "not", "na"})
        waves[wave].append((numbers.get(line.text("team_id")), answer))
    first = as_of - timedelta(days=PULSE_DAYS - 1)
    latest = max((wave for wave in waves if first <= wave <= as_of), default=None)
    return latest, waves[latest] if latest else []


def _events(path: Path, names: _Names) -> list[ActivityEvent]:
    found = list(lines(path, EVENTS))
    contents: dict[str, Content] = {}
    for line in found:
        if line.one_of("type", TYPES) in CONTENTS:
            name = line.name("content_id")
            if name in contents:
                raise line.wrong("content_id", f"{name!r} is there twice")
            contents[name] = _content(line, names)
    return [_event(line, names, contents) for line in found]


def _content(line: Line, names: _Names) -> Content:
    post = line.text("type") == "post"
    return Content(
        names.contents[line.text("content_id")],
        names.people[line.name("actor_id")],
        names.contents[line.text("content_id") if post else line.name("root_id")],
        line.time("ts_utc"),
        line.time("deleted_ts_utc") if line.text("deleted_ts_utc") else None,
    )


def _event(line: Line, names: _Names, contents: dict[str, Content]) -> ActivityEvent:
    kind = line.text("type")
    own = contents[line.text("content_id")] if kind in CONTENTS else None
    values: dict[str, Any] = {}
    if own is not None:
        values = {"content_id": own.id, "root_id": own.root_id, "deleted_at": own.deleted_at}
    return ActivityEvent(
        id=line.name("event_id"),
        at=line.time("ts_utc"),
        type=cast("ActivityType", kind),
        actor_id=names.people[line.name("actor_id")],
        kind=line.one_of("kind", KINDS) if kind == "post" else "",
        parent=contents.get(line.text("parent_id")),
        target_id=names.people[line.text("target_id")] if line.text("target_id") else None,
        value=line.one_of("value", STATUSES) if kind == "idea_status" else "",
        tags=tuple(line.text("tags").split("|")),
        **values,
    )
