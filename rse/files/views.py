"""Where a file's content is, and the files of a group."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for

from rse.core import db
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, page, read_address, route, viewer
from rse.files import queries, sending
from rse.files.recognising import FAMILIES
from rse.files.schemas import FileSize
from rse.groups import views as groups

blueprint = Blueprint("files", __name__)
PAGE = 30


@route(blueprint, "/files/<pid:file_id>", rule=SIGNED_IN)
def show(file_id: int) -> Any:
    """Send a file's content: a picture to be seen, anything else to be saved."""
    asked = read_address(FileSize, {"size": request.args["size"]} if "size" in request.args else {})
    return sending.send(file_id, int(asked.size) if asked.size else None)


@route(blueprint, "/groups/<slug>/files", rule=SIGNED_IN)
def of_group(slug: str) -> Any:
    """Show the files of a group to those who read its posts, newest first, all or of one kind."""
    group, values = groups.opened(slug)
    if not values["may_read"]:
        raise NotFound
    family = request.args.get("kind", "")
    family = family if family in FAMILIES else ""
    before: Any = decode_cursor(request.args.get("cursor"), datetime, int)
    found, last = queries.of_group(db.session(), viewer(), group.id, family=family, before=before, limit=PAGE)
    more = url_for(".of_group", slug=slug, kind=family or None, cursor=encode_cursor(*last)) if last else None
    kinds = [("", None), *((name, label) for name, (label, _sign) in FAMILIES.items())]
    return page("files/group.html", files=found, more=more, family=family, families=kinds, **values)
