"""Words of a text as keys, for the detection of new subjects (INDICATORS section 5, tokens)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from unicodedata import combining, normalize

APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
APART = (  # what is no text: each becomes the end of a sentence
    re.compile(r"```.*?```", re.DOTALL),
    re.compile(r"`[^`]*`"),
    re.compile(r"https?://\S+|www\.\S+"),
    re.compile(r"\S+@\S+"),
    re.compile(r"@[\w.\-]+"),
)
ELISION = re.compile(r"\b(?:jusqu|lorsqu|puisqu|quoiqu|presqu|qu|[cdjlmnst])'(?=\w)")
POSSESSIVE = re.compile(r"(?<=\w)'s\b")
CLITIC = re.compile(
    r"-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|ce|ci|la|là|le|les|moi|toi|y|en)\b"
)  # fmt: skip
SENTENCE = re.compile(r'[.!?;:\n()\[\]«»"…]')
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SHORTEST = 3  # letters of a kept word
LONG, SHORT = 4, 3  # letters: a longer word in -aux, in -s, is a plural
GAP = 2  # positions between the words of a bigram: one stop word may stand between


@dataclass(frozen=True, slots=True)
class Token:
    """A kept word: its key, how it was written, its sentence, and its place among all words of it."""

    key: str
    surface: str
    sentence: int
    place: int


@lru_cache(maxsize=100_000)  # texts repeat their words
def fold(word: str) -> str:
    """Write a word without ligatures and marks."""
    plain = normalize("NFKD", word.translate(LIGATURES))
    return "".join(letter for letter in plain if not combining(letter))


def folded(word: str) -> str:
    """Fold a name of the directory or a stop word as texts are folded."""
    return fold(normalize("NFKC", word).lower())


@lru_cache(maxsize=100_000)
def key(word: str) -> str:
    """Bring a folded word to the form under which it is counted: plurals to the singular."""
    if len(word) > LONG and word.endswith("eaux"):
        return word[:-1]
    if len(word) > LONG and word.endswith("aux"):
        return word[:-3] + "al"
    if len(word) > SHORT and word[-1] in "sx" and not word.endswith("ss"):
        return word[:-1]
    return word


def tokens(text: str, dropped: Collection[str]) -> list[Token]:
    """Give the kept words of a text, in order; `dropped` holds stop words and names, folded."""
    return list(_tokens(text, dropped))


def _tokens(text: str, dropped: Collection[str]) -> Iterator[Token]:
    plain = normalize("NFKC", text).lower().translate(APOSTROPHES)
    for pattern in APART:
        plain = pattern.sub(" . ", plain)
    plain = CLITIC.sub(" ", POSSESSIVE.sub("", ELISION.sub("", plain)))
    for sentence, part in enumerate(SENTENCE.split(plain)):
        for place, found in enumerate(WORD.finditer(part)):
            word = fold(found.group())
            if len(word) >= SHORTEST and not word.isdigit() and word not in dropped:
                yield Token(key(word), found.group(), sentence, place)


def terms(kept: list[Token]) -> dict[str, str]:
    """Give the keys and bigrams of a text, each with how it is written there first."""
    found: dict[str, str] = {}
    for token in kept:
        found.setdefault(token.key, token.surface)
    for one, two in pairwise(kept):
        if one.sentence == two.sentence and two.place - one.place <= GAP:
            found.setdefault(f"{one.key} {two.key}", f"{one.surface} {two.surface}")
    return found
