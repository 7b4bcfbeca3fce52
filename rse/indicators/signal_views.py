"""Pages of weak signals: what was published, for everybody; and the queue of who decides."""

import re
from typing import Any

from rse.core import db
from rse.core.i18n import _
from rse.core.policy import NotFound
from rse.core.web import EMPLOYEE, flash, having, page, read_form, route, see_other, settings, viewer
from rse.indicators import queries, service, signals
from rse.indicators.schemas import Listening, Verdict
from rse.indicators.views import blueprint

__all__ = ["blueprint"]
DECIDING = having("community_manager")


@route(blueprint, "/signals", rule=EMPLOYEE)
def weak_signals() -> Any:
    """Show what was published, this week's and the weeks' before, and how it is found."""
    session, who, week = db.session(), viewer(), queries.week(db.session())
    last = week.day if week else None
    told = signals.published(session, who, last) if last else []
    decides = DECIDING.allows(who)
    queue = signals.queue(session, who, last) if last and decides else []
    return page(
        "indicators/signals.html",
        last=last,
        now=[one for one in told if one.day == last],
        earlier=[one for one in told if one.day != last],
        strict=signals.strict_only(session),
        company_shown=queries.may_see_company(session, who),
        floor=week.floor if week else settings().floor,
        decides=decides,
        waiting=sum(one.state == "waiting" for one in queue),
    )


@route(blueprint, "/signals/review", rule=DECIDING)
def review_signals() -> Any:
    """Show what waits for a decision, what was decided, and the settings."""
    session, week = db.session(), queries.week(db.session())
    return page(
        "indicators/signals_review.html",
        found=signals.queue(session, viewer(), week.day) if week else [],
        strict=signals.strict_only(session),
        words="\n".join(signals.blocked(session)),
    )


@route(blueprint, "/signals/decide", rule=DECIDING, methods=("POST",), limit="60/minute")
def decide_signal() -> Any:
    """Publish or refuse one."""
    given = read_form(Verdict).value
    if given is None:
        raise NotFound
    row = service.decide(db.session(), viewer(), given.day, given.term, given.verdict)
    if row.state == "published":
        flash(_("“%(term)s” is published: everybody in the company can see it.", term=row.label), "ok")
    else:
        flash(_("“%(term)s” is not shown.", term=row.label), "ok")
    return see_other(".review_signals")


@route(blueprint, "/signals/settings", rule=DECIDING, methods=("POST",), limit="60/minute")
def keep_listening() -> Any:
    """Keep strict mode and the company's own block-list."""
    given = read_form(Listening).input
    words = {word.strip().lower() for word in re.split(r"[\n,;]+", given.words)} - {""}
    service.block(db.session(), viewer(), words, strict=given.strict)
    flash(_("The settings are saved. They count from the next Monday on."), "ok")
    return see_other(".review_signals")
