"""What a person's own export contains of ideas: never an unsigned one, as nobody knows whose it is."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.ideas import queries, service
from rse.ideas.models import Campaign, Idea, IdeaStep


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the votes, replies, ideas looked after and campaigns of a person."""
    for post_id in queries.voted(session, person_id):
        yield {"what": "for an idea", "on": encode_id(post_id)}
    for step in session.scalars(select(IdeaStep).where(IdeaStep.by_id == person_id).order_by(IdeaStep.id)):
        value = {"status": step.status, "reply": step.reply}
        yield {"what": "decided on an idea", "on": encode_id(step.post_id), "value": value, "at": step.at}
    for post_id in session.scalars(select(Idea.post_id).where(Idea.owner_id == person_id)):
        yield {"what": "looks after an idea", "on": encode_id(post_id)}
    for asked in session.scalars(select(Campaign).where(Campaign.sponsor_id == person_id)):
        yield {"what": "campaign", "id": encode_id(asked.id), "value": asked.question, "at": asked.starts_on}


export = Export("ideas", rows, service.forget)
