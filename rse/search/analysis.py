"""The one analysis of texts, shared by every engine, by the queries and by the highlights.

A text becomes words; a word becomes *exact* forms (accents folded, elision stripped, acronym and hyphen
joined) and *stems* (English, then French, both on the folded word: queries without accents meet accented
words). Everything about one surface word is computed once and remembered.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from snowballstemmer import stemmer

from rse.search.engine import real_lock

VERSION = 3  # part of the index's version: an index made by another analysis is made again
MAX_SURFACE = 160  # characters; what is longer is cut, so that a pasted key or picture costs nothing
MAX_WORD = 64  # characters of one indexed form
ACRONYM = 3  # letters: what is no longer is not stemmed
AGENT_LENGTH = 6  # letters, so that `peur` and `deux` are not taken for trades
REMEMBERED = 200_000  # surface words

WORD = re.compile(
    r"""
      (?<![\w.+%-])[\w.+%-]{1,64}@\w[\w-]{0,63}(?:\.\w[\w-]{0,63})+  # e-mail address
    | (?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?  # R.G.P.D.
    | (?<!\w)[A-Za-z](?:\+\+|\#)(?!\w)       # C++, C#
    | (?<!\w)\.(?:net|NET|Net)\b             # .NET
    | \w+(?:['’.\-–/&_+]\w+)*                # node.js, rendez-vous, l'entretien, L1234-5, R&D
    """,
    re.VERBOSE,
)
AGENT = re.compile(r"(?:eur|euse|eux|trice)s?$")  # développeur, développeuse; directeur, directrice
PARTS = re.compile(r"[^\W_]+")
ELISION = re.compile(r"^(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|entr)'(?=\w)")
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "ı": "i", "’": "'"})
SMALL_WORDS = """
le la les un une des du de au aux et ou ni que qui quoi dont ce cet cette ces se sa ses mon ma mes ton ta tes
notre nos votre vos leur leurs je tu il elle on nous vous ils elles y en ne pas plus est sont etait etre ai
avons avez ont avait avoir dans par pour sur avec sans sous vers chez si comme mais donc quand comment
pourquoi quel quelle quels quelles cela ca meme aussi tres ceci fait faire peut faut doesnt didnt
a an the and or not no of to in on at by for from with is are was were be been am do does did has have had it
its this that these those i you he she we they my your his her our their me him them us what which who whom
when where why how if then than so there here can could would should will shall may might just im ive cant
wont
"""
STOP = frozenset(SMALL_WORDS.split())  # French and English, folded
DISMISSAL = "licenci"  # licenciement, licencier, licencié: no licence
APART = {  # what the stemmers would take for the name of a tool, or for another word
    "deces": "deces",
    "decision": "decision",
    "decisions": "decision",
    "equipe": "equipe",
    "equipes": "equipe",
    "reprise": "reprise",
    "reprises": "reprise",
    "excellent": "excellent",
    "excellente": "excellent",
    "excellents": "excellent",
    "excellence": "excellent",
    "accessible": "accessibl",
    "accessibles": "accessibl",
    "accessibility": "accessibl",
    "accessibilite": "accessibl",
}
_english = stemmer("english").stemWord
_french = stemmer("french").stemWord
_stemming = real_lock()  # a stemmer works on its own state


@dataclass(frozen=True, slots=True)
class Form:
    """One word as indexed: `offset` is its place after the first form of the same surface word."""

    exact: str
    stem: str
    offset: int
    width: int  # places that it takes: 1, or the parts that a compound is made of


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: where it stands (characters), its place (words), what it is indexed as."""

    start: int
    end: int
    place: int
    forms: tuple[Form, ...]


def fold(text: str) -> str:
    """Lower case without accents: `Été` and `ete` are the same word."""
    text = text.lower()
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=REMEMBERED)
def stem(folded: str) -> str:
    """Give the stem of a folded word; words with digits or signs, and short ones, are kept."""
    if folded in APART:
        return APART[folded]
    if folded.startswith(DISMISSAL):
        return DISMISSAL
    if len(folded) <= ACRONYM or not folded.isalpha() or not folded.isascii():
        return folded
    if len(folded) >= AGENT_LENGTH and (ending := AGENT.search(folded)):
        return folded[: ending.start()] + ("teu" if ending.group().startswith("t") else "eu")
    with _stemming:
        stemmed: str = _french(_english(folded))
    return stemmed


def _compound(whole: str, parts: list[str]) -> tuple[Form, ...]:
    """Read a hyphenated or dotted word: joined (`rendezvous`; with its signs if it has digits), and parts."""
    joined = (whole if any(letter.isdigit() for letter in whole) else "".join(parts))[:MAX_WORD]
    forms = [Form(joined, stem(joined), 0, len(parts))]
    forms += [Form(part, stem(part), place, 1) for place, part in enumerate(parts) if part not in STOP]
    return tuple(forms)


@lru_cache(maxsize=REMEMBERED)
def forms(surface: str) -> tuple[Form, ...]:
    """Give what one surface word is indexed as, its main form first; nothing for a small word of grammar.

    A small word in capitals is a name (`SI`, `IT`) and kept.
    """
    shouted = len(surface) > 1 and surface.isupper()
    word = fold(surface[:MAX_SURFACE])
    if "@" in word:
        parts = PARTS.findall(word.split("@", 1)[0])
        return (Form(word, word, 0, 1), *(Form(part, stem(part), 0, 1) for part in parts if part != word))
    if "'" in word:
        word = ELISION.sub("", word).removesuffix("'s").replace("'", "")
    parts = PARTS.findall(word)
    if not parts or (word in STOP and not shouted):
        return ()
    if word.endswith(("+", "#")) or word.startswith("."):
        return (Form(word, word, 0, 1),)
    if len(parts) == 1 or all(len(part) == 1 for part in parts):
        joined = "".join(parts)[:MAX_WORD]
        return (Form(joined, stem(joined), 0, 1),)
    return _compound(word, parts)


def tokens(text: str) -> Iterator[Token]:
    """Give the words of a text in order. Small words of grammar take a place and are not given."""
    place = 0
    for match in WORD.finditer(unicodedata.normalize("NFC", text)):
        found = forms(match.group())
        if found:
            yield Token(match.start(), match.end(), place, found)
            place += found[0].width
        else:
            place += 1


def piece(text: str) -> tuple[int, tuple[tuple[int, tuple[Form, ...]], ...]]:
    """Read what stands between two spaces: how many places it takes, and its words, each with its place.

    No word goes over a space, and none depends on what stands beyond: a text is the sum of its pieces.
    """
    place, words = 0, []
    for surface in WORD.findall(text):
        found = forms(surface)
        if found:
            words.append((place, found))
        place += found[0].width if found else 1
    return place, tuple(words)
