"""What may have been meant where little is found: other spellings, of words that the asker may read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rse.search import analysis
from rse.search.asking import Asker
from rse.search.engine import Results, Wider
from rse.search.grammar import Parsed
from rse.search.spelling import slips

FEW = 3  # hits: from so many on, words are taken as they are written
WORDS = 6  # of a question that are looked at
OFTEN = 8  # times as frequent as the written word: that is rather a slip than a rare word
WEIGHT = 0.6
EACH = 2  # spellings that may stand for one word
SCANNED = 4_000  # characters of a shown text


@dataclass(frozen=True, slots=True)
class Correction:
    """Another spelling of a word of the question, both as indexed."""

    stem: str
    written: str
    meant: str

    @property
    def wider(self) -> Wider:
        """Let it stand for the word, at a lower weight."""
        return (self.stem,), self.meant, WEIGHT


def corrections(
    asker: Asker, parsed: Parsed, results: Results, also: Sequence[Wider] = ()
) -> list[Correction]:
    """Give other spellings of the words of a question that found fewer than three hits; else none.

    A word that `also` has synonyms for is one that the company writes so.
    """
    hits = sum(count for _kind, count in results.facets.get("kind", ()))
    if hits >= FEW and not results.loose:
        return []
    known = {stem for stems, *_synonym in also for stem in stems}
    asked = [w for w in parsed.words[:WORDS] if w.stem not in known and not (w.prefix or w.parts)]
    written = {w.exact: w.stem for w in asked if slips(w.exact)}
    if not written:
        return []
    found: list[Correction] = []
    for word, near in asker.backend.spellings(list(written), asker.tokens).items():
        counts = dict(near)
        own = counts.pop(word, 0)
        better = [other for other, count in counts.items() if count > own * OFTEN]
        found += [
            Correction(written[word], word, other)
            for other in better[:EACH]
            if analysis.stem(other) != written[word]
        ]
    return found


def meant(plain: str, near: Sequence[Correction], shown: Iterable[str]) -> str | None:
    """Give the question with other spellings, each written as in a text that is shown; None without one."""
    wanted: dict[str, list[str]] = {}
    for one in near:
        wanted.setdefault(one.written, []).append(one.meant)
    if not wanted:
        return None
    surfaces = _surfaces({analysis.stem(other) for others in wanted.values() for other in others}, shown)
    said, at, changed = "", 0, False
    for token in analysis.tokens(plain):
        others = wanted.get(token.forms[0].exact, [])
        better = next((surfaces[s] for s in map(analysis.stem, others) if s in surfaces), None)
        if better is not None:
            said, at, changed = said + plain[at : token.start] + better, token.end, True
    return said + plain[at:] if changed else None


def _surfaces(stems: set[str], texts: Iterable[str]) -> dict[str, str]:
    """Give, by stem, how a word is written where it is shown."""
    found: dict[str, str] = {}
    for text in texts:
        for token in analysis.tokens(text[:SCANNED]):
            stem = token.forms[0].stem
            if stem in stems and stem not in found:
                written = text[token.start : token.end]
                found[stem] = written if written.isupper() else written.lower()
    return found
