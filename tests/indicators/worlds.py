"""Small random companies for the tests, and the indicators computed on them straight from the text."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rse.core.activity import ActivityEvent, Content
from rse.indicators.engine.folder import Log
from rse.indicators.engine.staff import Engagement, Staff, Stay

ZONE = ZoneInfo("Europe/Paris")
AS_OF = date(2025, 11, 2)
NOON = datetime(2025, 11, 2, 12, tzinfo=UTC)
KINDS = (
    ["visit", "post", "post", "reply", "reply", "reply", "reaction", "accept", "mention"] * 2
    + ["promote", "idea_status", "idea_status"]
)  # fmt: skip
TAGS = ("SAP", "sap ", "vpn", "Soudure", "ｖｐｎ", "", "paie")


def staff(rng, people=24, teams=4):
    engaged, stays = {}, {}
    for person in range(1, people + 1):
        kind = "employee" if rng.random() < 0.9 else rng.choice(["guest", "bot"])
        start = AS_OF - timedelta(days=rng.choice([700, 700, 700, 60, 20]))
        end = AS_OF - timedelta(days=rng.randint(0, 40)) if rng.random() < 0.1 else None
        engaged[person] = Engagement(kind, start, end, leader=rng.random() < 0.2)
        team, other = rng.randint(1, teams), rng.randint(1, teams)
        moved = AS_OF - timedelta(days=rng.randint(5, 60))
        if rng.random() < 0.2:
            stays[person] = [Stay(team, start, moved - timedelta(days=1)), Stay(other, moved)]
        elif rng.random() < 0.95:
            stays[person] = [Stay(team, start)]
    return Staff(engaged, stays)


class World:
    """A log that can be changed: late events, deletions, erasures."""

    def __init__(self, rng, people=24, events=200):
        self.rng, self.people, self.next = rng, people, 0
        self.events: dict[str, ActivityEvent] = {}
        self.contents: dict[int, Content] = {}
        for _ in range(events):
            self.happen()

    @property
    def log(self):
        return Log(self.events.values())

    def happen(self, at=None):
        """Add an event, of any type that the contents so far allow."""
        rng, self.next = self.rng, self.next + 1
        at = at or NOON - timedelta(seconds=rng.randint(-86_400, 100 * 86_400))
        kind = rng.choice(KINDS)
        if kind not in {"visit", "post"} and not self.contents:
            kind = "post"
        actor = rng.randint(1, self.people)
        values = {"id": f"e{self.next:05}", "at": at, "type": kind, "actor_id": actor}
        if kind == "post":
            content = Content(self.next, actor, self.next, at)
            values |= {"kind": rng.choice(["question", "discussion", "idea", "announcement"])}
            values |= {"tags": tuple(rng.choice(TAGS) for _ in range(rng.randint(0, 2)))}
        elif kind != "visit":
            parent = rng.choice(list(self.contents.values()))
            values["parent"] = parent
            content = Content(self.next, actor, parent.root_id, at)
        if kind == "idea_status":
            values["value"] = rng.choice(["under_review", "accepted", "declined", "done"])
        if kind == "mention":
            values["target_id"] = rng.randint(1, self.people)
        if kind in {"post", "reply"}:
            values |= {"content_id": content.id, "root_id": content.root_id}
            self.contents[content.id] = content
        event = self.events[values["id"]] = ActivityEvent(**values)
        return event

    def delete(self, content_id, when):
        """Delete a content: the event itself and all that hangs on it know of it."""
        from dataclasses import replace

        gone = self.contents[content_id] = replace(self.contents[content_id], deleted_at=when)
        for key, event in self.events.items():
            if event.content_id == content_id:
                self.events[key] = replace(event, deleted_at=when)
            elif event.parent is not None and event.parent.id == content_id:
                self.events[key] = replace(event, parent=gone)
        return gone

    def erase(self, person):
        """Take away what a person did, as if it had never been."""
        from dataclasses import replace

        lost = {c.id for c in self.contents.values() if c.author_id == person}
        self.contents = {key: c for key, c in self.contents.items() if key not in lost}
        kept = {key: e for key, e in self.events.items() if e.actor_id != person}
        self.events = {
            key: replace(e, parent=None) if e.parent is not None and e.parent.id in lost else e
            for key, e in kept.items()
        }


def skills(rng, people=24):
    return [(person, tag) for person in range(1, people + 1) for tag in TAGS if rng.random() < 0.1]


def answers(rng, teams=4):
    given = ("very", "somewhat", "not", "na")
    return [(rng.choice([None, *range(1, teams + 1)]), rng.choice(given)) for _ in range(rng.randint(0, 30))]


def company(seed, people=24, events=200):
    rng = random.Random(seed)
    return staff(rng, people), World(rng, people, events)
