"""Sockets follow memberships at once: a new member enters the group's room, a former one is out of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from rse.core import live
from rse.core.audience import group_token
from rse.groups.events import MemberJoined, MemberLeft


def follow(session: Session, events: Sequence[Any]) -> None:
    """Move the sockets; a guest who shared a group with a former member loses sight of them too."""
    for event in events:
        move = live.enter if isinstance(event, MemberJoined) else live.leave
        move(event.person_id, group_token(event.group_id))
    if any(isinstance(event, MemberLeft) for event in events):
        live.look_soon()
