"""How long the log of webhooks is kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from rse.core import retention
from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.integration.models import WebhookDelivery


def _purge(session: Session, before: datetime, most: int) -> int:
    return retention.older(session, WebhookDelivery.at, before, most, WebhookDelivery.next_at.is_(None))


KEEPS = (
    Keep(
        "webhook_deliveries", lazy("Log of what other programs were told"),
        lazy("What was sent, when, with which answer; never its content."), 30, 7, 180, _purge,
    ),
)  # fmt: skip
