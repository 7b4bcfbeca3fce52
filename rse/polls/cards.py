"""What a poll puts into its card and into the API, for one viewer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.core.render import iso
from rse.core.web import settings
from rse.polls import policy, queries


def parts(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, str]:
    """Render the options, the form and what may be shown of the results."""
    now, floor = clock.now(), settings().floor
    seen = queries.polls(session, viewer, ids)
    same = {"csrf_token": csrf_token(), "floor": floor}
    return {
        post_id: render_template(
            "polls/_part.html",
            post_id=post_id,
            one=one,
            poll=one.poll,
            open=policy.is_open(one.poll, now),
            results=policy.shows_results(one.poll, now, floor),
            own=one.author_id == viewer.id,
            last=one.poll.closes_at and one.poll.closes_at - timedelta(seconds=1),
            **same,
        )
        for post_id, one in seen.items()
    }


def documents(session: Session, viewer: Viewer, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Write the polls of posts (schemas.PollOut)."""
    now, floor = clock.now(), settings().floor
    return {i: {"poll": _written(one, now, floor)} for i, one in queries.polls(session, viewer, ids).items()}


def _written(one: queries.Seen, now: Any, floor: int) -> dict[str, Any]:
    poll = one.poll
    shown = policy.shows_results(poll, now, floor)
    return {
        "options": poll.options,
        "counts": poll.counts if shown else None,
        "voters": poll.voters if shown or not poll.secret else None,
        "multiple": poll.multiple,
        "anonymous": poll.secret,
        "results": poll.results,
        "closes_at": iso(poll.closes_at) if poll.closes_at else None,
        "open": policy.is_open(poll, now),
        "voted": one.voted,
        "mine": None if poll.secret else list(one.mine),
    }
