"""The administrator's page of thanks: how many a week, and where they are not in use."""

from typing import Any

from flask import Blueprint

from rse.accounts import audit
from rse.core import company, db
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import ADMIN, Form, flash, page, read_form, route, see_other, viewer_id
from rse.recognition import policy, queries, service
from rse.recognition.schemas import Rules

blueprint = Blueprint("recognition", __name__)


@route(blueprint, "/admin/thanks", rule=ADMIN)
def rules() -> Any:
    """Show the rules of thanks."""
    session = db.session()
    data = {"quota": policy.quota(session), "sites_off": list(policy.sites_off(session))}
    return _page(200, Form(data, None, {}))


def _page(code: int, form: Form[Any]) -> Any:
    known = {*queries.sites(db.session()), *policy.sites_off(db.session())}
    return page("recognition/rules.html", code, form=form, sites=sorted(known))


@route(blueprint, "/admin/thanks", rule=ADMIN, methods=("POST",), limit="30/minute")
def save_rules() -> Any:
    """Keep the rules of thanks; each change is in the audit log."""
    form = read_form(Rules)
    try:
        given = form.input
    except Invalid:
        return _page(422, form)
    session = db.session()
    changed = service.set_rules(session, quota=given.quota, sites_off=given.sites_off, by=viewer_id())
    for key in changed:
        audit.record(session, "settings.change", actor_id=viewer_id(), target=f"setting:{key}")
    company.forget(session)
    flash(_("The settings are saved.") if changed else _("Nothing was changed."), "ok")
    return see_other("recognition.rules")
