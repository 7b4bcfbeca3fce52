"""Figures on contents: answers and their time, knowledge that is kept, skills asked for, ideas, the pulse."""

from sqlalchemy import Subquery, case, func, literal, null, select, union_all

from rse.indicators.engine.masking import mask
from rse.indicators.engine.models import Holder, Opinion, Thread, ThreadTag
from rse.indicators.engine.statements import (
    DIGITS,
    Cell,
    Figures,
    Indicator,
    Moment,
    Statement,
    cohort,
    count_if,
    one_statement,
    ratio,
)
from rse.indicators.engine.windows import ANSWER_HOURS, HOUR, IDEA_HOURS, micros
from rse.indicators.models import COMPANY

ASKED = ("question", "discussion", "idea")
NEVER = 2**62  # microseconds: later than any reply
SINGLE = 1  # holder of a skill: a risk
TELLING = ("very", "somewhat", "not")  # answers of the pulse that say something


def waits(moment: Moment) -> Subquery:
    """Give the posts that ask for an answer with the time to it, NEVER where there was none in 72 hours."""
    posts = cohort(moment, ASKED, 28, ANSWER_HOURS)
    reply_by = posts.c.at + ANSWER_HOURS * HOUR
    wait = case((posts.c.first_reply_at < reply_by, posts.c.first_reply_at - posts.c.at), else_=null())
    columns = (posts.c.cell, posts.c.person, posts.c.at, func.coalesce(wait, NEVER).label("wait"))
    return select(*columns).subquery("waits")


def _authors(moment: Moment) -> Statement:
    posts = waits(moment)
    return select(posts.c.cell, posts.c.person).distinct()


def _answered(moment: Moment) -> Statement:
    posts = waits(moment)
    answered = count_if(posts.c.wait < NEVER).label("answered")
    return select(posts.c.cell, func.count().label("posts"), answered).group_by(posts.c.cell)


