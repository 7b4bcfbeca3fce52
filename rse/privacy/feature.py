"""What the privacy feature declares."""

from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.privacy import api, cli, exports, keeping, making, models, notices, views
from rse.privacy.events import ExportAsked, LeftBehind

feature = Feature(
    name="privacy",
    blueprints=(views.blueprint, api.blueprint),
    nav=(NavItem("data", lazy("My data"), "privacy.own_data", "", 78, "settings.tabs"),),
    subscribers=(
        Subscriber("privacy.make", (ExportAsked,), making.ask, writes=False),
        Subscriber("privacy.unlink", (LeftBehind,), making.unlink, writes=False),
    ),
    notices=notices.NOTICES,
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    derived=("exports",),
)

__all__ = ["cli", "feature", "models"]
