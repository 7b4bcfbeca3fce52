"""The indicators in words: the question, what is counted, what one can do this week, who is described."""

from collections.abc import Mapping

from rse.core.i18n import lazy
from rse.indicators.wordings import (
    COH,
    CONC,
    EXP_COVER,
    EXP_VISIBLE,
    IDEA,
    KNOW,
    LEAD,
    MISS,
    NEW,
    RECIP,
    REG,
    SIGNAL,
    Definition,
)

__all__ = ["ALL", "BY_CODE", "CODES", "OF_TEAMS", "PAIRS", "REASONS", "TEAM", "Definition"]

ACT = Definition(
    "ACT",
    "rate",
    "masked",
    lazy("Active people"),
    lazy("Is the team present?"),
    lazy(
        "Share of the people of the team on Sunday who were there at least once in the last 28 days: a visit "
        "with an interaction or ten seconds of attention, a contribution, a reaction."
    ),
    lazy("the people of the team"),
    lazy(
        "First check that everybody can sign in, on a phone too; then hold one regular meeting point of the "
        "team here."
    ),
    lazy("Presence is not performance: this figure says whether the network is within reach."),
)
LADDER = Definition(
    "LADDER",
    "contributors",
    "masked",
    lazy("People who contribute"),
    lazy("Who reads, reacts, writes?"),
    lazy(
        "Share of the people of the team who wrote at least one post or comment in the last 28 days. For the "
        "company also the share of those who only reacted, only read, or were absent."
    ),
    lazy("the people of the team"),
    lazy("Ask two open questions; thank somebody for a first post."),
    lazy("Reading is taking part too: nobody has to write."),
)
ANS = Definition(
    "ANS",
    "rate",
    "share",
    lazy("Contributions that got an answer"),
    lazy("Do contributions get answers?"),
    lazy(
        "Share of the questions, discussions and ideas of four weeks that a colleague answered within 72 "
        "hours. The latest three days are left out, so that each had its full time. Reactions are no answers."
    ),
    lazy("the authors of these posts"),
    lazy("Answer, or tag an expert on, the three oldest questions without an answer."),
    lazy("To be read with the time to the first answer: fast answers to few posts are worth little."),
)
TTFR = Definition(
    "TTFR",
    "median_hours",
    "hours",
    lazy("Time to the first answer"),
    lazy("How fast does an answer come?"),
    lazy(
        "Median of the hours from the same posts to the first answer of a colleague. A post without an "
        "answer in 72 hours counts as later than all others, so that ignoring hard questions cannot "
        "improve it."
    ),
    lazy("the authors of these posts"),
    lazy("Agree on a rota of question-keepers: one person a day looks at what waits."),
    lazy("To be read with the share of answered contributions."),
)
SILO = Definition(
    "SILO",
    "external_share",
    "share",
    lazy("Links to other teams"),
    lazy("Are silos crossed?"),
    lazy(
        "Two colleagues are linked when one answered or mentioned the other in the last 90 days. The figure "
        "is the share of the team's links that lead to another team (Krackhardt and Stern, 1988)."
    ),
    lazy("the people at both ends of these links, as far as they are of the team"),
    lazy("Ask another team one question; host a group together."),
    lazy("A small team has more links outside by arithmetic: look at the trend, not at the level."),
)
ALL = (
    ACT, REG, LADDER, CONC, ANS, TTFR, KNOW, SILO, RECIP, COH, LEAD, NEW, EXP_VISIBLE, EXP_COVER, IDEA, MISS,
    SIGNAL,
)  # fmt: skip
BY_CODE: Mapping[str, Definition] = {definition.code: definition for definition in ALL}
CODES = tuple(definition.code for definition in ALL if definition.key)  # those that have a figure
DRAWINGS = (
    "LORENZ",
    "TTFR_SPREAD",
    "ANS_HOURS",
    "SILO_MAP",
    "EXP_MAP",
    "IDEA",
)  # what the drawings are made of
TEAM = ("ACT", "REG", "LADDER", "CONC", "ANS", "TTFR", "KNOW", "SILO")  # those on a team's page
OF_TEAMS = (*TEAM, "EXP_VISIBLE", "MISS")  # published for teams
PAIRS = (("LADDER", "CONC"), ("ANS", "TTFR"))  # they fight each other: shown side by side

REASONS = {
    "suppressed_primary": lazy(
        "This would describe fewer than %(floor)s people, so it is not shown to anybody."
    ),
    "suppressed_complementary": lazy(
        "Together with the figures of other teams or of the week before, this would let somebody work out a "
        "group of fewer than %(floor)s people, so it is not shown to anybody."
    ),
    "suppressed_held": lazy(
        "Hidden for a week more: beside last week's figures it would let somebody work out a group of fewer "
        "than %(floor)s people."
    ),
    "masked": lazy("In a group of this size, any percentage would say something about single people."),
    "empty": lazy("Nothing to count in these weeks."),
}
