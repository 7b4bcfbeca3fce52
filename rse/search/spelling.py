"""Words that are near in spelling: one slip in a word of four letters and more, two from eight on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

SHORTEST, LONGEST = 4, 24  # letters of a word that may be misspelt
TWO_SLIPS = 8  # letters from which on two slips are one word
COUNTED = 100  # documents that hold a word near another: more is many
NEAR = 12  # words looked at further


def slips(word: str) -> int:
    """Give how many slips a word of its length may hold; none where it is no word."""
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
        return 0
    return 2 if len(word) >= TWO_SLIPS else 1


def letters(word: str) -> int:
    """Give the letters of a word as bits: words with many different letters are far from each other."""
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) & 31)
    return mask


class Lexicon:
    """Words by their length, with their letters."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take those words that may be misspelt."""
        by_length: dict[int, list[str]] = {}
        for word in words:
            if slips(word):
                by_length.setdefault(len(word), []).append(word)
        self._words = {
            length: (some, np.fromiter(map(letters, some), np.uint32, len(some)))
            for length, some in by_length.items()
        }

    def about(self, word: str) -> list[str]:
        """Give the words that share nearly all letters of a word and have about its length."""
        mask, most, found = np.uint32(letters(word)), slips(word), []
        for length in range(len(word) - most, len(word) + most + 1):
            if length in self._words:
                words, masks = self._words[length]
                near = np.flatnonzero(np.bitwise_count(masks ^ mask) <= 2 * most)
                found += [words[at] for at in near]
        return found


def distance(one: str, other: str, most: int) -> int:
    """Give how many slips lead from one word to the other: a letter more, less, another, or two changed over.

    Optimal string alignment; gives `most` + 1 for whatever is further.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def near(word: str, known: Iterable[str]) -> list[str]:
    """Give those of some words that are near one, itself left out: the nearest first."""
    most = slips(word)
    found = [(distance(word, other, most), other[0] != word[0], other) for other in known if other != word]
    return [other for far, _first, other in sorted(found) if far <= most][:NEAR]
