"""Weak signals: quiet times fire seldom in strict mode, a subject that spreads is found, whispers are not."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from rse.indicators.engine.signals import Contribution, Params, detect, read, spans, strict
from rse.indicators.engine.tokens import tokens
from rse.indicators.engine.windows import Calendar

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 6, 28)
WHEN = spans(Calendar(PARIS), DAY)
PARAMS = Params(5)
WORDS = [
    f"{a}{b}"
    for a in ("mou", "ver", "tan", "lor", "pic")
    for b in ("lage", "sier", "tique", "don", "rine", "meau")
]


def quiet(rng, threads=70):
    """Threads of the usual words over fourteen weeks: each on one day, as when its dates are shuffled."""
    written = []
    for root in range(threads):
        at = datetime.combine(DAY - timedelta(days=rng.randrange(98)), time(10), tzinfo=PARIS)
        for _ in range(rng.randint(1, 5)):
            author = f"p{rng.randrange(40)}"
            text = " ".join(rng.choices(WORDS, k=6))
            written.append(Contribution(at, author, f"t{int(author[1:]) % 6}", f"r{root}", text))
    return written


def spread(rng, authors, roots=4, teams=3):
    """A new word by so many people, in the last fortnight."""
    return [
        Contribution(
            datetime.combine(DAY - timedelta(days=rng.randrange(13)), time(11), tzinfo=PARIS),
            f"p{n}",
            f"t{n % teams}",
            f"n{n % roots}",
            f"Le badge bleu {rng.choice(WORDS)}",
        )
        for n in range(authors)
    ]


def fires(written, seed):
    found = detect(read(written, WHEN, set()), PARAMS)
    limit = strict(read(written, WHEN, set()), PARAMS, seed)
    return [signal.term.term for signal in found.emerging if signal.term.p < limit]


def test_quiet_times_seldom_fire_and_a_spreading_subject_is_found():
    fired = sum(bool(fires(quiet(random.Random(seed)), seed)) for seed in range(40))
    assert fired <= 4
    for seed in range(3):
        rng = random.Random(seed)
        assert "badge bleu" in fires(quiet(rng) + spread(rng, 12), seed)


@pytest.mark.parametrize(
    ("authors", "roots", "teams"), [(4, 4, 3), (12, 2, 3), (12, 4, 1)], ids=["few", "two threads", "one team"]
)
def test_what_few_people_threads_or_teams_say_is_no_signal(authors, roots, teams):
    rng = random.Random(1)
    found = detect(read(quiet(rng) + spread(rng, authors, roots, teams), WHEN, set()), PARAMS)
    assert not [s for s in found.emerging if "badge" in s.term.term]


def test_one_author_who_repeats_a_word_is_no_signal():
    rng = random.Random(2)
    flood = [c for c in spread(rng, 12) for _ in range(5)]
    loud = [Contribution(c.at, "p1", c.team, f"x{n}", c.text) for n, c in enumerate(flood)]
    assert not detect(read(quiet(rng) + loud, WHEN, set()), PARAMS).emerging
    once, often = (
        detect(read(quiet(random.Random(3)) + some, WHEN, set()), PARAMS)
        for some in (
            spread(random.Random(4), 12),
            [c for c in spread(random.Random(4), 12) for _ in range(3)],
        )
    )
    assert once.terms["badge"].y1 == often.terms["badge"].y1


def test_the_order_of_contributions_does_not_matter():
    rng = random.Random(5)
    written = quiet(rng) + spread(rng, 12)
    mixed = random.Random(6).sample(written, len(written))
    one, two = detect(read(written, WHEN, set()), PARAMS), detect(read(mixed, WHEN, set()), PARAMS)
    assert [s.term for s in one.emerging] == [s.term for s in two.emerging]
    assert strict(read(written, WHEN, set()), PARAMS, 1) == strict(read(mixed, WHEN, set()), PARAMS, 1)
    assert one.surfaces["badge bleu"] == "badge bleu"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Prends-en ! Vas-y, dit-il, là-bas", ["prend", "vas", "la-ba"]),
        ("J’ai l’accès www.exemple.fr/aide à l'atelier", ["acce", "atelier"]),
        ("Coupure de courant (bis)", ["coupure", "courant", "bis"]),
        ("```\ncode = 1\n``` journaux et tableaux", ["journal", "tableau"]),
        ("12 34 ab R2D2", ["r2d2"]),
    ],
)
def test_words_of_a_text(text, kept):
    stop = {"dit", "bas", "est", "les"}
    assert [token.key for token in tokens(text, stop)] == kept
