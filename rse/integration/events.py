"""What happens to webhooks."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class DeliveriesOwed(Event):
    """Something is to be sent to a webhook."""

    webhook_id: int
