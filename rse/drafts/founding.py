"""The first post of a new group, begun as a draft of who created it: nothing is published for anybody."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.accounts.sessions import viewer_of_person
from rse.drafts import service
from rse.groups.events import GroupFounded
from rse.groups.models import Group
from rse.groups.starting import starts


def begin(session: Session, events: Sequence[GroupFounded]) -> None:
    """Keep it as the draft of the group's composer, where it is offered."""
    for event in events:
        who = viewer_of_person(session, event.by_id)
        start = starts(who.locale).get(event.kind) if who else None
        if who is None or start is None or "post" not in event.begin:
            continue
        slug = session.get_one(Group, event.group_id).slug
        fields = {"kind": "message", "title": start.post.title, "body": start.post.body, "group": slug}
        service.keep(session, who, slug, dict(fields))
