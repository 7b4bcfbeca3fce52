"""Pages of a group under its head: list, page, form, history; all of it works without JavaScript."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import (
    SIGNED_IN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    is_fragment,
    page,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.feed import writing
from rse.groups.views import opened
from rse.pages import comparing, policy, queries, service, showing
from rse.pages.queries import Place
from rse.pages.schemas import PageForm, Writers, Written

blueprint = Blueprint("pages", __name__)
PAGE = 100


def frame(slug: str) -> tuple[Place, dict[str, Any]]:
    """Load a group with what its head shows, and what the viewer may do with its pages."""
    group, values = opened(slug)
    place = queries.of_group(db.session(), viewer(), group)
    values["may_write"] = policy.may_write(group, place.tie)
    return place, values


@route(blueprint, "/groups/<slug>/pages", rule=SIGNED_IN)
def index(slug: str) -> Any:
    """Show the pages of a group by title, or those changed last."""
    place, values = frame(slug)
    session, q = db.session(), request.args.get("q", "")[:100].strip()
    newest = request.args.get("order") == "newest"
    after: Any = None if newest else decode_cursor(request.args.get("cursor"), str, int)
    found = queries.listed(session, viewer(), place.group, q=q, newest=newest, after=after, limit=PAGE)
    more = None
    if len(found) > PAGE and not newest:
        last = found[PAGE - 1]
        more = url_for(".index", slug=slug, q=q or None, cursor=encode_cursor(last.key, last.id))
    return page(
        "pages/index.html",
        pages=found[:PAGE],
        more=more,
        q=q,
        newest=newest,
        wanted=[] if q or after else queries.wanted(session, place.group),
        may_bring_back=policy.may_bring_back(place.group, place.tie),
        **values,
    )


@route(blueprint, "/groups/<slug>/pages/new", rule=SIGNED_IN)
def new(slug: str) -> Any:
    """Show the form of a new page."""
    place, values = frame(slug)
    service.require_writer(place)
    data = {"title": request.args.get("title", "")[:120]}
    return page("pages/form.html", one=None, form=Form(data, None, {}), **values)


@route(blueprint, "/groups/<slug>/pages", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def create(slug: str) -> Any:
    """Begin a page."""
    place, values = frame(slug)
    form = read_form(PageForm)
    try:
        given = form.input
        made = service.create(
            db.session(), viewer(), place, title=given.title, body=given.body, note=given.note
        )
    except Invalid as error:
        db.rollback()
        place, values = frame(slug)
        return page("pages/form.html", 422, one=None, form=Form(form.data, None, error.errors), **values)
    return see_other(".show", slug=slug, name=made.slug)


@route(blueprint, "/groups/<slug>/pages/<name>", rule=SIGNED_IN)
def show(slug: str, name: str) -> Any:
    """Show a page: who wrote it, what it was made of, what points to it."""
    place, values = frame(slug)
    session, who = db.session(), viewer()
    one = queries.page(session, who, place.group, name)
    return page(
        "pages/page.html",
        one=one,
        html=showing.shown(session, place.group, one.body_html, may_write=values["may_write"]),
        by=queries.author(session, one.edited_by),
        authors=queries.authors(session, one),
        credited=queries.credited(session, one) if one.post_id else [],
        thread=queries.thread(session, who, one),
        pointing=queries.pointing(session, one),
        may_delete=policy.may_delete(who, one, place.group, place.tie),
        **values,
    )


@route(blueprint, "/groups/<slug>/pages/<name>/edit", rule=SIGNED_IN)
def edit(slug: str, name: str) -> Any:
    """Show the form of a page with what it says now."""
    place, values = frame(slug)
    one = queries.page(db.session(), viewer(), place.group, name)
    service.require_writer(place)
    data = {"title": one.title, "body": one.body, "base": one.number}
    return page("pages/form.html", one=one, form=Form(data, None, {}), **values)


@route(blueprint, "/groups/<slug>/pages/<name>/edit", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def save(slug: str, name: str) -> Any:
    """Save a page; who was overtaken by somebody else sees both texts and decides."""
    place, _values = frame(slug)
    form = read_form(PageForm)
    try:
        given = form.input
        one = service.edit(
            db.session(), viewer(), place, name, base=given.base, title=given.title, body=given.body,
            note=given.note,
        )  # fmt: skip
    except Invalid as error:
        db.rollback()
        return _again(slug, name, Form(form.data, None, error.errors), 422)
    except service.Overtaken:
        db.rollback()
        return _overtaken(slug, name, form)
    flash(_("Saved."), "ok")
    return see_other(".show", slug=slug, name=one.slug)


def _again(slug: str, name: str, form: Form[Any], status: int, **more: Any) -> Any:
    place, values = frame(slug)
    one = queries.page(db.session(), viewer(), place.group, name)
    return page("pages/form.html", status, one=one, form=form, **values, **more)


def _overtaken(slug: str, name: str, form: Form[PageForm]) -> Any:
    """Show one's own text to go on with, and what the other writer has changed meanwhile."""
    place, _values = frame(slug)
    session, given = db.session(), form.input
    one = queries.page(session, viewer(), place.group, name)
    begun = queries.version(session, one, given.base) if 0 < given.base < one.number else None
    data = {**form.data, "base": one.number}  # whoever saves now has seen this version
    more: dict[str, Any] = {
        "other": queries.author(session, one.edited_by),
        "theirs": comparing.differences(begun.body, one.body) if begun else None,
        "ours": comparing.differences(one.body, given.body),
    }
    return _again(slug, name, Form(data, None, {}), 409, **more)


