"""The language of the search box: words, "phrases", -without, prefix*, and filters as in `author:`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rse.search import analysis
from rse.search.engine import Wider

MAX_TEXT = 400  # characters of a question
MAX_WORDS = 24
MIN_PREFIX = 3  # letters
SENTENCE = 3  # words: a sentence in capitals names nothing
TELLING = 2  # words beside which greetings and the like are not looked for
GREETINGS = """
bonjour bonsoir salut merci svp stp hello hi hey please thanks thank trop
sait savez saurait connais connaissez anyone anybody someone somebody know knows
non combien dois doit devons devez doivent puis peux pouvez peuvent many much must
"""
SAID_BESIDE = frozenset(GREETINGS.split())  # in a question, folded; in a phrase each word is meant
TURNED = re.compile(  # "peut-il", "dois-je", "y a-t-il", as one word
    r"(?:y?a|va)t(?:il|elle|on)|(?:ai|puis|dois|peux)je|(?:as|dois|peux)tu|(?:pouv|dev|av)(?:onsnous|ezvous)"
    r"|(?:est|sait|peut|doit|faut|sera|serait|pourrait|devrait|fait)(?:il|elle|on|ce)"
    r"|(?:sont|ont|peuvent|doivent|seront)(?:ils|elles)"
)
FILTERS = ("author", "group", "tag", "kind", "type", "department", "site", "from", "to", "has", "is")
PIECE = re.compile(
    r"""(?P<minus>-(?=[^\s-]))?
        (?:(?P<filter>[a-z]+):(?=[^\s/])(?:"(?P<quoted>[^"]*)"|(?P<value>\S+))
         | ["«“](?P<phrase>[^"»”]*)["»”]
         | (?P<word>[^\s"«»“”]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be found: by its stem, better by its exact form, or as its parts one after the other.

    Several words that mean one thing together are one whose `each` holds them.
    """

    exact: str
    stem: str
    parts: tuple["Word", ...] = ()
    gap: int = 0  # places after the phrase's first word
    prefix: bool = False
    each: tuple["Word", ...] = ()
    others: tuple["Other", ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """What may stand for a word: other words, all of them, that count less."""

    words: tuple[Word, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question, read."""

    words: Sequence[Word] = ()
    phrases: Sequence[Sequence[Word]] = ()
    without: Sequence[Word] = ()
    without_phrases: Sequence[Sequence[Word]] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    plain: str = ""  # the text without filters and signs: for highlights and for "ask it"

    @property
    def asks(self) -> bool:
        """Tell whether there is anything to look for in texts."""
        return bool(self.words or self.phrases)


def words_of(text: str) -> list[Word]:
    """Read plain text as words. A question of nothing but small words keeps them: they may be names."""
    if text.isupper() and len(text.split()) >= SENTENCE:
        text = text.lower()
    return _words(text) or _words(text.upper())


def _words(text: str) -> list[Word]:
    found = []
    for token in analysis.tokens(text[:MAX_TEXT]):
        main, *rest = token.forms
        whole_place = token.place
        parts = tuple(Word(f.exact, f.stem, gap=f.offset) for f in rest) if main.width > 1 else ()
        found.append(Word(main.exact, main.stem, parts, whole_place))
    return found[:MAX_WORDS]


def phrase_of(text: str) -> list[Word]:
    """Read the words of a phrase with the places between them, compounds taken apart."""
    flat: list[Word] = []
    for word in words_of(text):
        if word.parts:
            flat += [Word(part.exact, part.stem, gap=word.gap + part.gap) for part in word.parts]
        else:
            flat.append(word)
    if not flat:
        return []
    first = flat[0].gap
    return [Word(word.exact, word.stem, gap=word.gap - first) for word in flat]


def telling(words: list[Word]) -> list[Word]:
    """Leave out what one says beside a question, where enough is left: "bonjour", "puis-je"."""
    kept = [word for word in words if word.exact not in SAID_BESIDE and not TURNED.fullmatch(word.exact)]
    return kept if len(kept) >= TELLING else words


def _unique(words: list[Word]) -> list[Word]:
    return list({(word.exact, word.prefix): word for word in words}.values())[:MAX_WORDS]


def _prefix(piece: str) -> list[Word]:
    """Read `licenc*`: the letters as typed, folded; too short a beginning is a word like another."""
    bare = analysis.fold(piece.rstrip("*"))
    letters = analysis.PARTS.findall(bare)
    if len(letters) != 1 or len(letters[0]) < MIN_PREFIX:
        return words_of(bare)
    return [Word(letters[0], letters[0], prefix=True)]


def parse(text: str) -> Parsed:
    """Read a question. Nothing in it is an error: what is not understood is looked for as words."""
    words: list[Word] = []
    phrases: list[list[Word]] = []
    without: list[Word] = []
    without_phrases: list[list[Word]] = []
    filters: dict[str, list[str]] = {}
    plain: list[str] = []
    run: list[str] = []  # neighbouring words are read together, so that R . G . P . D or elisions hold
    for match in PIECE.finditer(text[:MAX_TEXT].replace("\x00", " ")):
        name, minus = match["filter"], bool(match["minus"])
        if name in FILTERS and not minus:
            value = match["quoted"] if match["quoted"] is not None else match["value"]
            filters.setdefault(name, []).append(value)
            continue
        if match["phrase"] is not None:
            (without_phrases if minus else phrases).append(phrase_of(match["phrase"]))
            plain += [] if minus else [match["phrase"]]
            continue
        piece = match.group().removeprefix("-") if minus else match.group()
        if minus:
            without += words_of(piece)
        elif piece.endswith("*"):
            words += _prefix(piece)
            plain.append(piece.rstrip("*"))
        else:
            run.append(piece)
            plain.append(piece)
    words += telling(words_of(" ".join(run))) if run else []
    return Parsed(
        _unique(words),
        [p for p in phrases if p][:8],
        _unique(without),
        [p for p in without_phrases if p][:8],
        filters,
        " ".join(plain),
    )


def widen(parsed: Parsed, wider: Sequence[Wider]) -> Parsed:
    """Let other words stand for some of those that are asked for: synonyms, or another spelling."""
    words = list(parsed.words)
    by_source: dict[tuple[str, ...], list[Other]] = {}
    for source, text, weight in wider:
        found = tuple(words_of(text))
        if source and found:
            by_source.setdefault(source, []).append(Other(found, weight))
    for source in sorted(by_source, key=len, reverse=True):
        many, others = len(source), tuple(by_source[source])
        for start in range(len(words) - many + 1):
            part = tuple(words[start : start + many])
            if tuple(word.stem for word in part) != source or any(w.prefix or w.each for w in part):
                continue
            if many == 1:
                words[start] = replace(part[0], others=part[0].others + others)
            else:
                said = " ".join(word.exact for word in part)
                words[start : start + many] = [Word(said, said, each=part, others=others)]
    return replace(parsed, words=words)


def apart(parsed: Parsed) -> Parsed:
    """Take words that mean one thing together as words again: for what holds only some of them."""
    words = [part for word in parsed.words for part in (word.each or (word,))]
    return replace(parsed, words=words)


def every(words: Sequence[Word]) -> list[Word]:
    """Give all the single words that may be met: those asked for, and what stands for them."""
    met: list[Word] = []
    for word in words:
        met += every(word.each) if word.each else [word]
        for other in word.others:
            met += every(other.words)
    return met
