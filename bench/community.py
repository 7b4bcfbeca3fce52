"""Communities of questions and answers in memory: what was known of people at a moment, for the ranking."""

from __future__ import annotations

import heapq
import json
import lzma
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rse.search import analysis
from rse.search.scoring import RECENT, WORDS, Evidence, Reply, rarest, shared

K1, B = 1.2, 0.75  # of BM25, as in Whoosh
FOUND = 200  # texts that an engine gives
LONGEST = 2_000  # characters of a question that are read
FIVE = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote under a question."""

    author: str
    at: float
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as words, with who answered."""

    id: str
    channel: str
    asker: str
    at: float
    title: Sequence[str]  # and tags
    words: Sequence[str]  # title, text and tags
    asked: Sequence[str]  # what is typed: title and text
    five: Sequence[str]  # its first five words
    answers: Sequence[Answer] = ()


def stems(text: str) -> list[str]:
    """Give the words of a text as the search indexes them."""
    return [token.forms[0].stem for token in analysis.tokens(text)]


def _seconds(value: Any) -> float | None:
    try:
        if isinstance(value, int | float):
            return float(value)
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _answers(row: dict[str, Any], after: float) -> list[Answer]:
    found = []
    for one in row.get("answers") or []:
        at = _seconds(one.get("ts")) if isinstance(one, dict) else None
        if at is not None and one.get("author"):
            found.append(Answer(str(one["author"]), max(at, after), stems(str(one.get("text") or ""))))
    return found


def read(row: dict[str, Any]) -> Question | None:
    """Read one line of qa form; None where there is no time. All else may be missing."""
    at = _seconds(row.get("ts"))
    if at is None:
        return None
    title, text = str(row.get("title") or ""), str(row.get("text") or "")
    above = stems(f"{title} {' '.join(str(tag) for tag in row.get('tags') or [])}")
    typed = f"{title} {text}"
    return Question(
        str(row.get("id") or ""), str(row.get("channel") or ""), str(row.get("asker") or ""), at,
        above, [*above, *stems(text)], stems(typed[:LONGEST]), stems(" ".join(typed.split()[:FIVE])),
        _answers(row, at),
    )  # fmt: skip


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a file; what is no JSON object is left out, and what follows where it is cut off."""
    with lzma.open(path, "rb") if path.suffix == ".xz" else path.open("rb") as text:
        try:
            for line in text:
                with suppress(ValueError):
                    row = json.loads(line)
                    if isinstance(row, dict):
                        yield row
        except (lzma.LZMAError, EOFError) as error:
            print(f"{path.name} is damaged ({error}): read up to there", file=sys.stderr)


def communities(folder: Path) -> dict[str, list[Question]]:
    """Give the questions of every community in a folder, in their order; each once."""
    found: dict[str, dict[Any, Question]] = defaultdict(dict)
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.xz")]):
        for number, row in enumerate(lines(path)):
            question = read(row)
            if question is not None and isinstance(row.get("answers", []), list):
                source = str(row.get("source") or path.name)
                found[source][question.id or (path.name, number)] = question
    return {name: sorted(rows.values(), key=lambda one: one.at) for name, rows in sorted(found.items())}


class Texts:
    """BM25 over texts that come one after another."""

    def __init__(self) -> None:
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.keys: list[Any] = []
        self.lengths: list[int] = []
        self.total = 0

    def add(self, key: Any, words: Sequence[str]) -> None:
        for word, count in Counter(words).items():
            self.postings[word].append((len(self.keys), count))
        self.keys.append(key)
        self.lengths.append(len(words))
        self.total += len(words)

    def frequency(self, word: str) -> int:
        return len(self.postings.get(word, ()))

    def best(self, words: Iterable[str], most: int) -> list[tuple[Any, float]]:
        """Give the best texts, with their scores."""
        scores: dict[int, float] = defaultdict(float)
        lengths, size = self.lengths, len(self.keys)
        base, slope = K1 * (1 - B), K1 * B * size / (self.total or 1.0)
        for word in words:
            rows = self.postings.get(word, ())
            weight = math.log(1 + (size - len(rows) + 0.5) / (len(rows) + 0.5)) * (K1 + 1)
            for row, count in rows:
                scores[row] += weight * count / (count + base + slope * lengths[row])
        top = heapq.nlargest(most, ((score, -row) for row, score in scores.items()))
        return [(self.keys[-row], score) for score, row in top]


@dataclass(slots=True)
class History:
    """What a community has written so far, and what speaks for whom about a question."""

    texts: Texts = field(default_factory=Texts)  # questions and answers, as the search indexes them
    pairs: Texts = field(default_factory=Texts)  # each answer with its question: for the baseline
    titles: dict[int, Sequence[str]] = field(default_factory=dict)
    under: dict[int, list[Reply[str]]] = field(default_factory=lambda: defaultdict(list))
    reply: dict[Any, Reply[str]] = field(default_factory=dict)
    lately: dict[str, list[tuple[str, float, float]]] = field(default_factory=lambda: defaultdict(list))
    helped: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    active: Counter[str] = field(default_factory=Counter)
    last: dict[str, float] = field(default_factory=dict)

    def take(self, number: int, question: Question, place: int) -> None:
        """Note an answer; the question is indexed with its first one."""
        answer = question.answers[place]
        if number not in self.titles:
            self.titles[number] = question.title
            self.texts.add(number, question.words)
        key = (number, place)
        self.texts.add(key, answer.words)
        self.pairs.add(answer.author, [*question.words, *answer.words])
        self.reply[key] = Reply(answer.author, answer.at, key, number)
        self.under[number].append(self.reply[key])
        self.lately[question.channel].append((answer.author, answer.at, 1.0))
        self.helped[question.asker].append((answer.author, answer.at))
        self.active[answer.author] += 1
        self.last[answer.author] = answer.at

    def evidence(self, question: Question, words: Sequence[str]) -> Evidence[str]:
        """Give what speaks for people about a question, of what was written so far."""
        asked = rarest(words, self.texts.frequency, WORDS)
        scores = dict(self.texts.best(asked, FOUND))
        replies = {}
        for key in scores:
            for reply in self.under[key] if isinstance(key, int) else [self.reply[key]]:
                replies[reply.key] = reply
        held = frozenset(words)
        return Evidence(
            question.at, scores, list(replies.values()),
            {r.root: shared(held, self.titles[r.root]) for r in replies.values()},
            self.lately[question.channel][-RECENT:], self.helped.get(question.asker, ()),
        )  # fmt: skip
