"""The page on which a post is shared into another place."""

from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.audience import EVERYONE
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, Form, flash, page, read_form, route, see_other, viewer
from rse.feed import composing, service
from rse.feed import queries as feed
from rse.feed.schemas import of_kind
from rse.groups import queries as groups

blueprint = Blueprint("sharing", __name__)
KIND = "share"


def _show(post_id: int, form: Form[Any], status: int = 200) -> Any:
    session, who = db.session(), viewer()
    original = feed.post(session, who, post_id)
    group, _tie = feed.place(session, who, original.group_id)
    return page(
        "sharing/share.html",
        status,
        original=original,
        group=group,
        restricted=original.audience != EVERYONE,
        places=[place for place in groups.mine(who) if not place.archived],
        form=form,
        chosen=form.data.get("group") or "",
        reach=composing.reach(session, who, None),
    )


@route(blueprint, "/posts/<pid:post_id>/share", rule=SIGNED_IN)
def share_form(post_id: int) -> Any:
    """Ask where to share a post, and with which words."""
    return _show(post_id, Form({}, None, {}))


@route(blueprint, "/posts/<pid:post_id>/share", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def share(post_id: int) -> Any:
    """Publish a post that quotes this one."""
    session, who = db.session(), viewer()
    feed.post(session, who, post_id)
    schema = of_kind(KIND)
    form = read_form(schema, lenient=True)
    try:
        given = schema.model_validate({**form.data, "kind": KIND, "original": encode_id(post_id)})
    except ValueError:
        return _show(post_id, form, 422)
    group = groups.find(session, who, given.group) if given.group else None
    try:
        made = service.publish_given(session, who, given, group)
    except Invalid as error:
        db.rollback()
        return _show(post_id, Form(form.data, None, error.errors), 422)
    flash(_("Shared. Who may not read the original does not see it there either."), "ok")
    return see_other("feed.post", post_id=made.id)
