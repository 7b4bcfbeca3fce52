"""The page on which a solved question becomes a page of its group, and what stands beside the thread."""

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, Form, flash, page, read_form, route, see_other, viewer
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.groups.views import opened
from rse.pages import policy, promoting, queries
from rse.pages.schemas import FromThread
from rse.pages.views import blueprint


@route(blueprint, "/posts/<pid:post_id>/page", rule=SIGNED_IN)
def offer(post_id: int) -> Any:
    """Ask which comments to take over, then show the text that a page would begin with."""
    session, who = db.session(), viewer()
    made = _made(session, who, post_id)
    if made is not None:
        return made
    post, place = promoting.solved(session, who, post_id)
    found = promoting.comments(session, post)
    _group, values = opened(place.group.slug)
    if len(found) > 1 and request.args.get("step") != "write":
        return page("pages/choose.html", post=post, comments=found, **values)
    keys = set(request.args.getlist("c"))
    taken = promoting.chosen(found, {one.id for one in found if encode_id(one.id) in keys}, post)
    data = {
        "title": promoting.title_of(post),
        "body": promoting.body_of(post, taken),
        "c": [encode_id(one.id) for one in taken],
    }
    return page("pages/promote.html", post=post, form=Form(data, None, {}), **values)


def _made(session: Session, who: Viewer, post_id: int) -> Any:
    """Lead to the page that a question has become already."""
    post = feed.post(session, who, post_id)
    made = queries.made_of(session, post)
    group, _tie = feed.place(session, who, post.group_id)
    return see_other(".show", slug=group.slug, name=made.slug) if group and made else None


@route(blueprint, "/posts/<pid:post_id>/page", rule=SIGNED_IN, methods=("POST",), limit="30/minute")
def promote(post_id: int) -> Any:
    """Make the page."""
    session, who = db.session(), viewer()
    form = read_form(FromThread)
    try:
        given = form.input
        made = promoting.make(session, who, post_id, title=given.title, body=given.body, ids=given.c)
    except Invalid as error:
        db.rollback()
        post, place = promoting.solved(session, who, post_id)
        _group, values = opened(place.group.slug)
        return page("pages/promote.html", 422, post=post, form=Form(form.data, None, error.errors), **values)
    flash(_("The page is there. Those whose words it took over are told."), "ok")
    group, _tie = feed.place(session, who, made.group_id)
    return see_other(".show", slug=group.slug if group else "", name=made.slug)


def beside_thread(session: Session, who: Viewer, post: Post) -> str:
    """Show on a solved question which page it has become, or offer to make one."""
    if not policy.is_solved(post):
        return ""
    group, tie = feed.place(session, who, post.group_id)
    made = queries.made_of(session, post)
    if group is None or not (made or policy.may_write(group, tie)):
        return ""
    return render_template("pages/_beside.html", made=made, group=group, post=post)
