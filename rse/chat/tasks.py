"""How long what happened in conversations is kept for those who were away."""

from rse.chat.models import ConversationEvent
from rse.core.i18n import lazy
from rse.core.retention import Keep, of_rows

DAYS = 7

EVENTS = Keep(
    "chat_events", lazy("Events of conversations"),
    lazy("They let a browser that was away catch up; who was away longer starts anew from the messages."),
    DAYS, DAYS, DAYS, of_rows(ConversationEvent.at),
)  # fmt: skip
