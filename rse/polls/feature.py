"""What the polls feature declares."""

from typing import Any

from rse.core.feature import Feature
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.polls import api, cards, exports, queries, schemas, service, views


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Poll"), "accent", "list-checks"


poll = PostKind(
    name="poll",
    label=lazy("Poll"),
    icon="list-checks",
    order=40,
    schema=schemas.PublishPoll,
    composer="polls/_composer.html",
    store=service.store,
    part=cards.parts,
    document=cards.documents,
    adds=schemas.Adds,
    badge=badge,
    edited=schemas.EditPoll,
    editor="polls/_editor.html",
    held=service.held,
    change=service.change,
    words=queries.words,
)

feature = Feature(
    name="polls",
    blueprints=(views.blueprint, api.blueprint),
    kinds=(poll,),
    exports=(exports.export,),
)
