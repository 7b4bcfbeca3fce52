"""What the files feature declares."""

from flask import Flask

from rse.core.feature import Feature, Subscriber
from rse.files import api, exports, holding, keeping, models, previewing, search, showing, views, wording
from rse.files.events import FilesForgotten, LinkFound


def _init(app: Flask) -> None:
    registry = app.extensions["rse_registry"]
    named = [feature.names_files for feature in registry.features if feature.names_files]
    holding.install(registry.all("holders"), named)
    showing.init(app)


feature = Feature(
    name="files",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("files.unlink", (FilesForgotten,), keeping.unlink, writes=False),
        Subscriber("files.preview", (LinkFound,), previewing.ask, writes=False),
    ),
    index=(search.source,),
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    init=_init,
)

__all__ = ["feature", "models", "wording"]
