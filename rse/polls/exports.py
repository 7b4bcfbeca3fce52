"""What a person's own export contains of polls, and what an erasure removes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.polls import service
from rse.polls.models import Ballot, Poll, Voted


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the ballots by name with their choices, and in which secret polls the person has voted."""
    query = select(Ballot, Poll.options).join(Poll, Poll.post_id == Ballot.post_id)
    for ballot, options in session.execute(query.where(Ballot.person_id == person_id)):
        chosen = [options[at] for at in ballot.choices if at < len(options)]
        yield {"what": "ballot", "on": encode_id(ballot.post_id), "value": chosen, "at": ballot.at}
    for post_id in session.scalars(select(Voted.post_id).where(Voted.person_id == person_id)):
        yield {"what": "voted secretly", "on": encode_id(post_id)}


export = Export("polls", rows, service.forget)
