"""The indicators a second time, from the raw log and the text alone, in plain Python, one person at a time.

Each method gives (base set, internal figures) of a cell: a team's number, or None for the company.
Instants are seconds since 1970, so that no arithmetic of zones can be wrong in the same way twice.
"""

from datetime import datetime, time, timedelta
from fractions import Fraction
from math import ceil, inf
from unicodedata import normalize

DAY = timedelta(days=1)
HOUR = 3600
ASKED = ("question", "discussion", "idea")
SIGNS = ("reaction", "accept", "promote", "idea_status")
COMPANY_ONLY = ("RECIP", "COH", "LEAD", "NEW", "EXP_COVER", "IDEA")
BOTH = ("ACT", "REG", "LADDER", "CONC", "ANS", "TTFR", "KNOW", "SILO", "EXP_VISIBLE", "MISS")


def share(part, whole):
    return round(float(Fraction(part, whole)), 6) if whole else None


def key(tag):
    return normalize("NFKC", tag).strip().casefold()


class Reference:
    def __init__(self, events, people, when, *, skills=(), wave=None, answers=()):
        self.people, (self.as_of, self.zone) = people, when
        self.skills, self.wave, self.answers = skills, wave, answers
        self.end = self.instant(self.as_of + DAY)
        known = [e for e in events if e.at.timestamp() < self.end]
        self.live = {
            e.content_id: e for e in known if e.type in ("post", "reply") and self.stands(e.deleted_at)
        }
        self.counted = sorted((e for e in known if self.counts(e)), key=lambda e: (e.at, e.id.encode()))
        self.present = {p for p in people.people if people.employed(p, self.as_of)}

    def instant(self, day):
        return datetime.combine(day, time(), tzinfo=self.zone).timestamp()

    def stands(self, deleted):
        return deleted is None or deleted.timestamp() >= self.end

    def day(self, e):
        return e.at.astimezone(self.zone).date()

    def counts(self, e):
        if not self.people.employed(e.actor_id, self.day(e)):
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
        return [e for e in self.counted if e.at.timestamp() >= start]

    def cohort(self, cell, kinds, days, hours):
        low = self.instant(self.as_of - timedelta(days=days - 1)) - hours * HOUR
        high = self.end - hours * HOUR
        posts = [
            e for e in self.counted if e.type == "post" and e.kind in kinds and low <= e.at.timestamp() < high
        ]
        return [p for p in posts if cell is None or self.team(p.actor_id, self.day(p)) == cell]

    def replies(self, post):
        return [
            r
            for r in self.counted
            if r.type == "reply"
            and r.root_id == post.content_id
            and r.actor_id != post.actor_id
            and r.at >= post.at
        ]

    def act(self, cell):
        people = self.in_cell(cell)
        return people, {"rate": share(len({e.actor_id for e in self.window(28)} & people), len(people))}

    def reg(self, cell):
        group = {e.actor_id for e in self.window(28)} & self.in_cell(cell)
        weeks = 0
        for n in range(4):
            days = [self.as_of - timedelta(days=7 * n + d) for d in range(7)]
            weeks += len({e.actor_id for e in self.counted if self.day(e) in days} & group)
        return group, {"wau_mau": share(weeks, 4 * len(group))}

    def ladder(self, cell):
        people, events = self.in_cell(cell), self.window(28)
        writers = {e.actor_id for e in events if e.type in ("post", "reply")} & people
        reactors = ({e.actor_id for e in events if e.type in SIGNS} & people) - writers
        readers = ({e.actor_id for e in events} & people) - writers - reactors
        rungs = {"contributors": writers, "reactors": reactors, "readers": readers}
        rungs["absent"] = people - writers - reactors - readers
        return people, {name: share(len(some), len(people)) for name, some in rungs.items()}

    def conc(self, cell):
        events = self.window(90)
        group = {e.actor_id for e in events} & self.in_cell(cell)
        x = sorted(sum(e.actor_id == p and e.type in ("post", "reply") for e in events) for p in group)
        n, total = len(x), sum(x)
        if not total:
            return group, {"gini": None, "absence_factor": None, "top10_share": None}
        weighted = sum(i * value for i, value in enumerate(x, 1))
        gini = Fraction(2 * weighted, n * total) - Fraction(n + 1, n)
        factor = next(m for m in range(1, n + 1) if 2 * sum(x[-m:]) >= total)
        figures = {"gini": round(float(gini), 6), "absence_factor": factor}
        return group, figures | {"top10_share": share(sum(x[-ceil(n / 10) :]), total)}

    def waits(self, cell):
        posts = self.cohort(cell, ASKED, 28, 72)
        firsts = [min(((r.at - p.at).total_seconds() for r in self.replies(p)), default=inf) for p in posts]
        return {p.actor_id for p in posts}, [first if first < 72 * HOUR else inf for first in firsts]

    def ans(self, cell):
        authors, waits = self.waits(cell)
        return authors, {"rate": share(sum(w < inf for w in waits), len(waits)), "posts": len(waits)}

    def ttfr(self, cell):
        authors, waits = self.waits(cell)
        n, ordered = len(waits), sorted(waits)
        two = (ordered[(n - 1) // 2], ordered[n // 2]) if waits else (None, None)
        if not waits or two[1] == inf:
            return authors, {"median_hours": None, "not_reached": bool(waits)}
        return authors, {"median_hours": round(sum(two) / 2 / HOUR, 6), "not_reached": False}

    def know(self, cell):
        posts = [p for p in self.cohort(cell, ("question",), 90, 72) if self.replies(p)]
        kept = 0
        for post in posts:
            answers = {r.content_id for r in self.replies(post)}
            thread = {post.content_id} | {
                e.content_id for e in self.live.values() if e.root_id == post.content_id
            }
            kept += any(
                (e.type == "accept" and e.parent.id in answers)
                or (e.type == "promote" and e.parent.id in thread)
                for e in self.counted
                if e.type in ("accept", "promote")
            )
        return {p.actor_id for p in posts}, {"rate": share(kept, len(posts)), "questions": len(posts)}

    def interactions(self, events):
        for e in events:
            other = None
            if e.type == "reply" and e.parent is not None and e.parent.id in self.live:
                other = self.live[e.parent.id].actor_id
            elif e.type == "mention":
                other = e.target_id
            if other is not None and other != e.actor_id and self.people.is_employee(other):
                yield e, e.actor_id, other

    def ties(self):
        found = {}
        for e, one, other in self.interactions(self.window(90)):
            if {one, other} <= self.present:
                found.setdefault(frozenset((one, other)), []).append((e, one))
        return found

    def silo(self, cell):
        ends, external, count = set(), 0, 0
        for tie, events in self.ties().items():
            last = self.day(events[-1][0])
            teams = {p: self.team(p, last) for p in tie}
            if None in teams.values() or (cell is not None and cell not in teams.values()):
                continue
            ends |= {p for p in tie if cell in (None, teams[p])}
            count, external = count + 1, external + (len(set(teams.values())) == 2)
        figures = {"ei": share(2 * external - count, count), "external_share": share(external, count)}
        figures["ties"] = count
        if cell is None:
            placed = [t for p in self.present if (t := self.team(p, self.as_of)) is not None]
            n, same = len(placed), sum(placed.count(t) - 1 for t in placed)
            figures["expected_external_share"] = share(n * (n - 1) - same, n * (n - 1))
        return ends, figures

    def recip(self, _cell):
        ties = self.ties()
        both = sum(len({actor for _, actor in events}) == 2 for events in ties.values())
        return {p for tie in ties for p in tie}, {"rate": share(both, len(ties)), "pairs": len(ties)}

    def coh(self, _cell):
        ties = list(self.ties())
        nodes = ({e.actor_id for e in self.window(90)} & self.present) | {p for tie in ties for p in tie}
        sizes, left = [], set(nodes)
        while left:
            component, edge = set(), {left.pop()}
            while edge:
                component |= edge
                edge = {p for tie in ties if tie & edge for p in tie} - component
            left -= component
            sizes.append(len(component))
        figures = {"giant": share(max(sizes, default=0), len(nodes))}
        return nodes, figures | {"isolates": share(sizes.count(1), len(nodes))}

    def lead(self, _cell):
        leaders = {p for p in self.present if self.people.people[p].leader}
        wrote = [e for e in self.window(28) if e.type in ("post", "reply") and e.actor_id in leaders]
        dialogue = share(sum(e.type == "reply" for e in wrote), len(wrote))
        return leaders, {
            "active": share(len({e.actor_id for e in wrote}), len(leaders)),
            "dialogue": dialogue,
        }

    def new(self, _cell):
        new, spoke, welcomed = set(), set(), set()
        for p in self.present:
            start = self.people.people[p].start
            if start is None or not self.as_of - timedelta(days=89) <= start + 27 * DAY <= self.as_of:
                continue
            new.add(p)
            first = [e for e in self.counted if start <= self.day(e) <= start + 27 * DAY]
            spoke |= {p} & {e.actor_id for e in first if e.type in ("post", "reply")}
            welcomed |= {p} & {other for _, _, other in self.interactions(first)}
        return new, {"spoke": share(len(spoke), len(new)), "welcomed": share(len(welcomed), len(new))}

    def holders(self):
        found = {}
        for person, tag in self.skills:
            if person in self.present and key(tag):
                found.setdefault(key(tag), set()).add(person)
        return found

    def exp_visible(self, cell):
        people, known = self.in_cell(cell), set().union(*self.holders().values())
        return people, {"rate": share(len(people & known), len(people))}

    def exp_cover(self, _cell):
        questions = [e for e in self.window(90) if e.type == "post" and e.kind == "question"]
        asking = [(e.actor_id, {key(tag) for tag in e.tags} - {""}) for e in questions]
        asked, held = set().union(*(tags for _, tags in asking)), self.holders()
        counts = [len(held.get(tag, ())) for tag in asked]
        return {p for p, tags in asking if tags}, {
            "coverage": share(sum(c >= 2 for c in counts), len(counts)),
            "asked_tags": len(asked),
            "uncovered": counts.count(0),
            "at_risk": sum(len(people) == 1 for people in held.values()),
        }

    def idea(self, _cell):
        ideas, followed, decided = self.cohort(None, ("idea",), 90, 672), 0, 0
        for idea in ideas:
            said = [
                e
                for e in self.counted
                if e.type == "idea_status"
                and e.parent.id == idea.content_id
                and e.actor_id != idea.actor_id
                and e.at >= idea.at
            ]
            followed += any((e.at - idea.at).total_seconds() < 672 * HOUR for e in said)
            decided += bool(said) and said[-1].value in ("accepted", "declined", "done")
        figures = {"followed": share(followed, len(ideas)), "decided": share(decided, len(ideas))}
        return {e.actor_id for e in ideas}, figures | {"ideas": len(ideas)}

    def miss(self, cell):
        here = [(n, a) for n, (team, a) in enumerate(self.answers) if cell in (None, team)]
        told = {n for n, answer in here if answer != "na"}
        figures = {"very": share(sum(answer == "very" for _, answer in here), len(told))}
        if cell is None:
            asked = sum(self.people.employed(p, self.wave) for p in self.people.people) if self.wave else 0
            figures["response_rate"] = share(len(here), asked)
        return told, figures
