"""What the gatherings feature declares."""

from typing import Any

from rse.core.feature import Feature
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.gatherings import api, cards, exports, notices, schemas, service, views


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Event"), "accent", "calendar"


event = PostKind(
    name="event",
    label=lazy("Event"),
    icon="calendar",
    order=60,
    counts_as="announcement",
    schema=schemas.PublishGathering,
    composer="gatherings/_composer.html",
    store=service.store,
    part=cards.parts,
    whole=cards.whole,
    document=cards.documents,
    badge=badge,
    edited=schemas.EditGathering,
    editor="gatherings/_composer.html",
    held=service.held,
    change=service.change,
)

feature = Feature(
    name="gatherings",
    blueprints=(views.blueprint, api.blueprint),
    notices=notices.NOTICES,
    kinds=(event,),
    exports=(exports.export,),
)
