"""Seeing less of something, and following more of it: from a post, and the list of what is left out."""

from typing import Any

from flask import url_for

from rse.accounts import unsigned
from rse.accounts.cards import Card, cards
from rse.core import db, kinds
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer
from rse.feed import leaving_out, queries, silencing
from rse.feed.leaving_out import Row
from rse.feed.schemas import SilenceForm
from rse.feed.views import blueprint
from rse.groups.models import Group


def _rows(post: Any, author: Card | None, group: Group | None, who: Viewer) -> list[Row]:
    """Give what of a post can be left out: who wrote it, its group, its tags, its kind."""
    held = silencing.silenced(who)
    found: list[Row] = []
    if author is not None and author.id != who.id:
        found.append(("people", author.public_id, author.display_name, author.id in held.get("people", ())))
    if group is not None:
        found.append(("groups", group.slug, group.name, group.id in held.get("groups", ())))
    found += [("tags", tag, f"#{tag}", tag in held.get("tags", ())) for tag in post.tags]
    label = str(kinds.of(post.kind).label)
    found.append(("kinds", post.kind, label, post.kind in held.get("kinds", ())))
    return found


@route(blueprint, "/posts/<pid:post_id>/less", rule=SIGNED_IN)
def less(post_id: int) -> Any:
    """Ask what of a post the viewer wants to see less of."""
    session, who = db.session(), viewer()
    post = queries.post(session, who, post_id)
    group, _tie = queries.place(session, who, post.group_id)
    author = cards(session, [post.author_id]).get(post.author_id)
    if author is not None and author.uid == unsigned.UID:
        author = None
    rows = _rows(post, author, group, who)
    return page(
        "feed/less.html", post=post, rows=rows, author=author, back=url_for("feed.post", post_id=post_id)
    )


@route(blueprint, "/settings/feed", rule=SIGNED_IN)
def silenced() -> Any:
    """List what the viewer has left out of their feed."""
    return page("feed/silenced.html", rows=leaving_out.listed(db.session(), viewer()))


@route(blueprint, "/settings/feed", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def silence() -> Any:
    """Leave something out of the viewer's feed, or let it in again."""
    session, who = db.session(), viewer()
    given = read_form(SilenceForm).input
    try:
        leaving_out.silence(session, who, given.what, given.key, on=given.on)
    except Invalid as error:
        db.rollback()
        flash(next(iter(error.errors.values()))[0], "error")
        return see_other(".silenced")
    flash(
        _("Left out of your feed. You find it in your settings.") if given.on else _("It is shown again."),
        "ok",
    )
    return see_other(".less", post_id=given.post) if given.post is not None else see_other(".silenced")
