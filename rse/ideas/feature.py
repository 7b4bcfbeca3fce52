"""What the ideas feature declares."""

from typing import Any

from rse.core.feature import Feature, NavItem
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.ideas import api, cards, exports, indicators, notices, schemas, service, views


def badge(_post: Any) -> Badge:
    """Name the kind."""
    return _("Idea"), "warm", "lightbulb"


def unsigned(given: Any) -> bool:
    """Tell whether no author may be stored."""
    return bool(getattr(given, "anonymous", False))


idea = PostKind(
    name="idea",
    label=lazy("Idea"),
    icon="lightbulb",
    order=30,
    counts_as="idea",
    schema=schemas.PublishIdea,
    composer="ideas/_composer.html",
    store=service.store,
    part=cards.parts,
    whole=cards.whole,
    document=cards.documents,
    badge=badge,
    unsigned=unsigned,
    once=schemas.code_of,
)

feature = Feature(
    name="ideas",
    blueprints=(views.blueprint, api.blueprint),
    nav=(NavItem("ideas", lazy("Ideas"), "ideas.board", "lightbulb", 55),),
    kinds=(idea,),
    notices=notices.NOTICES,
    exports=(exports.export,),
    activity=(indicators.activity,),
)
