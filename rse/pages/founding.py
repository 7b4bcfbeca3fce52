"""The first pages of a new group, as its kind has them: written in the name of who created it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.accounts.sessions import viewer_of_person
from rse.groups.events import GroupFounded
from rse.groups.models import Group
from rse.groups.starting import starts
from rse.pages import queries, service


def begin(session: Session, events: Sequence[GroupFounded]) -> None:
    """Write them."""
    for event in events:
        who = viewer_of_person(session, event.by_id)
        start = starts(who.locale).get(event.kind) if who else None
        if who is None or start is None or "pages" not in event.begin:
            continue
        place = queries.of_group(session, who, session.get_one(Group, event.group_id))
        for page in start.pages:
            service.create(session, who, place, title=page.title, body=page.body)
