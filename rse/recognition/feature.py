"""What the recognition feature declares."""

from typing import Any

from rse.core.feature import Feature, NavItem, Panel
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.recognition import cards, exports, notices, policy, schemas, service, views


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Thanks"), "rose", "heart-handshake"


kudos = PostKind(
    name="kudos",
    label=lazy("Thanks"),
    icon="heart-handshake",
    order=50,
    counts_as="announcement",
    schema=schemas.PublishKudos,
    composer="recognition/_composer.html",
    offered=policy.may_thank,
    store=service.store,
    part=cards.parts,
    document=cards.documents,
    badge=badge,
)

feature = Feature(
    name="recognition",
    blueprints=(views.blueprint,),
    nav=(
        NavItem(
            "thanks",
            lazy("Thanks"),
            "recognition.rules",
            "",
            75,
            "admin.tabs",
            lambda viewer: "admin" in viewer.roles,
        ),
    ),
    panels=(Panel("person.main", "thanks", lazy("Thanks"), 25, cards.panel),),
    kinds=(kudos,),
    notices=notices.NOTICES,
    exports=(exports.export,),
)
