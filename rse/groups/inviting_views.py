"""Inviting a department or by a link, entering by one, and the answer to whether a group is still needed."""

from typing import Any, Literal

from flask import url_for
from pydantic import Field

from rse.core import db, text
from rse.core.api import PublicId, Schema
from rse.core.i18n import _, ngettext
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, settings, viewer
from rse.groups import inviting, queries, renewing, service
from rse.groups.views import blueprint, opened


class Chosen(Schema):
    """Which department."""

    department: PublicId


class Lasting(Schema):
    """For how many days a link holds."""

    days: Literal["1", "7", "30", "90"] = Field("7")


@route(blueprint, "/groups/<slug>/invite/more", rule=SIGNED_IN)
def invite_more(slug: str) -> Any:
    """Show how to invite many: a department, or whoever is given a link."""
    group, values = opened(slug)
    session = db.session()
    service.require_staff(session, viewer(), group)
    base = settings().base_url.rstrip("/")
    held = [(one, f"{base}{url_for('.by_link', key=one.key)}") for one in inviting.links(session, group.id)]
    return page(
        "groups/invite.html",
        departments=inviting.departments(session),
        links=held,
        days=inviting.DAYS,
        large=group.member_count >= renewing.LARGE,
        **values,
    )


@route(blueprint, "/groups/<slug>/invite/department", rule=SIGNED_IN, methods=("POST",), limit="20/hour")
def invite_department(slug: str) -> Any:
    """Invite everybody of a department."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    try:
        new = inviting.invite_department(session, who, group, read_form(Chosen).input.department)
    except Invalid as error:
        flash(next(iter(error.errors.values()))[0], "warn")
        return see_other(".invite_more", slug=slug)
    if new:
        flash(ngettext("%(n)s person is invited.", "%(n)s people are invited.", new), "ok")
    else:
        flash(_("Everybody there is in the group, invited, or has asked already."))
    return see_other(".members", slug=slug)


@route(blueprint, "/groups/<slug>/links", rule=SIGNED_IN, methods=("POST",), limit="20/hour")
def make_link(slug: str) -> Any:
    """Make a link into the group."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    try:
        inviting.make_link(session, who, group, int(read_form(Lasting).input.days))
    except Invalid as error:
        flash(next(iter(error.errors.values()))[0], "warn")
    else:
        flash(_("The link is there: give it to those who shall come."), "ok")
    return see_other(".invite_more", slug=slug)


@route(blueprint, "/groups/<slug>/links/<pid:link_id>/end", rule=SIGNED_IN, methods=("POST",))
def end_link(slug: str, link_id: int) -> Any:
    """Let a link lead nowhere any more."""
    session, who = db.session(), viewer()
    inviting.end_link(session, who, queries.find(session, who, slug), link_id)
    flash(_("The link leads nowhere any more."), "ok")
    return see_other(".invite_more", slug=slug)


@route(blueprint, "/invited/<key>", rule=SIGNED_IN)
def by_link(key: str) -> Any:
    """Show the group that a link leads into, and ask whether one enters."""
    try:
        link, group = inviting.opened(db.session(), viewer(), key)
    except NotFound:
        return page("groups/ended.html", 404)
    html = text.render(group.description)
    return page("groups/invited.html", group=group, link=link, html=html, key=key)


@route(blueprint, "/invited/<key>", rule=SIGNED_IN, methods=("POST",), limit="30/hour")
def enter_by_link(key: str) -> Any:
    """Enter a group by its link."""
    try:
        group = inviting.enter(db.session(), viewer(), key)
    except NotFound:
        return page("groups/ended.html", 404)
    flash(_("Welcome to the group."), "ok")
    return see_other(".show", slug=group.slug)


@route(blueprint, "/groups/<slug>/renew", rule=SIGNED_IN, methods=("POST",))
def renew(slug: str) -> Any:
    """Say that a group is still needed."""
    session, who = db.session(), viewer()
    renewing.renew(session, who, queries.find(session, who, slug))
    flash(_("Good: you are not asked again for a year."), "ok")
    return see_other(".about", slug=slug)
