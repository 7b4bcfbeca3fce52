"""Earlier versions of a page: what changed, who wrote it, and letting one stand again; deleted pages."""

from typing import Any

from flask import request, url_for

from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.pages import comparing, policy, queries, service
from rse.pages.schemas import Restored
from rse.pages.views import blueprint, frame

VERSIONS = 50


@route(blueprint, "/groups/<slug>/pages/<name>/history", rule=SIGNED_IN)
def history(slug: str, name: str) -> Any:
    """Show the versions of a page, the newest first."""
    place, values = frame(slug)
    session = db.session()
    one = queries.page(session, viewer(), place.group, name)
    position = decode_cursor(request.args.get("cursor"), int)
    found = queries.versions(session, one, before=position[0] if position else None, limit=VERSIONS)
    more = None
    if len(found) > VERSIONS:
        more = url_for(".history", slug=slug, name=name, cursor=encode_cursor(found[VERSIONS - 1].number))
    # The one before each: how much was added or taken away.
    sizes = {version.number: version.size for version in found}
    return page("pages/history.html", one=one, versions=found[:VERSIONS], sizes=sizes, more=more, **values)


@route(blueprint, "/groups/<slug>/pages/<name>/history/<int:number>", rule=SIGNED_IN)
def version(slug: str, name: str, number: int) -> Any:
    """Show one version: what it changed, and what it said."""
    place, values = frame(slug)
    session = db.session()
    one = queries.page(session, viewer(), place.group, name)
    found = queries.version(session, one, number)
    before = queries.version(session, one, number - 1) if number > 1 else None
    return page(
        "pages/version.html",
        one=one,
        version=found,
        before=before,
        by=queries.author(session, found.author_id),
        changes=comparing.differences(before.body, found.body) if before else [],
        **values,
    )


@route(blueprint, "/groups/<slug>/pages/<name>/restore", rule=SIGNED_IN, methods=("POST",))
def restore(slug: str, name: str) -> Any:
    """Let an older version stand again."""
    place, _values = frame(slug)
    number = read_form(Restored).input.number
    try:
        service.restore(db.session(), viewer(), place, name, number)
    except Invalid as error:  # it names somebody who is not there any more, or another page has the title
        db.rollback()
        flash(next(iter(error.errors.values()))[0], "warn")
        return see_other(".version", slug=slug, name=name, number=number)
    flash(_("That version stands again; what was written since is in the history."), "ok")
    return see_other(".show", slug=slug, name=name)


@route(blueprint, "/groups/<slug>/pages/deleted", rule=SIGNED_IN)
def deleted(slug: str) -> Any:
    """Show to those who look after the group what was deleted."""
    place, values = frame(slug)
    if not policy.may_bring_back(place.group, place.tie):
        raise NotFound
    return page("pages/deleted.html", pages=queries.gone(db.session(), place.group), **values)


@route(blueprint, "/groups/<slug>/pages/<name>/back", rule=SIGNED_IN, methods=("POST",))
def bring_back(slug: str, name: str) -> Any:
    """Bring a deleted page back."""
    place, _values = frame(slug)
    try:
        service.bring_back(db.session(), place, name)
    except Invalid as error:
        db.rollback()
        flash(next(iter(error.errors.values()))[0], "warn")
        return see_other(".deleted", slug=slug)
    flash(_("The page is back."), "ok")
    return see_other(".show", slug=slug, name=name)
