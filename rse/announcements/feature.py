"""What the announcements feature declares."""

from typing import Any

from rse.announcements import api, cards, exports, policy, schemas, service, views
from rse.core.feature import Feature, Panel
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Announcement"), "violet", "megaphone"


announcement = PostKind(
    name="announcement",
    label=lazy("Announcement"),
    icon="megaphone",
    order=70,
    counts_as="announcement",
    schema=schemas.PublishAnnouncement,
    composer="announcements/_composer.html",
    offered=policy.offered,
    store=service.store,
    part=cards.parts,
    document=cards.documents,
    badge=badge,
)

feature = Feature(
    name="announcements",
    blueprints=(views.blueprint, api.blueprint),
    panels=(
        Panel("home.rail", "on-top", lazy("On top"), 5, cards.company_panel),
        Panel("group.feed", "on-top", lazy("On top"), 5, cards.group_panel),
    ),
    kinds=(announcement,),
    exports=(exports.export,),
)
