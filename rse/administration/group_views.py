"""Pages of groups for their upkeep: the list, and one group. What is written in them is not here."""

from typing import Any, Literal

from flask import request, url_for
from pydantic import Field

from rse.administration import upkeep
from rse.administration.views import blueprint
from rse.core import db
from rse.core.api import Schema
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    ADMIN,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.groups.schemas import Purpose

PAGE = 50
ONE = "/admin/groups/<pid:group_id>"


class GroupFor(Schema):
    """A new group and who owns it. A secret one is made by those who will be in it."""

    name: str = Field(min_length=3, max_length=120)
    description: str = Field("", max_length=2000)
    visibility: Literal["open", "closed"] = "open"
    purpose: Purpose = "professional"
    owner: str = Field(min_length=1, max_length=254)


class Appointed(Schema):
    """Login or address of the new owner."""

    owner: str = Field(min_length=1, max_length=254)


def _listed(status: int = 200, **form: Any) -> Any:
    session, who, q = db.session(), viewer(), request.args.get("q", "")[:100]
    asked = request.args.get("state", "")
    state = asked if asked in upkeep.STATES else ""
    after = decode_cursor(request.args.get("after"), str, int)
    found = upkeep.listed(
        session, who, q=q, state=state, after=(after[0], after[1]) if after else None, limit=PAGE
    )
    last = found[PAGE - 1] if len(found) > PAGE else None
    given: dict[str, Any] = {"q": q, "state": state}
    kept = {name: value for name, value in given.items() if value}
    counts = upkeep.counts(session, who)
    names = {"": _("Living"), "ownerless": _("Without an owner"), "archived": _("Archived")}
    return page(
        "administration/groups.html",
        status,
        groups=found[:PAGE],
        q=q,
        state=state,
        more=url_for(".groups_page", **kept, after=encode_cursor(last.folded, last.id)) if last else None,
        states=[
            (key, text, url_for(".groups_page", q=q or None, state=key or None), counts[key])
            for key, text in names.items()
        ],
        unseen=upkeep.unseen(session, who),
        **{"data": {}, "errors": {}, **form},
    )


@route(blueprint, "/admin/groups", rule=ADMIN)
def groups_page() -> Any:
    """List the groups that may be known of."""
    return _listed()


@route(blueprint, "/admin/groups", rule=ADMIN, methods=("POST",), limit="60/minute")
def create_group() -> Any:
    """Make a group for somebody."""
    form = read_form(GroupFor)
    if form.value is None:
        return _listed(422, data=form.data, errors=form.errors)
    try:
        made = upkeep.create(db.session(), viewer(), **form.value.model_dump())
    except Invalid as error:
        db.rollback()
        return _listed(422, data=form.data, errors=error.errors)
    flash(_("The group is there, and its owner named."), "ok")
    return see_other(".group", group_id=made.id)


def _one(group_id: int, status: int = 200, **form: Any) -> Any:
    session = db.session()
    found = upkeep.find(session, viewer(), group_id)
    return page(
        "administration/group.html",
        status,
        group=found,
        owners=upkeep.owners(session, [group_id]).get(group_id, []),
        **{"data": {}, "errors": {}, **form},
    )


@route(blueprint, ONE, rule=ADMIN)
def group(group_id: int) -> Any:
    """Show a group and its upkeep."""
    return _one(group_id)


@route(blueprint, f"{ONE}/archive", rule=ADMIN, methods=("POST",), limit="60/minute")
def archive_group(group_id: int) -> Any:
    """Close a group to writing, or open it again."""
    session, on = db.session(), request.form.get("archived") == "1"
    upkeep.archive(session, viewer(), upkeep.find(session, viewer(), group_id), archived=on)
    flash(
        _("The group is archived: it can be read, not written in.") if on else _("The group lives again."),
        "ok",
    )
    return see_other(".group", group_id=group_id)


@route(blueprint, f"{ONE}/owner", rule=ADMIN, methods=("POST",), limit="60/minute")
def appoint_owner(group_id: int) -> Any:
    """Name an owner of a group that has none left."""
    session, form = db.session(), read_form(Appointed)
    found = upkeep.find(session, viewer(), group_id)
    if form.value is None:
        return _one(group_id, 422, data=form.data, errors=form.errors)
    try:
        person = upkeep.appoint(session, viewer(), found, form.value.owner)
    except Invalid as error:
        db.rollback()
        return _one(group_id, 422, data=form.data, errors=error.errors)
    flash(_("%(name)s looks after the group now.", name=person.display_name), "ok")
    return see_other(".group", group_id=group_id)
