"""Writes of integration: webhooks, hooks into groups. Each leaves a line in the audit log; none commits."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.models import Person
from rse.accounts.sealing import CannotOpen, opens, seal, unseal
from rse.accounts.tokens import digest
from rse.core import clock, outside
from rse.core.audience import Viewer, group_token
from rse.core.i18n import _
from rse.core.model import encode_id, new_id
from rse.core.policy import Action, Invalid, NotFound, require
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.integration import policy
from rse.integration.models import IncomingHook, Webhook, WebhookDelivery, WebhookGroup
from rse.integration.schemas import NewWebhook

PURPOSE = "webhook"
PREFIX = "whsec_"  # of secrets, by the Standard Webhooks specification
MOST = 50  # webhooks, and hooks of one group
NOWHERE = "hook.invalid"
USED_EVERY = timedelta(minutes=1)


def create(
    session: Session, viewer: Viewer, given: NewWebhook, secret_key: str, *, tls: bool
) -> tuple[Webhook, str]:
    """Make a webhook, and give it with its secret: it is shown this once. Raises Invalid. Flushes."""
    try:
        outside.check(given.url)
    except outside.NotAsked as refusal:
        raise Invalid(
            url=_("This is not a public address of the web: http(s), its usual port, no name.")
        ) from refusal
    if tls and not given.url.lower().startswith("https://"):
        raise Invalid(url=_("An address that begins with https:// is needed."))
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
        raise Invalid(name=_("There are many already: remove one first."))
    told = [_told_of(session, viewer, slug) for slug in given.groups]
    key = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    made = Webhook(
        name=given.name, url=given.url, secret=seal(key, secret_key, PURPOSE), events=list(given.events),
        everyone=given.everyone, created_by=viewer.id, created_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    for group in told:
        session.add(WebhookGroup(webhook_id=made.id, group_id=group.id, private=group.visibility != "open"))
    session.flush()
    about = {"events": made.events, "everyone": made.everyone, "groups": [encode_id(g.id) for g in told]}
    audit.record(session, "webhook.create", actor_id=viewer.id, target=_name(made.id), **about)
    return made, key


def _name(webhook_id: int) -> str:
    return f"webhook:{encode_id(webhook_id)}"


def _told_of(session: Session, viewer: Viewer, slug: str) -> Group:
    """Give a group that a webhook may be told of. Raises Invalid, the same for what does not exist."""
    try:
        group = groups.find(session, viewer, slug)
    except NotFound:
        group = None
    roles = {one.id: one.role for one in groups.mine(viewer)}
    if group is None or not policy.may_tell_of(group.visibility, roles.get(group.id)):
        raise Invalid(groups=_("%(name)s: no open group, nor one that you look after.", name=slug))
    return group


def remove(session: Session, viewer: Viewer, webhook_id: int) -> None:
    """Remove a webhook: it is told nothing any more. Raises NotFound. Flushes."""
    row = session.get(Webhook, webhook_id)
    if row is None:
        raise NotFound
    for table in (WebhookDelivery, WebhookGroup):
        session.execute(delete(table).where(table.webhook_id == webhook_id))
    session.delete(row)
    session.flush()
    audit.record(session, "webhook.remove", actor_id=viewer.id, target=_name(webhook_id))


def seal_anew(session: Session, secret_key: str, old: Sequence[str]) -> tuple[list[str], list[str]]:
    """Seal under the present key what those before it sealed; give whose were, and whose no key opens."""
    renewed, lost = [], []
    for row in session.scalars(select(Webhook).order_by(Webhook.name)):
        if opens(row.secret, secret_key, PURPOSE):
            continue
        try:
            row.secret = seal(unseal(row.secret, secret_key, PURPOSE, old=old), secret_key, PURPOSE)
            renewed.append(row.name)
        except CannotOpen:
            lost.append(row.name)
    session.flush()
    return renewed, lost


def open_hook(session: Session, viewer: Viewer, group: Group, name: str) -> str:
    """Make a hook into a group and give its secret, shown this once. Raises Refused, Invalid. Flushes."""
    _require_hooks(session, viewer, group)
    held = select(func.count()).where(IncomingHook.group_id == group.id)
    if (session.scalar(held) or 0) >= MOST:
        raise Invalid(name=_("There are many already: remove one first."))
    person_id = new_id()
    uid = f"hook-{encode_id(person_id)}"
    session.add(
        Person(
            id=person_id, uid=uid, email=f"{uid}@{NOWHERE}", display_name=name, sort_name=uid, kind="service",
            status="active", roles=frozenset(), audience=group.audience, created_at=clock.now(), version=1,
        )
    )  # fmt: skip
    session.flush()
    secret = secrets.token_urlsafe(32)
    hook = IncomingHook(
        group_id=group.id, person_id=person_id, secret_hash=digest(secret), created_by=viewer.id,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(hook)
    session.flush()
    about = {"group": encode_id(group.id)}
    audit.record(session, "hook.create", actor_id=viewer.id, target=f"hook:{encode_id(hook.id)}", **about)
    return secret


def _require_hooks(session: Session, viewer: Viewer, group: Group) -> None:
    tie = groups.membership(session, group.id, viewer.id)
    why = _("Only owners of the group and administrators let programs write in it.")
    require(policy.may_hook(viewer, tie), Action.EDIT_GROUP, why)


def close_hook(session: Session, viewer: Viewer, hook_id: int, group_id: int | None = None) -> None:
    """Close a hook: its address opens nothing, what it wrote stays. Raises NotFound, Refused. Flushes."""
    hook = session.get(IncomingHook, hook_id)
    if hook is None or group_id not in {None, hook.group_id}:
        raise NotFound
    _require_hooks(session, viewer, groups.by_id(session, viewer, hook.group_id))
    author = session.get_one(Person, hook.person_id)
    author.status = "deactivated"
    author.version += 1
    about = {"group": encode_id(hook.group_id)}
    session.delete(hook)
    session.flush()
    audit.record(session, "hook.remove", actor_id=viewer.id, target=f"hook:{encode_id(hook_id)}", **about)


def writer(session: Session, hook: IncomingHook, account: Viewer) -> Viewer:
    """Give the viewer that a hook writes as: its account, let into its group and no other."""
    group = session.get_one(Group, hook.group_id)
    inside = {group_token(group.id), group.audience, group.posts_audience}
    return replace(account, tokens=account.tokens | inside)


def used(session: Session, hook: IncomingHook) -> None:
    """Note that a hook was used, once a minute at most. Flushes."""
    now = clock.now()
    if hook.used_at is None or now - hook.used_at > USED_EVERY:
        hook.used_at = now
        session.flush()
