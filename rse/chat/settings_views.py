"""One's own settings of live discussion: a page and calls."""

from typing import Any

from pydantic import BaseModel

from rse.chat import api, presence
from rse.chat.schemas import ShowPresence
from rse.chat.views import blueprint
from rse.core import db
from rse.core.api import endpoint
from rse.core.i18n import _
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer


class PresenceOut(BaseModel):
    """Whether colleagues see that the caller is present."""

    shown: bool


def _shown() -> bool:
    return viewer().id not in presence.hidden(db.session(), [viewer().id])


@route(blueprint, "/settings/messages", rule=SIGNED_IN)
def own_settings() -> Any:
    """Show the viewer's settings of live discussion."""
    return page("chat/settings.html", shown=_shown())


@route(blueprint, "/settings/messages", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def save_settings() -> Any:
    """Keep them."""
    presence.show(db.session(), viewer(), shown=read_form(ShowPresence).input.shown)
    flash(_("Saved"), "ok")
    return see_other("chat.own_settings")


@endpoint(api.blueprint, "/me/presence", rule=SIGNED_IN, returns=PresenceOut)
def get_presence() -> Any:
    """Tell whether colleagues see that the caller is present."""
    return {"shown": _shown()}


@endpoint(
    api.blueprint, "/me/presence", "PUT", rule=SIGNED_IN, body=ShowPresence, returns=PresenceOut,
    limit="60/hour",
)  # fmt: skip
def put_presence(body: ShowPresence) -> Any:
    """Let colleagues see that the caller is present, or not."""
    presence.show(db.session(), viewer(), shown=body.shown)
    return {"shown": body.shown}
