"""The programs that a person connected, in their own export; an erasure leaves these without who did it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.feature import Export
from rse.integration.models import IncomingHook, Webhook


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give the webhooks and hooks that a person made; no address, no secret."""
    made = select(Webhook.name, Webhook.created_at).where(Webhook.created_by == person_id)
    for row in session.execute(made).mappings():
        yield {"what": "webhook", **row}
    hooks = select(Person.display_name.label("name"), IncomingHook.created_at)
    hooks = hooks.join(Person, Person.id == IncomingHook.person_id).where(
        IncomingHook.created_by == person_id
    )
    for row in session.execute(hooks).mappings():
        yield {"what": "hook into a group", **row}


def erase(session: Session, person_id: int) -> None:
    """Forget who made them; the programs go on."""
    for table in (Webhook, IncomingHook):
        session.execute(update(table).where(table.created_by == person_id).values(created_by=None))


export = Export("integration", rows, erase)
