"""Indicators in words: habits, knowledge, ties, leaders, newcomers, skills, ideas, the pulse, signals."""

from dataclasses import dataclass
from typing import Any

from rse.core.i18n import lazy


@dataclass(frozen=True)
class Definition:
    """What people read about one indicator; every text is lazy. `key` is the figure that is drawn."""

    code: str
    key: str
    unit: str  # masked (a share in steps), share, hours, index (0 to 1), list (no figure)
    name: Any
    question: Any
    how: Any
    base: Any
    act: Any
    note: Any
    also: tuple[tuple[str, str, Any], ...] = ()  # (figure, unit, text with its value)


REG = Definition(
    "REG",
    "wau_mau",
    "masked",
    lazy("Weekly habit"),
    lazy("Is it a habit?"),
    lazy(
        "Of those who were there in the last 28 days: the share who were there in a week, as the mean of the "
        "four weeks. Weeks and not days: nobody has to come every day."
    ),
    lazy("the people who were there in the last 28 days"),
    lazy("Fix one day of the week for a thread that comes back."),
    lazy("Daily presence is not the aim, and would not agree with the right to disconnect."),
)
CONC = Definition(
    "CONC",
    "gini",
    "index",
    lazy("Concentration of contributions"),
    lazy("Are a few carrying everything?"),
    lazy(
        "Gini index of the contributions of 90 days, over those who were there: 0 when everybody writes as "
        "much, near 1 when one person writes everything. For the company also the absence factor: the least "
        "number of people who wrote half of it."
    ),
    lazy("the people who were there in the last 90 days"),
    lazy("Relieve the pillars: hand over one thread that comes back, invite a second voice."),
    lazy("To be read with the share of people who contribute: a few may carry many or nobody."),
    (
        ("absence_factor", "count", lazy("people who wrote half of it: %(value)s")),
        ("top10_share", "share", lazy("the tenth that writes most: %(value)s")),
    ),
)
KNOW = Definition(
    "KNOW",
    "rate",
    "share",
    lazy("Knowledge that is kept"),
    lazy("Is knowledge captured?"),
    lazy(
        "Share of the answered questions of 90 days that have an accepted answer, or that are pinned in "
        "their group."
    ),
    lazy("the authors of these questions"),
    lazy("Accept the right answer of three threads; have the most useful one pinned in its group."),
    lazy("Accepting just anything helps nobody: look at a few of them."),
)
RECIP = Definition(
    "RECIP",
    "rate",
    "share",
    lazy("Reciprocity"),
    lazy("Is it a conversation or a broadcast?"),
    lazy(
        "Share of the links between two colleagues in which both addressed the other: answers and mentions "
        "of the last 90 days."
    ),
    lazy("the people at both ends of these links"),
    lazy("Reply to those who reply to you."),
    lazy("Some links are rightly one-way: thanking for an announcement is no lack."),
)
COH = Definition(
    "COH",
    "giant",
    "masked",
    lazy("Cohesion of the network"),
    lazy("Is anyone left out?"),
    lazy(
        "Share of the people present in 90 days who are connected to one another, directly or through "
        "others, and share of those with no link at all."
    ),
    lazy("the people present in the last 90 days"),
    lazy("A welcome thread, clubs, a round of introductions."),
    lazy("No list of isolated people exists, for anybody."),
    (("isolates", "masked", lazy("without any link: %(value)s")),),
)
LEAD = Definition(
    "LEAD",
    "active",
    "masked",
    lazy("Visibility of leaders"),
    lazy("Are leaders active?"),
    lazy(
        "Share of those with the declared role of leader who wrote something in the last 28 days; and how "
        "much of what they wrote are replies."
    ),
    lazy("the leaders"),
    lazy("Answer three people; do not announce."),
    lazy("The role is declared and told to those who have it. A ghost-writer announces, and does not reply."),
    (("dialogue", "share", lazy("of what they wrote, replies: %(value)s")),),
)
NEW = Definition(
    "NEW",
    "spoke",
    "masked",
    lazy("Inclusion of newcomers"),
    lazy("Are newcomers included?"),
    lazy(
        "Of those whose first four weeks ended in the last 90 days: the share who wrote something in these "
        "weeks, and the share whom somebody answered or mentioned."
    ),
    lazy("these newcomers"),
    lazy("Greet them, and introduce them to two people outside the team."),
    lazy("Those who have left already are not in it: the figure looks better than life was."),
    (("welcomed", "masked", lazy("answered or mentioned: %(value)s")),),
)
EXP_VISIBLE = Definition(
    "EXP_VISIBLE",
    "rate",
    "masked",
    lazy("Visible expertise"),
    lazy("Does one find who knows?"),
    lazy("Share of the people who have declared at least one skill."),
    lazy("the people of the team"),
    lazy("Declare one skill yourself, and ask two colleagues for theirs."),
    lazy("A skill is what one offers to help with, not a mark."),
)
EXP_COVER = Definition(
    "EXP_COVER",
    "coverage",
    "share",
    lazy("Coverage of expertise"),
    lazy("Is there somebody to ask?"),
    lazy(
        "Share of the subjects of the questions of 90 days for which at least two people have declared the "
        "skill. A skill that one person alone has declared is at risk."
    ),
    lazy("the authors of these questions"),
    lazy("Find a deputy for one skill that one person alone holds."),
    lazy("Declaring everything helps nobody: an answer or an endorsement says more."),
    (
        ("asked_tags", "count", lazy("subjects asked about: %(value)s")),
        ("uncovered", "count", lazy("without anybody: %(value)s")),
        ("at_risk", "count", lazy("skills of one person alone: %(value)s")),
    ),
)
IDEA = Definition(
    "IDEA",
    "followed",
    "share",
    lazy("Follow-through of ideas"),
    lazy("Are ideas followed up?"),
    lazy(
        "Share of the ideas of 90 days to which somebody else gave a status within 28 days; and share of "
        "those that were accepted, declined or done in the end."
    ),
    lazy("the authors of these ideas"),
    lazy("Give one clear yes or no, with the reasons."),
    lazy("A well-explained no is follow-through."),
    (
        ("decided", "share", lazy("decided: %(value)s")),
        ("ideas", "count", lazy("ideas: %(value)s")),
    ),
)
MISS = Definition(
    "MISS",
    "very",
    "masked",
    lazy("Would it be missed?"),
    lazy("If the network disappeared tomorrow…"),
    lazy(
        "Of the latest pulse of the last 180 days: share of those who would miss it a lot, among those who "
        "had an opinion (Sean Ellis's test). The answers are anonymous; a random half is asked, active or "
        "not."
    ),
    lazy("those who answered with an opinion"),
    lazy("Ask what is missing, in the open, and say what you will do about it."),
    lazy("Forty in a hundred is a rule of thumb of young companies: for orientation only."),
    (("response_rate", "share", lazy("took part: %(value)s")),),
)
SIGNAL = Definition(
    "SIGNAL",
    "",
    "list",
    lazy("Weak signals"),
    lazy("What new subject is emerging?"),
    lazy(
        "Words of the last fortnight that many people of several teams use in several threads, and that few "
        "used in the twelve weeks before (exact test, with a limit to false discoveries). To be checked: "
        "about one quiet fortnight in four gives a false one."
    ),
    lazy("the authors of contributions that everybody may read"),
    lazy("Read the threads, and answer in the open."),
    lazy("Subjects, never opinions or moods. A person looks at it before everybody does."),
)
