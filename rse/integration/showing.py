"""Webhooks as the API and the page of the administration write them."""

from rse.core import db
from rse.core.web import viewer
from rse.integration import queries
from rse.integration.models import Webhook
from rse.integration.schemas import WebhookOut


def shown(hooks: list[Webhook]) -> list[WebhookOut]:
    """Write webhooks with their groups, as far as the viewer may know them, and what they are owed."""
    session, ids = db.session(), [hook.id for hook in hooks]
    places, states = queries.places(session, ids, viewer()), queries.states(session, ids)
    return [
        WebhookOut(
            id=hook.id, name=hook.name, url=hook.url, events=hook.events, everyone=hook.everyone,
            groups=[group.slug for group in places.get(hook.id, ())], created_at=hook.created_at,
            **{name: states.get(hook.id, {}).get(name, 0) for name in ("waiting", "failed")},
        )
        for hook in hooks
    ]  # fmt: skip
