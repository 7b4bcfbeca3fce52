"""What the files feature declares."""

from flask import Flask

from rse.core.feature import Feature, Subscriber
from rse.files import api, exports, holding, keeping, models, previewing, showing, views
from rse.files.events import FilesForgotten, LinkFound


def _init(app: Flask) -> None:
    holding.install(app.extensions["rse_registry"].all("holders"))
    showing.init(app)


feature = Feature(
    name="files",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(
        Subscriber("files.unlink", (FilesForgotten,), keeping.unlink, writes=False),
        Subscriber("files.preview", (LinkFound,), previewing.ask, writes=False),
    ),
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    init=_init,
)

__all__ = ["feature", "models"]
