"""The page on which a post is pinned, closed or moved: plain forms, for its author and the moderators."""

from typing import Any

from flask import request

from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, Form, flash, page, read_form, route, see_other, viewer
from rse.feed import closing, moving, pinning, policy, queries
from rse.feed.actions import wrong
from rse.feed.schemas import CloseForm, MoveForm
from rse.feed.views import blueprint
from rse.groups import queries as groups

EMPTY: Form[Any] = Form({}, None, {})


def _show(post_id: int, form: Form[Any] = EMPTY, status: int = 200) -> Any:
    session, who = db.session(), viewer()
    post = queries.post(session, who, post_id)
    group, tie = queries.place(session, who, post.group_id)
    steers = policy.may_steer(who, post, tie) and policy.is_open(group)
    if not steers:
        raise NotFound
    places = [place for place in groups.mine(who) if not place.archived and place.id != post.group_id]
    return page(
        "feed/manage.html",
        status,
        post=post,
        group=group,
        form=form,
        closed=closing.closed(session, post_id),
        pins=policy.manages(tie),
        pinned=pinning.is_pinned(session, post_id),
        places=places,
        company_too=who.is_employee and group is not None,
    )


@route(blueprint, "/posts/<pid:post_id>/manage", rule=SIGNED_IN)
def manage(post_id: int) -> Any:
    """Show what its author or the moderators can do with a post."""
    return _show(post_id)


@route(blueprint, "/posts/<pid:post_id>/pin", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def pin(post_id: int) -> Any:
    """Pin a post in its group, or let it go."""
    on = request.form.get("on") != "0"
    try:
        pinning.pin(db.session(), viewer(), post_id, on=on)
    except Invalid as error:
        db.rollback()
        return _show(post_id, wrong(EMPTY, error), 422)
    flash(_("It stands at the top of the group’s page.") if on else _("It is not pinned any more."), "ok")
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/close", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def close(post_id: int) -> Any:
    """Close a discussion, or open it again."""
    if request.form.get("on") == "0":
        closing.reopen(db.session(), viewer(), post_id)
        flash(_("The discussion is open again."), "ok")
        return see_other("feed.post", post_id=post_id)
    form = read_form(CloseForm, lenient=True)
    if form.value is None:
        return _show(post_id, form, 422)
    closing.close(db.session(), viewer(), post_id, reason=form.input.reason)
    flash(_("The discussion is closed."), "ok")
    return see_other("feed.post", post_id=post_id, _anchor="comments")


@route(blueprint, "/posts/<pid:post_id>/move", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def move(post_id: int) -> Any:
    """Move a post to another group, or to the company."""
    session, who = db.session(), viewer()
    form = read_form(MoveForm)
    try:
        given = form.input
        group = groups.find(session, who, given.group) if given.group else None
        moving.move(session, who, post_id, group, sure=given.sure)
    except Invalid as error:
        db.rollback()
        return _show(post_id, wrong(form, error), 422)
    flash(_("The post is moved, with its comments."), "ok")
    return see_other("feed.post", post_id=post_id)
