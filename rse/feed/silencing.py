"""What somebody does not want in their feed: people, groups, tags, kinds of posts. Shown to nobody else.

It stands in the row that is read with the session, so that the home page asks nothing for it, and who has
silenced nothing gets the very statements as before. What is silenced is still found, read and told of where
it concerns the person: a mention by somebody silenced arrives.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.models import Inbox
from rse.core import clock, kinds
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid

WHAT = ("people", "groups", "tags", "kinds")
MOST = 200  # of each
KNOWN = "silenced"  # in viewer.known


def silenced(viewer: Viewer) -> Mapping[str, list[Any]]:
    """Give what a viewer has silenced, by what it is: as it was read with their session."""
    found: Mapping[str, list[Any]] = viewer.known.get(KNOWN) or {}
    return found


def silence(session: Session, viewer: Viewer, what: str, key: int | str, *, on: bool = True) -> None:
    """Keep something out of the viewer's feed, or let it in again; twice is once. Raises Invalid. Flushes."""
    if what not in WHAT or (what == "kinds" and key not in kinds.known()) or key == viewer.id:
        raise Invalid(what=_("This cannot be left out."))
    held = session.get(Inbox, viewer.id, with_for_update=True)
    if held is None:
        held = Inbox(person_id=viewer.id, unread=0, newest_id=0, changed_at=clock.now())
        session.add(held)
    every: dict[str, list[Any]] = {name: list(keys) for name, keys in (held.silenced or {}).items()}
    here = [one for one in every.get(what, []) if one != key]
    if on:
        if len(here) >= MOST:
            raise Invalid(what=_("You have left out very much: let some of it in again first."))
        here.append(key)
    every[what] = here
    held.silenced = {name: keys for name, keys in every.items() if keys} or None
    session.flush()
    viewer.known[KNOWN] = held.silenced


def forget(session: Session, person_id: int) -> None:
    """Forget what a person has silenced."""
    held = session.get(Inbox, person_id)
    if held is not None:
        held.silenced = None
        session.flush()
