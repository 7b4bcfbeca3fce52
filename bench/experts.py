"""Who would be found for each question of a community, had it been asked of the product: measured online.

    python bench/experts.py DIR            every *.jsonl and *.jsonl.xz of qa form in DIR
    python bench/experts.py DIR --last N   only the last N questions of each community are counted
    python bench/experts.py DIR --later    only the later half of the questions of each community is counted

Each question sees only what was written before it. Its title and text are asked; everybody who answered
anything before is ranked, without the asker; relevant is who answered; a question counts if one of them was
known by then. The ranking is the product's own (rse.search.scoring), given evidence from memory.

MRR is the mean of 1 / rank of the first relevant person; P@5 the relevant share of the first five; hit@k says
how often one of the first k is relevant. `newcomers`: of the questions that somebody with at most three
earlier answers answered, in how many such a one is among the first five. `top five`: the share of the
first-five places that went to the five people shown most. Baselines: `active` ranks by the number of
answers; `bm25` sums the scores of the best 100 answers (each with its question); `group` sums the answers in
the channel, halved every 14 days. Intervals are 95 % of a paired bootstrap over questions.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, too

from bench.community import History, Question, communities, read
from rse.search.scoring import DAY, TEXTS, WORDS, halved, rarest, scores

FIRST = 5
NEW = 3  # earlier answers
TIMES = 1_000  # of the bootstrap
METHODS = ("ours", "five words", "active", "bm25", "group")
BASELINES = ("active", "bm25", "group")
MEASURES = ("MRR", "P@5", "hit@1", "hit@5")
Row = dict[str, Any]


@dataclass(slots=True)
class Judged:
    """How one way of ranking did, question by question."""

    values: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MEASURES})
    newcomers: list[float] = field(default_factory=list)
    shown: Counter[str] = field(default_factory=Counter)

    def note(self, order: Sequence[str], relevant: set[str], new: set[str]) -> None:
        first = next(place for place, person in enumerate(order, 1) if person in relevant)
        ahead = order[:FIRST]
        self.values["MRR"].append(1 / first)
        self.values["P@5"].append(sum(person in relevant for person in ahead) / FIRST)
        self.values["hit@1"].append(float(first == 1))
        self.values["hit@5"].append(float(first <= FIRST))
        self.shown.update(ahead)
        if new:
            self.newcomers.append(float(bool(new & set(ahead))))

    def mean(self, name: str) -> float:
        return fmean(self.values[name]) if self.values[name] else 0.0

    @property
    def concentration(self) -> float:
        """The share of the five people shown most."""
        total = sum(self.shown.values())
        return sum(count for _, count in self.shown.most_common(FIRST)) / total if total else 0.0


def in_order(history: History, asker: str, value: Mapping[str, float]) -> list[str]:
    """Rank everybody known, without the asker; equal ones by how much, then how lately, they answered."""
    known = [person for person in history.active if person != asker]
    active, last = history.active, history.last
    return sorted(known, key=lambda one: (-value.get(one, 0.0), -active[one], -last[one], one))


def votes(history: History, question: Question) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    words = rarest(question.asked, history.pairs.frequency, WORDS)
    for author, score in history.pairs.best(words, TEXTS):
        found[author] += score
    return found


def lately(history: History, question: Question) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for person, at, _share in history.lately[question.channel]:
        found[person] += halved(question.at - at, 14 * DAY)
    return found


WAYS: dict[str, Callable[[History, Question], Mapping[str, float]]] = {
    "ours": lambda history, q: scores(history.evidence(q, q.asked)),
    "five words": lambda history, q: scores(history.evidence(q, q.five)),
    "active": lambda history, q: history.active,
    "bm25": votes,
    "group": lately,
}


def online(
    questions: Sequence[Question], methods: Iterable[str] = METHODS, after: int = 0
) -> dict[str, Judged]:
    """Ask each question at its time, of what was written before; count those from number `after` on."""
    judged = {name: Judged() for name in methods}
    history = History()
    asked = [(q.at, 0, number, 0) for number, q in enumerate(questions)]
    answered = [(a.at, 1, n, place) for n, q in enumerate(questions) for place, a in enumerate(q.answers)]
    for _at, kind, number, place in sorted(asked + answered):
        question = questions[number]
        if kind:
            history.take(number, question, place)
        elif number >= after:
            relevant = {a.author for a in question.answers if a.author in history.active} - {question.asker}
            new = {person for person in relevant if history.active[person] <= NEW}
            for name, result in judged.items() if relevant else ():
                result.note(in_order(history, question.asker, WAYS[name](history, question)), relevant, new)
    return judged


def interval(ours: Sequence[float], other: Sequence[float] | None = None) -> tuple[float, float]:
    """Give the 95 % interval of a mean, or of the mean difference of paired values."""
    values = list(ours) if other is None else [a - b for a, b in zip(ours, other, strict=True)]
    if not values:
        return 0.0, 0.0
    chance = random.Random(1)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(TIMES))
    return means[int(TIMES * 0.025)], means[int(TIMES * 0.975)]


def ratio(judged: Mapping[str, Judged]) -> float:
    """Give our MRR divided by the better of the most active and BM25."""
    other = max(judged[name].mean("MRR") for name in ("active", "bm25"))
    return judged["ours"].mean("MRR") / other if other else 0.0


def report(name: str, judged: Mapping[str, Judged], seconds: float) -> None:
    """Print what was found in one community."""
    count = len(judged["ours"].values["MRR"])
    print(f"\n{name}: {count} questions count, {seconds:.0f} s")
    heads = " ".join(f"{one:>6}" for one in MEASURES[1:])
    print(f"  {'':<11} {'MRR':>6} {'95 %':>15} {heads} {'newcomers':>10} {'top five':>9}")
    for method, result in judged.items():
        low, high = interval(result.values["MRR"])
        new = f"{fmean(result.newcomers):10.3f}" if result.newcomers else f"{'-':>10}"
        values = " ".join(f"{result.mean(one):6.3f}" for one in MEASURES[1:])
        begin = f"  {method:<11} {result.mean('MRR'):6.3f}  [{low:.3f}, {high:.3f}]"
        print(f"{begin} {values} {new} {result.concentration:9.3f}")
    for other in BASELINES:
        low, high = interval(judged["ours"].values["MRR"], judged[other].values["MRR"])
        gain = judged["ours"].mean("MRR") - judged[other].mean("MRR")
        print(f"  MRR beyond {other:<7} {gain:+.3f}  [{low:+.3f}, {high:+.3f}]")
    kept = judged["five words"].mean("MRR") / (judged["ours"].mean("MRR") or 1.0)
    print(
        f"  ratio of MRR to the better of active and bm25: {ratio(judged):.2f}; five words keep {kept:.0%}",
        flush=True,
    )


def judge(
    found: Mapping[str, Sequence[Question]], *, later: bool = False, last: int | None = None
) -> dict[str, dict[str, Judged]]:
    """Measure each community and print it; those of which no question counts are said and left out."""
    results = {}
    for name, questions in found.items():
        begin = time.monotonic()
        many = len(questions)
        first = many // 2 if later else 0
        judged = online(questions, after=max(first, many - last) if last else first)
        if not judged["ours"].values["MRR"]:
            print(f"\n{name}: of {len(questions)} questions none was answered by somebody known: left out")
            continue
        results[name] = judged
        report(name, judged, time.monotonic() - begin)
    return results


def summary(results: Mapping[str, Mapping[str, Judged]]) -> Row:
    """Give the means over communities."""
    every = list(results.values())
    ours, five = ([one[name].mean("MRR") for one in every] for name in ("ours", "five words"))
    ratios = [ratio(one) for one in every]
    return {
        "communities": len(every),
        "mean MRR": fmean(ours),
        "mean hit@5": fmean(one["ours"].mean("hit@5") for one in every),
        "mean ratio": fmean(ratios),
        "least ratio": min(ratios),
        "five words keep": fmean(five) / (fmean(ours) or 1.0),
    }


def made_up(count: int = 150) -> list[Question]:
    """A small community: ten people who each know two subjects, most answers from a few."""
    chance = random.Random(3)
    subjects = ["paie", "congés", "python", "docker", "excel", "soudure", "réseau", "budget"]
    found = []
    for number in range(count):
        subject = chance.choice(subjects)
        knows = [p for p in range(10) if subjects.index(subject) in {p, (p * 3 + 1) % 10}]
        who = chance.choice(knows) if chance.random() < 0.7 else int(chance.paretovariate(1)) % 10
        answer = {"author": f"p{who}", "ts": 4_000.0 * number + 900, "text": f"le {subject} se règle ainsi"}
        row = {
            "id": str(number),
            "title": f"Question sur {subject} numéro {number}",
            "asker": f"a{number % 30}",
        }
        question = read({**row, "ts": 4_000.0 * number, "answers": [answer]})
        found += [question] if question else []
    return found


def run(_sizes: Sequence[int]) -> list[Row]:
    """Measure a made-up community: says that the measuring works, not how good the ranking is."""
    judged = online(made_up())
    rows = [("ours, MRR", judged["ours"].mean("MRR")), ("ours, hit@5", judged["ours"].mean("hit@5"))]
    rows += [(f"{name}, MRR", judged[name].mean("MRR")) for name in (*BASELINES, "five words")]
    return [
        {"what": f"experts, made up: {what}", "size": 150, "value": value, "unit": "", "target": ""}
        for what, value in rows
    ]


def main() -> int:
    """Measure the communities of a folder."""
    parser = argparse.ArgumentParser(
        description="Ranking of experts, measured online on questions and answers"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--later", action="store_true", help="count the later half of each community only")
    parser.add_argument("--last", type=int, metavar="N", help="count the last N questions of each only")
    arguments = parser.parse_args()
    found = communities(arguments.folder) if arguments.folder.is_dir() else {}
    if not found:
        print(f"no questions in *.jsonl or *.jsonl.xz of {arguments.folder}", file=sys.stderr)
        return 1
    results = judge(found, later=arguments.later, last=arguments.last)
    if results:
        print(
            "\nover the communities: "
            + ", ".join(f"{name} {value:.3g}" for name, value in summary(results).items())
        )
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
