"""Trying a webhook out: a trial is owed to it at once, and what was given up is owed again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.events import emit
from rse.core.model import encode_id, new_id
from rse.integration.events import DeliveriesOwed
from rse.integration.models import WebhookDelivery
from rse.integration.telling import PING


def again(session: Session, webhook_id: int) -> None:
    """Owe a webhook a trial and what it did not take. Emits DeliveriesOwed. Flushes."""
    now, ident = clock.now(), new_id()
    given_up = (WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "failed")
    values = {"state": "waiting", "attempts": 0, "next_at": now}
    session.execute(update(WebhookDelivery).where(*given_up).values(**values))
    session.add(
        WebhookDelivery(
            id=ident, webhook_id=webhook_id, key=f"{PING}:{encode_id(ident)}", event=PING, object_id=ident,
            at=now, next_at=now,
        )
    )  # fmt: skip
    session.flush()
    emit(session, DeliveriesOwed(webhook_id))