def _median(moment: Moment) -> Statement:
    posts = waits(moment)
    place = func.row_number().over(partition_by=posts.c.cell, order_by=posts.c.wait).label("place")
    n = func.count().over(partition_by=posts.c.cell).label("n")
    ranked = select(posts.c.cell, posts.c.wait, place, n).subquery("ranked")
    middle = ranked.c.place.in_([(ranked.c.n + 1) // 2, (ranked.c.n + 2) // 2])
    low, high = func.min(ranked.c.wait).label("low"), func.max(ranked.c.wait).label("high")
    return select(ranked.c.cell, low, high).where(middle).group_by(ranked.c.cell)


def _median_internal(cell: Cell) -> Figures:
    if not cell.row:
        return {"median_hours": None, "not_reached": False}
    if cell.n("high") >= NEVER:
        return {"median_hours": None, "not_reached": True}
    hours = (cell.n("low") + cell.n("high")) / (2 * HOUR)
    return {"median_hours": round(hours, DIGITS), "not_reached": False}


def _answered_questions(moment: Moment) -> Subquery:
    return cohort(moment, ("question",), 90, ANSWER_HOURS, Thread.n_eligible > 0)


def _askers(moment: Moment) -> Statement:
    posts = _answered_questions(moment)
    return select(posts.c.cell, posts.c.person).distinct()


def _kept(moment: Moment) -> Statement:
    posts = _answered_questions(moment)
    kept = count_if(posts.c.captured).label("kept")
    return select(posts.c.cell, func.count().label("questions"), kept).group_by(posts.c.cell)


def _ideas(moment: Moment) -> Subquery:
    return cohort(moment, ("idea",), 90, IDEA_HOURS)


def _inventors(moment: Moment) -> Statement:
    posts = _ideas(moment)
    return select(posts.c.cell, posts.c.person).distinct().where(posts.c.cell == COMPANY)


def _followed(moment: Moment) -> Statement:
    posts = _ideas(moment)
    return (
        select(
            posts.c.cell,
            func.count().label("ideas"),
            count_if(posts.c.followed_at < posts.c.at + IDEA_HOURS * HOUR).label("followed"),
            count_if(posts.c.decided).label("decided"),
        )
        .where(posts.c.cell == COMPANY)
        .group_by(posts.c.cell)
    )


def asked_tags(moment: Moment) -> Statement:
    """Give the tags of the counted questions of W90 with the number of questions."""
    return (
        select(ThreadTag.tag, func.count().label("questions"))
        .join(Thread, Thread.root_id == ThreadTag.root_id)
        .where(Thread.kind == "question", Thread.at >= micros(moment.windows.start(90)))
        .where(Thread.at < micros(moment.windows.end))
        .group_by(ThreadTag.tag)
    )


def held_tags() -> Statement:
    """Give the tags that people of P have declared with the number of these people."""
    return select(Holder.tag, func.count().label("holders")).group_by(Holder.tag)


def _coverage(moment: Moment) -> Statement:
    asked, held = asked_tags(moment).subquery("asked"), held_tags().subquery("held")
    known = func.coalesce(held.c.holders, 0)
    both = asked.outerjoin(held, held.c.tag == asked.c.tag)
    single = select(func.count()).select_from(held).where(held.c.holders == SINGLE)
    return select(
        literal(COMPANY).label("cell"),
        func.count().label("asked"),
        count_if(known > SINGLE).label("covered"),
        count_if(known == 0).label("uncovered"),
        single.scalar_subquery().label("at_risk"),
    ).select_from(both)


def _coverage_bases(moment: Moment) -> Statement:
    asked = select(literal(COMPANY).label("cell"), Thread.author_id.label("person")).distinct()
    asked = asked.join(ThreadTag, ThreadTag.root_id == Thread.root_id)
    asked = asked.where(Thread.kind == "question", Thread.at >= micros(moment.windows.start(90)))
    return asked.where(Thread.at < micros(moment.windows.end))


def _coverage_internal(cell: Cell) -> Figures:
    return {
        "coverage": ratio(cell.n("covered"), cell.n("asked")),
        "asked_tags": cell.n("asked"),
        "uncovered": cell.n("uncovered"),
        "at_risk": cell.n("at_risk"),
    }


def _opinions() -> Subquery:
    own = select(Opinion.cell_id.label("cell"), Opinion.answer_id, Opinion.answer)
    everyone = select(literal(COMPANY).label("cell"), Opinion.answer_id, Opinion.answer)
    return union_all(everyone, own).subquery("opinions")


def _missed(_moment: Moment) -> Statement:
    given = _opinions()
    return select(
        given.c.cell,
        func.count().label("answers"),
        count_if(given.c.answer == "very").label("very"),
        count_if(given.c.answer.in_(TELLING)).label("told"),
    ).group_by(given.c.cell)


def _missed_bases(_moment: Moment) -> Statement:
    given = _opinions()
    return select(given.c.cell, given.c.answer_id.label("person")).where(given.c.answer.in_(TELLING))


def _missed_internal(cell: Cell) -> Figures:
    figures: Figures = {"very": ratio(cell.n("very"), cell.n("told"))}
    if cell.company:
        figures["response_rate"] = ratio(cell.n("answers"), cell.moment.asked)
    return figures


def _missed_published(cell: Cell, internal: Figures) -> Figures:
    return internal | {"very": mask(cell.n("very"), cell.base)}


INDICATORS = (
    Indicator(
        "ANS", one_statement(_answered), _authors,
        lambda cell: {"rate": ratio(cell.n("answered"), cell.n("posts")), "posts": cell.n("posts")},
    ),
    Indicator("TTFR", one_statement(_median), _authors, _median_internal),
    Indicator(
        "KNOW", one_statement(_kept), _askers,
        lambda cell: {"rate": ratio(cell.n("kept"), cell.n("questions")), "questions": cell.n("questions")},
    ),
    Indicator("EXP_COVER", one_statement(_coverage), _coverage_bases, _coverage_internal, teams=False),
    Indicator(
        "IDEA", one_statement(_followed), _inventors,
        lambda cell: {
            "followed": ratio(cell.n("followed"), cell.n("ideas")),
            "decided": ratio(cell.n("decided"), cell.n("ideas")),
            "ideas": cell.n("ideas"),
        },
        teams=False,
    ),
    Indicator("MISS", one_statement(_missed), _missed_bases, _missed_internal, _missed_published),
)  # fmt: skip
