"""Integration for programs: webhooks of an administrator, their log, and writing in a group by its hook."""

from typing import Any

from flask import Blueprint, current_app, g

from rse.core import db
from rse.core.api import Page, endpoint
from rse.core.model import encode_id
from rse.core.policy import NotFound
from rse.core.web import ADMIN, PUBLIC, Rule, decode_cursor, encode_cursor, settings, viewer
from rse.feed import attaching
from rse.feed.schemas import PublishPost
from rse.groups.models import Group
from rse.integration import queries, service
from rse.integration.schemas import (
    DeliveryOut,
    DeliveryPage,
    Incoming,
    NewWebhook,
    WebhookMade,
    WebhookPage,
    Written,
)
from rse.integration.showing import shown

blueprint = Blueprint("integration_api", __name__)
CONNECTING = Rule("administrator", ADMIN.allows, scope="admin")


@endpoint(blueprint, "/webhooks", rule=CONNECTING, returns=WebhookPage)
def index() -> Any:
    """List the webhooks."""
    return {"items": shown(list(queries.webhooks(db.session()))), "next_cursor": None}


@endpoint(
    blueprint, "/webhooks", "POST", rule=CONNECTING, body=NewWebhook, returns=WebhookMade, status=201,
    limit="30/hour",
)  # fmt: skip
def create(body: NewWebhook) -> Any:
    """Have another program told of what happens; the answer holds its secret, this once."""
    key, tls = str(current_app.secret_key), settings().env == "production"
    made, secret = service.create(db.session(), viewer(), body, key, tls=tls)
    (out,) = shown([made])
    return WebhookMade(**out.model_dump(), secret=secret)


@endpoint(blueprint, "/webhooks/<pid:webhook_id>", "DELETE", rule=CONNECTING, status=204)
def remove(webhook_id: int) -> None:
    """Tell a webhook nothing any more."""
    service.remove(db.session(), viewer(), webhook_id)


@endpoint(
    blueprint, "/webhooks/<pid:webhook_id>/deliveries", rule=CONNECTING, query=Page, returns=DeliveryPage
)
def deliveries(webhook_id: int, query: Page) -> Any:
    """List what a webhook was told and is to be told, the newest first; no content."""
    session = db.session()
    queries.webhook(session, webhook_id)
    before = decode_cursor(query.cursor, int)
    rows = queries.log(session, webhook_id, before[0] if before else None, query.limit)
    more = encode_cursor(rows[query.limit - 1].id) if len(rows) > query.limit else None
    items = [DeliveryOut.model_validate(row, from_attributes=True) for row in rows[: query.limit]]
    return {"items": items, "next_cursor": more}


@endpoint(
    blueprint, "/hooks/<secret>", "POST", rule=PUBLIC, body=Incoming, returns=Written, status=201,
    limit="30/minute",
)  # fmt: skip
def receive(secret: str, body: Incoming) -> Any:
    """Write in the group of a hook, under its name."""
    hook = g.get("incoming_hook")
    if hook is None or not secret:
        raise NotFound
    session = db.session()
    group = session.get_one(Group, hook.group_id)
    given = PublishPost.model_validate(body.model_dump() | {"kind": "message", "group": group.slug})
    made = attaching.publish(session, viewer(), given, group)
    service.used(session, hook)
    return {"id": encode_id(made.id), "url": f"{settings().base_url}/posts/{encode_id(made.id)}"}
