"""What the integration feature declares."""

from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.groups.events import GroupRetokened
from rse.integration import api, exports, keeping, models, owing, receiving, service, telling, views
from rse.integration.events import DeliveriesOwed

feature = Feature(
    name="integration",
    blueprints=(views.blueprint, api.blueprint),
    nav=(
        NavItem(
            "integrations", lazy("Integrations"), "integration.index", "", 62, "admin.tabs",
            lambda viewer: "admin" in viewer.roles,
        ),
    ),
    panels=(Panel("group.about", "programs", lazy("Programs that write here"), 10, views.panel),),
    subscribers=(
        Subscriber("integration.owe", tuple(owing.HEARD), owing.owe),
        Subscriber("integration.tell", (DeliveriesOwed,), telling.soon, writes=False),
        Subscriber("integration.follow", (GroupRetokened,), owing.follow, "same_transaction"),
    ),
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    seals=(service.seal_anew,),
    init=receiving.init,
)  # fmt: skip

__all__ = ["feature", "models"]
