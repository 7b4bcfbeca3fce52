"""Writing the roll-ups: whole days, deleted and inserted again, so that running twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Protocol
from unicodedata import normalize

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.core.activity import ActivityEvent
from rse.indicators.engine import marks
from rse.indicators.engine.counting import CONTRIBUTIONS, REACTIONS, Rules
from rse.indicators.engine.marks import Marks
from rse.indicators.engine.models import (
    CONTRIBUTOR,
    KEEP_DAYS,
    PRESENT,
    REACTOR,
    Act,
    Horizon,
    Pair,
    Thread,
    ThreadTag,
)
from rse.indicators.engine.staff import Staff
from rse.indicators.engine.windows import Calendar, micros
from rse.indicators.engine.writing import write

DAY = timedelta(days=1)
THREADED = CONTRIBUTIONS | {"accept", "promote", "idea_status"}
DECISIONS = frozenset({"accepted", "declined", "done"})
SPAN = 7  # days that are read and written together
AT_ONCE = 400  # threads asked for together


class Source(Protocol):
    """Where the events are: the features' own tables, or a folder."""

    def first(self) -> datetime | None:
        """Give the time of the oldest event."""

    def events(self, start: datetime, end: datetime) -> Iterable[ActivityEvent]:
        """Give what happened in [start, end)."""

    def threads(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give these posts, their replies, and what hangs on either."""

    def answers(self, roots: Collection[int]) -> Iterable[ActivityEvent]:
        """Give of these threads what says how the post was answered and kept; more does no harm."""

    def roots(self, people: Collection[int]) -> Iterable[int]:
        """Give the threads that these people had a part in, at any time."""


@dataclass
class Rows:
    """The roll-ups of a span of days, and the threads that were touched in it."""

    counted: int = 0
    acts: dict[tuple[date, int], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    pairs: dict[tuple[date, int, int], dict[str, Any]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    later: Marks = field(default_factory=Marks)  # what is known to change after E


@dataclass(frozen=True)
class Rollup:
    """The roll-ups of an organisation, brought to an as-of day and kept in step with corrections."""

    session: Session
    source: Source
    staff: Staff
    calendar: Calendar
    unit: Callable[[], AbstractContextManager[Any]] = nullcontext  # one short transaction that writes
    keep_days: int | None = KEEP_DAYS
    progress: Callable[[date], None] = lambda _day: None

    def advance(self, as_of: date) -> int:
        """Count every day up to `as_of` that is new or dirty. Returns the counted events in them."""
        rules = Rules(self.staff, self.calendar, self.calendar.start(as_of + DAY))
        begin = self._begin(as_of)
        if begin > as_of + DAY:  # the roll-ups know more already than was known on that day
            return 0
        oldest = date.min if self.keep_days is None else as_of - (self.keep_days - 1) * DAY
        with self.unit():
            taken = marks.take(self.session, rules.end)
        again = {day for day, _ in taken.days if oldest <= day < begin}
        fresh = max(begin, oldest)
        new = {fresh + n * DAY for n in range((as_of - fresh).days + 1)}
        counted = sum(self._recount(span, rules) for span in _spans(again | new))
        self._reread({root for root, _ in taken.threads}, rules)
        with self.unit():
            marks.heeded(self.session)
            self._settle(as_of, oldest)
        return counted

    def _begin(self, as_of: date) -> date:
        """Give the first day that was never counted; forget everything when the zone has changed."""
        known = self.session.execute(select(Horizon.day, Horizon.zone)).first()
        if known is not None and known.zone == self.calendar.zone.key:
            day: date = known.day
            return day
        with self.unit():
            for table in (Act, Thread, ThreadTag, Pair, Horizon):
                self.session.execute(delete(table))
        first = self.source.first()
        return as_of + DAY if first is None else min(as_of + DAY, self.calendar.slot(first))

    def _recount(self, span: tuple[date, date], rules: Rules) -> int:
        start, end = self.calendar.start(span[0]), self.calendar.start(span[1] + DAY)
        rows = roll(self.source.events(start, end), rules)
        self._write_days(span, rows)
        self._reread(rows.touched, rules)
        with self.unit():
            marks.store(self.session, rows.later)
        self.progress(span[1])
        return rows.counted

    def _reread(self, roots: Collection[int], rules: Rules) -> None:
        """Read threads again and write them, some at a time."""
        wanted = sorted(roots)
        for at in range(0, len(wanted), AT_ONCE):
            some = wanted[at : at + AT_ONCE]
            rows = thread_rows(self.source.answers(some), rules)
            with self.unit():
                self._write_threads(some, rows)

    def _write_days(self, span: tuple[date, date], rows: Rows) -> None:
        """Write each day in a transaction of its own: those who write on the network wait for one at most.

        Whatever interrupts it, the days are counted again next time: they stay new, or marked.
        """
        found: dict[tuple[Any, date], list[dict[str, Any]]] = defaultdict(list)
        for (day, person), (bits, n, replies) in rows.acts.items():
            act = {"day": day, "person_id": person, "bits": bits, "n": n, "replies": replies}
            found[Act, day].append(act)
        for (day, x, y), row in rows.pairs.items():
            del row["latest"]
            found[Pair, day].append({"day": day, "x": x, "y": y, **row})
        for day in (span[0] + n * DAY for n in range((span[1] - span[0]).days + 1)):
            with self.unit():
                for table in (Act, Pair):
                    self.session.execute(delete(table).where(table.day == day))
                    write(self.session, table, found[table, day])

    def _write_threads(self, roots: Collection[int], rows: list[dict[str, Any]]) -> None:
        for table in (Thread, ThreadTag):
            self.session.execute(delete(table).where(table.root_id.in_(roots)))
        tags = [{"root_id": row["root_id"], "tag": tag} for row in rows for tag in row["tags"]]
        plain = [{key: value for key, value in row.items() if key != "tags"} for row in rows]
        write(self.session, Thread, plain)
        write(self.session, ThreadTag, tags)

    def _settle(self, as_of: date, oldest: date) -> None:
        """Note how far the roll-ups reach, and purge what is older than they may be."""
        if oldest > date.min:
            for table in (Act, Pair):
                self.session.execute(delete(table).where(table.day < oldest))
            past = Thread.at < micros(self.calendar.start(oldest))
            old = ThreadTag.root_id.in_(select(Thread.root_id).where(past))
            self.session.execute(delete(ThreadTag).where(old))
            self.session.execute(delete(Thread).where(past))
        known = self.session.scalar(select(Horizon.day))
        reached = max(known or date.min, as_of + DAY)
        self.session.execute(delete(Horizon))
        self.session.execute(insert(Horizon).values(id=1, day=reached, zone=self.calendar.zone.key))


def roll(events: Iterable[ActivityEvent], rules: Rules) -> Rows:
    """Turn events into rows of `act` and `pair`, and note the threads that they belong to."""
    rows = Rows()
    for event in events:
        if event.type != "visit":
            _note(rows, event, rules)
        if not rules.counts(event):
            continue
        rows.counted += 1
        day = rules.calendar.slot(event.at)
        act = rows.acts[day, event.actor_id]
        act[0] |= PRESENT
        if event.type in CONTRIBUTIONS:
            act[0] |= CONTRIBUTOR
            act[1] += 1
            act[2] += event.type == "reply"
        elif event.type in REACTIONS:
            act[0] |= REACTOR
        other = rules.partner(event)
        if other is not None:
            _interact(rows, day, event, other, rules)
    return rows


def _note(rows: Rows, event: ActivityEvent, rules: Rules) -> None:
    """Note the thread of an event, and when it will be another: a deletion after E, a parent to come."""
    root = event.root_id if event.parent is None else event.root_id or event.parent.root_id
    if root is not None and event.type in THREADED:
        rows.touched.add(root)
    parent = event.parent
    moments = (event.deleted_at,) if parent is None else (event.deleted_at, parent.at, parent.deleted_at)
    for since in {micros(at) for at in moments if at is not None and at >= rules.end}:
        rows.later.days.add((rules.calendar.slot(event.at), since))
        if root is not None:
            rows.later.threads.add((root, since))


def _interact(rows: Rows, day: date, event: ActivityEvent, other: int, rules: Rules) -> None:
    x, y = sorted((event.actor_id, other))
    blank = {"x_to_y": 0, "y_to_x": 0, "team_x": None, "team_y": None, "latest": None}
    row = rows.pairs.setdefault((day, x, y), blank)
    row["x_to_y" if event.actor_id == x else "y_to_x"] += 1
    if row["latest"] is None or event.at >= row["latest"]:
        today = rules.calendar.local_day(event.at)
        row.update(latest=event.at, team_x=rules.staff.team(x, today), team_y=rules.staff.team(y, today))


def thread_rows(events: Iterable[ActivityEvent], rules: Rules) -> list[dict[str, Any]]:
    """Turn the events of threads into rows of `thread`, one for each counted post."""
    posts: dict[int, ActivityEvent] = {}
    replies: dict[int, list[ActivityEvent]] = defaultdict(list)
    marks: dict[int, list[ActivityEvent]] = defaultdict(list)
    for event in rules.counted(events):
        if event.type == "post" and event.content_id is not None:
            posts[event.content_id] = event
        elif event.type == "reply" and event.root_id is not None:
            replies[event.root_id].append(event)
        elif event.type in THREADED and event.parent is not None:
            marks[event.parent.root_id].append(event)
    return [_thread(post, replies[root], marks[root], rules) for root, post in posts.items()]


def _thread(
    post: ActivityEvent, replies: list[ActivityEvent], marks: list[ActivityEvent], rules: Rules
) -> dict[str, Any]:
    eligible = [r for r in replies if r.actor_id != post.actor_id and r.at >= post.at]
    answers = {reply.content_id for reply in eligible}
    statuses = sorted(
        (m for m in marks if _is_status(m, post)), key=lambda status: (status.at, status.id.encode())
    )
    return {
        "root_id": post.content_id,
        "kind": post.kind,
        "team_id": rules.staff.team(post.actor_id, rules.calendar.local_day(post.at)),
        "author_id": post.actor_id,
        "at": micros(post.at),
        "first_reply_at": min((micros(reply.at) for reply in eligible), default=None),
        "n_eligible": len(eligible),
        "captured": any(_captures(mark, answers) for mark in marks),
        "followed_at": micros(statuses[0].at) if statuses else None,
        "decided": bool(statuses) and statuses[-1].value in DECISIONS,
        "tags": sorted({tag_key(tag) for tag in post.tags} - {""}) if post.kind == "question" else [],
    }


def _captures(mark: ActivityEvent, answers: Collection[int | None]) -> bool:
    accepted = mark.type == "accept" and mark.parent is not None and mark.parent.id in answers
    return mark.type == "promote" or accepted


def _is_status(mark: ActivityEvent, post: ActivityEvent) -> bool:
    """Tell whether somebody else, at or after the idea, said where it stands (INDICATORS 6b, 5)."""
    on_it = mark.parent is not None and mark.parent.id == post.content_id
    return mark.type == "idea_status" and on_it and mark.actor_id != post.actor_id and mark.at >= post.at


def tag_key(tag: str) -> str:
    """Give the key of a tag or of a declared skill (INDICATORS 13)."""
    return normalize("NFKC", tag).strip().casefold()


def _spans(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Give runs of consecutive days, each of at most a week."""
    ordered = sorted(days)
    for _, run in groupby(enumerate(ordered), key=lambda item: item[1].toordinal() - item[0]):
        whole = [day for _, day in run]
        for at in range(0, len(whole), SPAN):
            part = whole[at : at + SPAN]
            yield part[0], part[-1]
