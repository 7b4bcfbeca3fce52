"""What the sharing feature declares."""

from typing import Any

from rse.core.feature import Feature
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.sharing import cards, schemas, service, views


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Shared"), "accent", "share-2"


share = PostKind(
    name=views.KIND,
    label=lazy("Shared post"),
    icon="share-2",
    order=90,
    schema=schemas.PublishShare,
    offered=lambda _session, _viewer, _moderates: False,
    store=service.store,
    part=cards.parts,
    document=cards.documents,
    adds=schemas.Adds,
    badge=badge,
)

feature = Feature(name="sharing", blueprints=(views.blueprint,), kinds=(share,))
