"""A question as PostgreSQL is asked it: the condition, and how well what fulfils it answers."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, text

from rse.core.audience import EVERYONE
from rse.search.grammar import Parsed, Word
from rse.search.postgres_text import holding, phrase, quoted, together
from rse.search.ranking import FRESH_HALF_LIFE, FRESH_SHARE, ROUNDING

log = structlog.get_logger()
VERSIONED = "(SELECT version FROM search.state WHERE id = 1) = :version"
COMMON = 5_000  # documents: a word that one may read in more is common, and its rarity is not counted further
MANY = 20_000  # documents against which the rarity of a word is measured
SAMPLE, LARGE = (
    2_000,
    50_000,
)  # the newest documents, in which common words show; documents from which on it pays
WEIGHTS = "CAST('{0.4,0.4,0.4,1}' AS real[])"  # of a word in the text and in the title
NOTHING = "false"  # the condition where a word stands nowhere that one may read: it need not be asked
TOGETHER = "rse.search.together"  # of a connection: what questions that are asked together know
Row = dict[str, Any]


class Question:
    """A statement that is being written, with what is bound to it."""

    def __init__(self, connection: Connection, audience: frozenset[str], version: str) -> None:
        self.connection = connection
        self.phrased = False
        self.values: Row = {
            "tokens": sorted(token for token in audience if not token.startswith("-")),
            "closed": _closed(audience, "-read:"),
            "unknown": _closed(audience, "-known:"),
            "version": version,
            "everyone": EVERYONE,
        }
        self.readable = (
            f"{VERSIONED} AND (d.audience = ANY(:tokens) OR (d.kind = 'person' AND d.key = ANY(:tokens)))"
        )
        if self.values["closed"] or self.values["unknown"]:
            self.readable += (
                " AND (d.audience <> :everyone OR d.group_id IS NULL OR d.group_id <> ALL"
                "(CASE WHEN d.kind = 'group' THEN CAST(:unknown AS bigint[])"
                " ELSE CAST(:closed AS bigint[]) END))"
            )

    def bind(self, value: Any) -> str:
        """Bind a value; give the name that stands for it in the statement."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return ":" + name

    def asked(self, query: str) -> str:
        """Bind a tsquery."""
        return f"CAST({self.bind(query)} AS tsquery)"

    def run(self, statement: str) -> Any:
        """Ask the database."""
        return self.connection.execute(text(statement), self.values)

    # How well

    def weight(self, word: Word) -> str:
        """Say how much a document is about a word, or, at a lower weight, about what may stand for it."""
        own = self._mean(word.each) if word.each else self._own(word)
        others = [
            f"CASE WHEN d.words @@ {self.asked(together(other.words))} "
            f"THEN {other.weight} * {self._mean(other.words)} ELSE 0 END"
            for other in word.others
        ]
        return f"greatest({', '.join([own, *others])})" if others else own

    def _mean(self, words: Sequence[Word]) -> str:
        return f"(({' + '.join(map(self.weight, words))}) / {len(words)})"

    def _own(self, word: Word) -> str:
        """Weigh a word itself: its stem counts once, its exact form twice more."""
        if word.prefix:
            return f"ts_rank({WEIGHTS}, d.words, {self.asked(holding(word))})"
        stem, exact = self.asked(quoted(word.stem)), self.asked(quoted("=" + word.exact))
        weight = f"ts_rank({WEIGHTS}, d.words, {stem}) + 2 * ts_rank({WEIGHTS}, d.words, {exact})"
        if word.parts:
            weight += f" + CASE WHEN d.words @@ {self.asked(phrase(word.parts))} THEN 1 ELSE 0 END"
        return f"({weight})"

    def rarities(self, words: Sequence[Word]) -> list[float]:
        """Give how rare each word is in what one may read: the smallest for all that are common there."""
        if len(words) == 1:
            return [1.0]
        known = self.connection.info.get(TOGETHER, {}).setdefault(self._who(), {})
        held = [holding(word) for word in words]
        missing = {one: word for one, word in zip(held, words, strict=True) if one not in known}
        if missing:
            known |= zip(missing, self._counted(list(missing.values())), strict=True)
        return [known[one] for one in held]

    def _who(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(self.values[name]) for name in ("tokens", "closed", "unknown"))

    def _counted(self, words: Sequence[Word]) -> list[float]:
        common = self._common(words)
        counts = [
            str(COMMON)
            if often
            else f"(SELECT count(*) FROM (SELECT 1 FROM search.document d WHERE d.words @@ "
            f"{self.asked(holding(word))} AND {self.readable} LIMIT {COMMON}) AS holding)"
            for word, often in zip(words, common, strict=True)
        ]
        found = self.run("SELECT " + ", ".join(counts)).one()
        return [math.log(1 + MANY / (count + 0.5)) if count else 0.0 for count in found]

    def _common(self, words: Sequence[Word]) -> list[bool]:
        """Tell which words are surely common in what one may read, by the newest of it.

        A word in a tenth of a million documents takes long to count, even up to a bound: its rows are
        gathered first.
        """
        size = self._size()
        if size < LARGE:
            return [False] * len(words)
        held = [f"count(*) FILTER (WHERE words @@ {self.asked(holding(word))})" for word in words]
        newest = (
            f"SELECT d.words FROM search.document d WHERE {self.readable} ORDER BY d.at DESC LIMIT {SAMPLE}"
        )
        looked, *counts = self.run(f"SELECT count(*), {', '.join(held)} FROM ({newest}) AS late").one()
        return [looked == SAMPLE and count * size / looked > 2 * COMMON for count in counts]

    def _size(self) -> float:
        """Give how many documents there are, about."""
        known = self.connection.info.get(TOGETHER, {})
        if "size" not in known:
            asked = text("SELECT reltuples FROM pg_class WHERE oid = 'search.document'::regclass")
            known["size"] = self.connection.scalar(asked) or 0.0
        size: float = known["size"]
        return size

    def all_of(self, parsed: Parsed) -> tuple[str, str]:
        """Ask for every word and phrase: the condition, and the score."""
        words = [*parsed.words, *(word for some in parsed.phrases for word in some)]
        parts = [holding(word) for word in parsed.words] + [phrase(some) for some in parsed.phrases]
        self.phrased = bool(parsed.phrases)
        rarities = self.rarities(words)
        if 0.0 in rarities:
            return NOTHING, "0"
        score = [f"{rarity} * {self.weight(word)}" for word, rarity in zip(words, rarities, strict=True)]
        condition = self.asked(" & ".join(parts + _without(parsed)))
        return f"d.words @@ {condition}", f"d.shortness * ({' + '.join(score)})"

    def any_of(self, parsed: Parsed, share: float = 0.0, *, telling: bool = False) -> tuple[str, str]:
        """Ask for a share of the words, by rarity; holding more counts more.

        `telling` leaves out what holds common words alone, where there is a rarer one: it would be last.
        """
        weighed = list(zip(parsed.words, self.rarities(parsed.words), strict=True))
        known = [(word, rarity) for word, rarity in weighed if rarity]
        total = sum(rarity for _, rarity in known) or 1.0
        if not known:
            return NOTHING, "0"
        held = " + ".join(
            f"CASE WHEN d.words @@ {self.asked(holding(word))} THEN {rarity} ELSE 0 END"
            for word, rarity in known
        )
        score = " + ".join(f"{rarity} * {self.weight(word)}" for word, rarity in known)
        common = math.log(1 + MANY / (COMMON + 0.5)) if telling else 0.0
        told = [word for word, rarity in known if rarity > common] or [word for word, _ in known]
        some = " | ".join(map(holding, told))
        condition = f"d.words @@ {self.asked(' & '.join([f'({some})', *_without(parsed)]))}"
        if share:
            condition += f" AND ({held}) >= {share * total * (1 - ROUNDING)}"
        return condition, f"d.shortness * ({score}) * power(({held}) / {total}, 2)"

    def fresh(self, score: str) -> str:
        """Let a share of a score halve with age; names do not age."""
        age = f"greatest(0, {self.bind(time.time())} - d.at) / {FRESH_HALF_LIFE}"
        aged = f"{1 - FRESH_SHARE} + {FRESH_SHARE} * power(0.5, least({age}, 900))"
        return f"({score}) * CASE WHEN d.kind IN ('person', 'group') THEN 1 ELSE {aged} END"


def _closed(audience: frozenset[str], mark: str) -> list[int]:
    return sorted(int(token.removeprefix(mark)) for token in audience if token.startswith(mark))


def _without(parsed: Parsed) -> list[str]:
    unwanted = [holding(word) for word in parsed.without] + [phrase(some) for some in parsed.without_phrases]
    return [f"!{some}" for some in unwanted]
