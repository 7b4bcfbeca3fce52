"""Templates of posts, written by those who look after a group and offered above its composer; the welcome."""

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.audience import Viewer
from rse.core.headers import csrf_token
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, Form, flash, is_fragment, page, read_form, route, see_other, viewer
from rse.groups import manners, policy, queries, service
from rse.groups.models import Group, PostTemplate
from rse.groups.schemas import TemplateInput
from rse.groups.views import blueprint, opened


def _show(slug: str, form: Form[Any], status: int = 200, one: PostTemplate | None = None) -> Any:
    group, values = opened(slug)
    service.require_staff(db.session(), viewer(), group)
    held = manners.templates(db.session(), group.id)
    return page("groups/templates.html", status, templates=held, form=form, one=one, **values)


@route(blueprint, "/groups/<slug>/templates", rule=SIGNED_IN)
def templates(slug: str) -> Any:
    """Show the templates of a group to those who look after it."""
    return _show(slug, Form({}, None, {}))


@route(blueprint, "/groups/<slug>/templates/<pid:template_id>", rule=SIGNED_IN)
def template(slug: str, template_id: int) -> Any:
    """Show one of them in the form."""
    group = queries.find(db.session(), viewer(), slug)
    service.require_staff(db.session(), viewer(), group)
    one = manners.template(db.session(), group.id, template_id)
    data = {name: getattr(one, name) for name in ("name", "kind", "title", "body")}
    return _show(slug, Form(data, None, {}), one=one)


@route(blueprint, "/groups/<slug>/templates", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def add_template(slug: str) -> Any:
    """Write a template."""
    return _save(slug, None)


@route(blueprint, "/groups/<slug>/templates/<pid:template_id>", rule=SIGNED_IN, methods=("POST",))
def change_template(slug: str, template_id: int) -> Any:
    """Change a template."""
    return _save(slug, template_id)


def _save(slug: str, template_id: int | None) -> Any:
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    service.require_staff(session, who, group)
    one = manners.template(session, group.id, template_id) if template_id else None
    form = read_form(TemplateInput)
    try:
        manners.save_template(session, who, group, form.input.model_dump(), template_id)
    except Invalid as error:
        return _show(slug, Form(form.data, None, error.errors), 422, one)
    flash(_("Saved."), "ok")
    return see_other(".templates", slug=slug)


@route(blueprint, "/groups/<slug>/templates/<pid:template_id>/delete", rule=SIGNED_IN, methods=("POST",))
def remove_template(slug: str, template_id: int) -> Any:
    """Remove a template."""
    session, who = db.session(), viewer()
    manners.remove_template(session, who, queries.find(session, who, slug), template_id)
    flash(_("The template is removed. Posts that began with it stay as they are."), "ok")
    return see_other(".templates", slug=slug)


@route(blueprint, "/groups/<slug>/greeted", rule=SIGNED_IN, methods=("POST",))
def greeted(slug: str) -> Any:
    """Put the welcome of a group away."""
    session, who = db.session(), viewer()
    manners.put_away(session, who, queries.find(session, who, slug))
    return "" if is_fragment() else see_other("groups.show", slug=slug)


def offer(session: Session, who: Viewer, group: Group) -> str:
    """Offer the templates of a group above its composer, to those who may write there."""
    tie = queries.active(session, who, group.id)
    if "cursor" in request.args or not policy.may_publish(who, group, tie):
        return ""
    held = manners.templates(session, group.id)
    if not held:
        return ""
    staff = policy.may_manage(tie)
    return render_template(
        "groups/_templates.html", templates=held, group=group, csrf_token=csrf_token(), staff=staff
    )


def begun(session: Session, group: Group) -> Form[Any] | None:
    """Give what the composer of a group begins with, as its address says; None for an empty one."""
    try:
        wanted = decode_id(request.args.get("begin", ""))
        one = manners.template(session, group.id, wanted)
    except (ValueError, NotFound):
        return None
    return Form({"kind": one.kind, "title": one.title, "body": one.body}, None, {})
