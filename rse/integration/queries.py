"""Reads of webhooks, their groups and their log, and of hooks into groups."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.tokens import digest
from rse.core.audience import Viewer
from rse.core.policy import NotFound
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.integration.models import IncomingHook, Webhook, WebhookDelivery, WebhookGroup

LOG = 50


def webhooks(session: Session) -> Sequence[Webhook]:
    """Give the webhooks, by name."""
    return session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id)).all()


def webhook(session: Session, webhook_id: int) -> Webhook:
    """Give a webhook. Raises NotFound."""
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound
    return found


def places(session: Session, ids: Collection[int], viewer: Viewer) -> Mapping[int, list[Group]]:
    """Give the groups of some webhooks that a viewer may know, by name."""
    found: defaultdict[int, list[Group]] = defaultdict(list)
    query = select(WebhookGroup.webhook_id, Group).join(Group, Group.id == WebhookGroup.group_id)
    query = query.where(WebhookGroup.webhook_id.in_(ids), groups.visible(viewer)).order_by(Group.name)
    for webhook_id, group in session.execute(query):
        found[webhook_id].append(group)
    return found


def states(session: Session, ids: Collection[int]) -> Mapping[int, Mapping[str, int]]:
    """Count what is owed to some webhooks and what was given up, {webhook: {state: number}}."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    query = select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count())
    query = query.where(WebhookDelivery.webhook_id.in_(ids))
    for webhook_id, state, number in session.execute(
        query.group_by(WebhookDelivery.webhook_id, WebhookDelivery.state)
    ):
        found[webhook_id][state] = number
    return found


def log(
    session: Session, webhook_id: int, before: int | None = None, limit: int = LOG
) -> Sequence[WebhookDelivery]:
    """Give `limit + 1` deliveries of a webhook, the newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if before is not None:
        query = query.where(WebhookDelivery.id < before)
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit + 1)).all()


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook into a group as pages show it."""

    id: int
    name: str
    group_id: int
    group: str
    slug: str
    created_at: datetime
    used_at: datetime | None


def hooks(session: Session, viewer: Viewer, group_id: int | None = None) -> list[Hook]:
    """Give the hooks into a group, or into all those that the viewer may know, by their names."""
    query = (
        select(
            IncomingHook.id, Person.display_name, Group.id, Group.name, Group.slug, IncomingHook.created_at,
            IncomingHook.used_at,
        )
        .join(Person, Person.id == IncomingHook.person_id)
        .join(Group, Group.id == IncomingHook.group_id)
        .where(groups.visible(viewer))
    )  # fmt: skip
    if group_id is not None:
        query = query.where(Group.id == group_id)
    return [Hook(*row) for row in session.execute(query.order_by(Person.display_name, IncomingHook.id))]


def hidden_hooks(session: Session, shown: int) -> int:
    """Count the hooks into groups that a viewer does not know, of whom they were shown so many."""
    return (session.scalar(select(func.count()).select_from(IncomingHook)) or 0) - shown


def by_secret(session: Session, secret: str) -> IncomingHook | None:
    """Give the hook that a secret opens."""
    return session.scalar(select(IncomingHook).where(IncomingHook.secret_hash == digest(secret)))
