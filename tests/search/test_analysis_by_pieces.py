"""What is indexed is read by pieces between spaces; it is the same as read word by word, on either engine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rse.core.feature import Document
from rse.search import whoosh_index
from rse.search.postgres_text import MAX_BYTES, MAX_PLACE, MAX_PLACES, vector_of
from rse.search.texts import placed
from rse.search.whoosh_index import postings_of

GUIDES = sorted((Path(__file__).parents[2] / "docs").glob("employee-guide*.md"))
REAL = [part for guide in GUIDES for part in guide.read_text().split("\n\n") if part.strip()]
PARTS = st.sampled_from(
    [" ", "\n", "\u00a0", "\u2003", "\u0301", "'", "’", "-", "–", ".", "@", "+", "#", "/", "_", "&", ",", "é", "œ", "ß"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["l'été", "C++", "c#", ".NET", "R.G.P.D.", "a.b@c.example", "rendez-vous", "L1234-5", "le", "IT"]
)
TEXTS = st.lists(PARTS | WORDS | st.sampled_from(REAL) | st.text(max_size=6), max_size=30).map("".join)


def document(title: str, body: str) -> Document:
    return Document(
        "post:1", "post", "everyone", title, body, datetime(2026, 1, 1, tzinfo=UTC), 1, tags=("x'y",)
    )


def plain_vector(one: Document) -> Iterator[str]:
    """Write the lexemes one word after the other, as PostgreSQL is to have them."""
    places: dict[str, list[str]] = {}
    size = 0
    for of_title, place, token in placed(one):
        for form in token.forms:
            at = f"{min(place + form.offset + 1, MAX_PLACE)}{'A' if of_title else ''}"
            for lexeme in (form.stem, "=" + form.exact):
                size += 2 if lexeme in places else 2 * len(lexeme.encode()) + 8
                places.setdefault(lexeme, []).append(at)
        if size > MAX_BYTES:
            break
    return (f"'{lexeme}':{','.join(at[:MAX_PLACES])}" for lexeme, at in places.items())


def plain_postings(one: Document) -> tuple[dict[bytes, list[int]], dict[bytes, int]]:
    """Give the places of the exact words, and how often stems occur."""
    places: dict[bytes, list[int]] = {}
    stems: dict[bytes, int] = {}
    for of_title, place, token in placed(one):
        for form in token.forms:
            weight = whoosh_index.TITLE_WEIGHT if of_title else 1
            places.setdefault(form.exact.encode(), []).extend([min(place + form.offset, 65_535)] * weight)
            stems[form.stem.encode()] = stems.get(form.stem.encode(), 0) + weight
    return places, stems


def agree(one: Document) -> None:
    vector = vector_of(one)
    assert sorted(vector.text.split()) == sorted([*plain_vector(one), "'#x''y'"])
    assert {f"'={word}'" for word in vector.words} == {
        lexeme.rpartition(":")[0] for lexeme in plain_vector(one) if lexeme.startswith("'=")
    }
    exact, stems = postings_of(one)
    places, many = plain_postings(one)
    assert {word: list(memoryview(at).cast("H")) for word, _n, _weight, at in exact} == places
    assert {word: n for word, n, _weight, _at in stems} == many
    assert all(n == len(at) // 2 for _word, n, _weight, at in exact)


@given(TEXTS, TEXTS)
def test_by_pieces_is_word_by_word(title: str, body: str) -> None:
    agree(document(title, body))


def test_real_texts() -> None:
    for text in REAL:
        agree(document(text[:40], text))
    agree(document("", "\n\n".join(REAL)))


def test_what_is_too_long_is_cut_at_the_same_word() -> None:
    chance = random.Random(3)
    rare = [f"{number:x}é" for number in range(90_000)]
    chance.shuffle(rare)
    for between in (" ", ",", "-"):  # one word each; one piece without an end; one word
        agree(document("mot " * 9, between.join(rare)))
    agree(document("", "mot autre " * 30_000))
