"""What the files feature declares."""

from flask import Flask

from rse.core.feature import Feature, Subscriber
from rse.files import api, exports, holding, keeping, models, showing, views
from rse.files.events import FilesForgotten


def _init(app: Flask) -> None:
    holding.install(app.extensions["rse_registry"].all("holders"))
    showing.init(app)


feature = Feature(
    name="files",
    blueprints=(views.blueprint, api.blueprint),
    subscribers=(Subscriber("files.unlink", (FilesForgotten,), keeping.unlink, writes=False),),
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    init=_init,
)

__all__ = ["feature", "models"]