@route(blueprint, "/groups/<slug>/pages/preview", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def preview(slug: str) -> Any:
    """Show what a text will look like, before it is saved; without a script the text comes back as a page."""
    place, values = frame(slug)
    service.require_writer(place)
    form = read_form(Written, lenient=True)
    session, who, error, html = db.session(), viewer(), "", ""
    try:
        written = writing.write(session, who, form.input.body, place.group.posts_audience, wiki=True)
        html = showing.shown(session, place.group, written.html, may_write=True)
    except Invalid as wrong:
        error = next(iter(wrong.errors.values()))[0]
    shown: dict[str, Any] = {"preview": html, "preview_error": error}
    if is_fragment():
        return Response(render_template("pages/_preview.html", **shown), mimetype="text/html")
    name, data = request.form.get("name", ""), {**form.data, "base": request.form.get("base", "")}
    one = queries.page(session, who, place.group, name) if name else None
    return page("pages/form.html", one=one, form=Form(data, None, {}), **shown, **values)


@route(blueprint, "/groups/<slug>/pages/<name>/delete", rule=SIGNED_IN)
def ask_delete(slug: str, name: str) -> Any:
    """Ask whether a page shall go."""
    place, values = frame(slug)
    one = queries.page(db.session(), viewer(), place.group, name)
    may = policy.may_delete(viewer(), one, place.group, place.tie)
    if not may:
        return see_other(".show", slug=slug, name=name)
    pointing = queries.pointing(db.session(), one)
    return page("pages/delete.html", one=one, pointing=pointing, **values)


@route(blueprint, "/groups/<slug>/pages/<name>/delete", rule=SIGNED_IN, methods=("POST",))
def delete(slug: str, name: str) -> Any:
    """Take a page away."""
    place, _values = frame(slug)
    service.delete(db.session(), viewer(), place, name)
    flash(_("The page is deleted. The group’s owners can bring it back for some weeks."), "ok")
    return see_other(".index", slug=slug)


@route(blueprint, "/groups/<slug>/pages/writers", rule=SIGNED_IN, methods=("POST",))
def writers(slug: str) -> Any:
    """Decide who writes the pages."""
    place, _values = frame(slug)
    service.set_writers(db.session(), viewer(), place, read_form(Writers).input.pages_by)
    flash(_("Saved."), "ok")
    return see_other(".index", slug=slug)
