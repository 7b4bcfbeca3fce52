"""The page on which a group gets its cover, the picture itself, and the same for programs."""

from typing import Any

from flask import Response, request
from pydantic import Field

from rse.core.api import Schema, endpoint
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, flash, page, route, see_other
from rse.groups import covers
from rse.groups.api import GroupOut, data_of
from rse.groups.api import blueprint as api
from rse.groups.views import blueprint

YEAR = 365 * 24 * 3600
ON = "/groups/<slug>/cover"


class SendCover(Schema):
    """A picture, as a multipart form."""

    cover: bytes = Field(description="JPEG, PNG or WebP, 8 MB at most")


@route(blueprint, ON, rule=SIGNED_IN)
def cover_page(slug: str) -> Any:
    """Show the form of a group's cover."""
    return page("groups/cover.html", group=covers.found(slug), error="")


@route(blueprint, ON, rule=SIGNED_IN, methods=("POST",), limit="20/minute")
def set_cover(slug: str) -> Any:
    """Take another cover, or none."""
    group = covers.found(slug)
    try:
        if request.form.get("remove"):
            covers.change(group, None)
        else:
            covers.take(group)
    except Invalid as error:
        return page("groups/cover.html", 422, group=group, error=error.errors["cover"][0])
    flash(_("The cover is changed."), "ok")
    return see_other("groups.show", slug=group.slug)


@route(blueprint, ON + "/<name>", rule=SIGNED_IN)
def cover(slug: str, name: str) -> Any:
    """Send a group's cover."""
    response = Response(covers.stored(slug, name).read_bytes(), mimetype="image/jpeg")
    response.set_etag(name)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return response.make_conditional(request)


@endpoint(api, ON, "PUT", rule=SIGNED_IN, form=SendCover, returns=GroupOut, limit="20/minute")
def put_cover(slug: str) -> Any:
    """Give a group that you look after a cover: a picture, cut to four times its height."""
    group = covers.found(slug)
    covers.take(group)
    return data_of(group)


@endpoint(api, ON, "DELETE", rule=SIGNED_IN, returns=GroupOut)
def remove_cover(slug: str) -> Any:
    """Take a group's cover away."""
    group = covers.found(slug)
    covers.change(group, None)
    return data_of(group)
