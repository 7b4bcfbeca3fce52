"""What a person's own export contains of questions: when they were asked, asked by name, asked the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.questions import service
from rse.questions.models import AlsoMine, Asked, Unavailable


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give each with when it was."""
    for held in session.scalars(
        select(Asked).where(or_(Asked.person_id == person_id, Asked.by_id == person_id))
    ):
        what = "was_asked" if held.person_id == person_id else "asked_by_name"
        yield {"what": what, "on": encode_id(held.post_id), "at": held.at}
    for also in session.scalars(select(AlsoMine).where(AlsoMine.person_id == person_id)):
        yield {"what": "also_my_question", "on": encode_id(also.post_id), "at": also.at}
    pause = session.get(Unavailable, person_id)
    if pause is not None:
        yield {"what": "not_available_for_questions", "at": pause.since}


export = Export("questions", rows, service.forget)
