"""What somebody leaves out of their feed, by the names that pages and programs use."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.cards import cards
from rse.core import kinds
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid
from rse.feed import silencing
from rse.feed.models import PostTag
from rse.feed.timeline import Entry
from rse.groups import queries as groups
from rse.groups.models import Group

Row = tuple[str, str, str, bool]  # what, its key outside, its name, whether it is left out
LONGEST = 80  # characters of a name


def listed(session: Session, who: Viewer) -> Sequence[Row]:
    """Give what a viewer has left out; a group that they do not see any more is not named."""
    held = silencing.silenced(who)
    people = cards(session, held.get("people", ()))
    query = select(Group.id, Group.slug, Group.name).where(
        Group.id.in_(held.get("groups", ())), groups.visible(who)
    )
    found: list[Row] = [("people", c.public_id, c.display_name, True) for c in people.values()]
    found += [("groups", row.slug, row.name, True) for row in session.execute(query.order_by(Group.name))]
    found += [("tags", tag, f"#{tag}", True) for tag in held.get("tags", ())]
    return [*found, *(("kinds", k, str(kinds.of(k).label), True) for k in held.get("kinds", ()))]


def lets_in(session: Session, who: Viewer, entry: Entry, purpose: str | None, *, quiet: bool = True) -> bool:
    """Tell whether a viewer's feed shows a post: as `timeline.home` does for a page of them.

    `quiet`: what they left out counts (not in what they follow).
    """
    held = silencing.silenced(who) if quiet else {}
    said = (("people", entry.author_id), ("groups", entry.group_id), ("kinds", entry.kind))
    if any(key in held.get(what, ()) for what, key in said):
        return False
    tags = select(PostTag.tag).where(PostTag.post_id == entry.id, PostTag.tag.in_(held.get("tags", ())))
    if held.get("tags") and session.scalar(tags.limit(1)) is not None:
        return False
    if purpose is None:
        return True
    group = session.get(Group, entry.group_id) if entry.group_id else None
    return (purpose == "social") == (group is not None and group.purpose == "social")


def silence(session: Session, who: Viewer, what: str, key: str, *, on: bool) -> None:
    """Leave something out of a viewer's feed, or let it in again. Raises Invalid, NotFound. Flushes."""
    silencing.silence(session, who, what, _key(session, who, what, key), on=on)


def _key(session: Session, who: Viewer, what: str, key: str) -> int | str:
    if len(key) > LONGEST:
        raise Invalid(what=_("This cannot be left out."))
    if what == "people":
        try:
            return decode_id(key)
        except ValueError as error:
            raise Invalid(what=_("This cannot be left out.")) from error
    if what == "groups":
        return groups.find(session, who, key).id
    return key.lower()
