"""Pages of integration: webhooks for administrators, hooks of a group for those who look after it."""

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from sqlalchemy.orm import Session

from rse.core import db
from rse.core.api import PREFIX
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import (
    ADMIN,
    SIGNED_IN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    settings,
    viewer,
)
from rse.groups import queries as groups
from rse.groups.models import Group
from rse.integration import policy, queries, service, trying, words
from rse.integration.schemas import NewHook, NewWebhook
from rse.integration.showing import shown

blueprint = Blueprint("integration", __name__)
EMPTY: Form[Any] = Form({}, None, {})


def _index(form: Form[Any] = EMPTY, status: int = 200, secret: str = "") -> Any:
    session = db.session()
    hooks = queries.hooks(session, viewer())
    answer = page(
        "integration/index.html",
        status,
        webhooks=shown(list(queries.webhooks(session))),
        hooks=hooks,
        hidden=queries.hidden_hooks(session, len(hooks)),
        form=form,
        secret=secret,
        events=[(name, words.EVENTS[name]) for name in policy.EVENTS],
        names=words.EVENTS,
        offered=_offered(session, viewer()),
    )
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _offered(session: Session, who: Viewer) -> list[tuple[str, str]]:
    """Give the groups to choose from: those that this administrator is in, and may have it told of."""
    mine = {one.id: one.role for one in groups.mine(who)}
    found = [one for one in groups.directory(session, who, limit=200) if not one.archived]
    return [(one.slug, one.name) for one in found if policy.may_tell_of(one.visibility, mine.get(one.id))]


@route(blueprint, "/admin/integrations", rule=ADMIN)
def index() -> Any:
    """List the programs that are told, and those that write."""
    return _index()


@route(blueprint, "/admin/integrations", rule=ADMIN, methods=("POST",), limit="30/hour")
def create() -> Any:
    """Make a webhook and show its secret, this once."""
    form = read_form(NewWebhook)
    if form.value is None:
        return _index(form, 422)
    tls = settings().env == "production"
    try:
        _made, secret = service.create(
            db.session(), viewer(), form.value, str(current_app.secret_key), tls=tls
        )
    except Invalid as error:
        db.rollback()
        return _index(Form(form.data, None, error.errors), 422)
    return _index(secret=secret)


@route(blueprint, "/admin/integrations/<pid:webhook_id>", rule=ADMIN)
def webhook(webhook_id: int) -> Any:
    """Show a webhook and what it was told: no content."""
    session = db.session()
    found = queries.webhook(session, webhook_id)
    before = decode_cursor(request.args.get("before"), int)
    rows = queries.log(session, webhook_id, before[0] if before else None)
    more = None
    if len(rows) > queries.LOG:
        more = url_for(".webhook", webhook_id=webhook_id, before=encode_cursor(rows[queries.LOG - 1].id))
    return page(
        "integration/webhook.html",
        webhook=found,
        places=queries.places(session, [webhook_id], viewer()).get(webhook_id, []),
        rows=rows[: queries.LOG],
        more=more,
        names=words.EVENTS,
        states=words.STATES,
        problems=words.PROBLEMS,
    )


@route(blueprint, "/admin/integrations/<pid:webhook_id>/try", rule=ADMIN, methods=("POST",), limit="20/hour")
def try_out(webhook_id: int) -> Any:
    """Send a trial, and everything that was given up."""
    trying.again(db.session(), queries.webhook(db.session(), webhook_id).id)
    flash(_("A trial is on its way: its line says how it went."), "ok")
    return see_other(".webhook", webhook_id=webhook_id)


@route(blueprint, "/admin/integrations/<pid:webhook_id>/remove", rule=ADMIN, methods=("POST",))
def remove(webhook_id: int) -> Any:
    """Remove a webhook."""
    service.remove(db.session(), viewer(), webhook_id)
    flash(_("It is told nothing any more."), "ok")
    return see_other(".index")


@route(blueprint, "/admin/integrations/hooks/<pid:hook_id>/close", rule=ADMIN, methods=("POST",))
def close_any(hook_id: int) -> Any:
    """Close a hook into any group that the administrator knows of."""
    service.close_hook(db.session(), viewer(), hook_id)
    flash(_("The address opens nothing any more. What was written stays."), "ok")
    return see_other(".index")


def _group(slug: str) -> Group:
    """Give a group whose hooks the viewer looks after. Raises NotFound."""
    group = groups.find(db.session(), viewer(), slug)
    if not policy.may_hook(viewer(), groups.membership(db.session(), group.id, viewer().id)):
        raise NotFound
    return group


def _hooks(group: Group, form: Form[Any] = EMPTY, status: int = 200, secret: str = "") -> Any:
    address = f"{settings().base_url}{PREFIX}/hooks/{secret}" if secret else ""
    found = queries.hooks(db.session(), viewer(), group.id)
    answer = page("integration/hooks.html", status, group=group, hooks=found, form=form, address=address)
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@route(blueprint, "/groups/<slug>/hooks", rule=SIGNED_IN)
def group_hooks(slug: str) -> Any:
    """List the programs that write in a group, for those who look after it."""
    return _hooks(_group(slug))


@route(blueprint, "/groups/<slug>/hooks", rule=SIGNED_IN, methods=("POST",), limit="30/hour")
def open_hook(slug: str) -> Any:
    """Let a program write in a group, and show its address, this once."""
    group, form = _group(slug), read_form(NewHook)
    if form.value is None:
        return _hooks(group, form, 422)
    try:
        secret = service.open_hook(db.session(), viewer(), group, form.value.name)
    except Invalid as error:
        db.rollback()
        return _hooks(group, Form(form.data, None, error.errors), 422)
    return _hooks(group, secret=secret)


@route(blueprint, "/groups/<slug>/hooks/<pid:hook_id>/close", rule=SIGNED_IN, methods=("POST",))
def close_hook(slug: str, hook_id: int) -> Any:
    """Close a hook of a group."""
    service.close_hook(db.session(), viewer(), hook_id, _group(slug).id)
    flash(_("The address opens nothing any more. What was written stays."), "ok")
    return see_other(".group_hooks", slug=slug)


def panel(session: Session, who: Viewer, group: Group) -> str:
    """Name the programs that write in a group, for its readers; its owners are led to their page."""
    tie = groups.membership(session, group.id, who.id)
    mine, inside = policy.may_hook(who, tie), who.holds(group.posts_audience)
    found = queries.hooks(session, who, group.id) if inside else []
    return (
        render_template("integration/_panel.html", group=group, hooks=found, mine=mine)
        if mine or found
        else ""
    )
