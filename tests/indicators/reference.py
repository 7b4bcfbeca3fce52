"""The five indicators a second time, from the raw log and the text alone, in plain Python."""

from datetime import datetime, time, timedelta
from statistics import median

DAY = timedelta(days=1)


class Reference:
    def __init__(self, events, people, as_of, zone):
        self.people, self.as_of, self.zone = people, as_of, zone
        self.end = self.instant(as_of + DAY)
        events = [e for e in events if e.at < self.end]
        self.live = {
            e.content_id: e for e in events if e.type in ("post", "reply") and self.stands(e.deleted_at)
        }
        self.counted = [e for e in events if self.counts(e)]
        self.present = {p for p in people.people if people.employed(p, as_of)}

    def instant(self, day):
        return datetime.combine(day, time(), tzinfo=self.zone)

    def stands(self, deleted):
        return deleted is None or deleted >= self.end

    def day(self, at):
        return at.astimezone(self.zone).date()

    def counts(self, e):
        if not self.people.employed(e.actor_id, self.day(e.at)):
            return False
        if e.type in ("post", "reply"):
            return e.content_id in self.live
        if e.type == "visit":
            return True
        if e.parent is None or e.parent.id not in self.live:
            return False
        own = self.live[e.parent.id].actor_id == e.actor_id
        return not (e.type == "reaction" and own) and not (e.type == "mention" and e.target_id == e.actor_id)

    def team(self, person, day):
        return self.people.team(person, day)

    def in_cell(self, cell):
        return {p for p in self.present if cell is None or self.team(p, self.as_of) == cell}

    def window(self, days):
        start = self.instant(self.as_of - timedelta(days=days - 1))
        return [e for e in self.counted if e.at >= start]

    def act(self, cell):
        people = self.in_cell(cell)
        active = {e.actor_id for e in self.window(28)} & people
        return people, len(active)

    def ladder(self, cell):
        people, events = self.in_cell(cell), self.window(28)
        writers = {e.actor_id for e in events if e.type in ("post", "reply")} & people
        signs = ("reaction", "accept", "promote", "idea_status")
        reactors = ({e.actor_id for e in events if e.type in signs} & people) - writers
        readers = ({e.actor_id for e in events} & people) - writers - reactors
        return people, (len(writers), len(reactors), len(readers))

    def waits(self, cell):
        wait = timedelta(hours=72)
        low = self.instant(self.as_of - timedelta(days=27)).astimezone(self.end.tzinfo)
        result, authors = [], set()
        for post in self.counted:
            if post.type != "post" or post.kind not in ("question", "discussion", "idea"):
                continue
            at = post.at
            if not low.timestamp() - 259_200 <= at.timestamp() < self.end.timestamp() - 259_200:
                continue
            if cell is not None and self.team(post.actor_id, self.day(at)) != cell:
                continue
            replies = [
                r.at - at
                for r in self.counted
                if r.type == "reply"
                and r.root_id == post.content_id
                and r.actor_id != post.actor_id
                and r.at >= at
            ]
            first = min(replies, default=None)
            authors.add(post.actor_id)
            result.append(
                first.total_seconds() / 3600 if first is not None and first < wait else float("inf")
            )
        return authors, result

    def ties(self, cell):
        latest = {}
        for e in sorted(self.window(90), key=lambda e: (e.at, e.id)):
            if e.type == "reply" and e.parent is not None and e.parent.id in self.live:
                other = self.live[e.parent.id].actor_id
            elif e.type == "mention":
                other = e.target_id
            else:
                continue
            if other != e.actor_id and {other, e.actor_id} <= self.present:
                pair = tuple(sorted((e.actor_id, other)))
                latest[pair] = tuple(self.team(p, self.day(e.at)) for p in pair)
        ends, inner, outer = set(), 0, 0
        for pair, teams in latest.items():
            if None in teams or (cell is not None and cell not in teams):
                continue
            ends |= {p for p, t in zip(pair, teams, strict=True) if cell in (None, t)}
            inner, outer = inner + (teams[0] == teams[1]), outer + (teams[0] != teams[1])
        return ends, inner, outer


def middle(waits):
    if not waits:
        return None, False
    value = median(waits)
    ordered = sorted(waits)
    late = ordered[len(waits) // 2] == float("inf")
    return (None, True) if late or value == float("inf") else (value, False)
