"""The page of retention: what is kept for how long, what is removed by night, what the last night removed."""

from typing import Any

from flask import request

from rse.accounts import audit
from rse.administration import retention
from rse.administration.views import blueprint
from rse.core import company, db
from rse.core.i18n import _
from rse.core.retention import AUDIT, Keep, days
from rse.core.web import ADMIN, flash, page, route, see_other, viewer_id


def _page(sent: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Any:
    session = db.session()
    at, removed = retention.last(session)
    kept = retention.everything()
    return page(
        "administration/retention.html",
        422 if errors else 200,
        choices=[one for one in kept if not one.fixed],
        fixed=[(one.label, one.why, one.days) for one in kept if one.fixed],
        audit=AUDIT,
        days={one.key: (sent or {}).get(one.key, str(days(session, one))) for one in kept},
        errors=errors or {},
        last=at,
        removed=[(one.label, removed[one.key]) for one in kept if one.key in removed],
    )


@route(blueprint, "/admin/retention", rule=ADMIN)
def retention_page() -> Any:
    """Show what is kept for how long."""
    return _page()


@route(blueprint, "/admin/retention", rule=ADMIN, methods=("POST",), limit="60/minute")
def save_retention() -> Any:
    """Keep all the numbers of days, or none when one is wrong."""
    choices = [one for one in retention.everything() if not one.fixed]
    sent = {one.key: request.form.get(one.key, "").strip() for one in choices}
    wanted = {one.key: _read(one, sent[one.key]) for one in choices}
    errors = {
        one.key: _("A number of days from %(least)s to %(most)s.", least=one.least, most=one.most)
        for one in choices
        if wanted[one.key] is None
    }
    if errors:
        return _page(sent, errors)
    session = db.session()
    changed = sum(_keep(one, wanted[one.key]) for one in choices)
    company.forget(session)
    flash(_("The settings are saved.") if changed else _("Nothing was changed."), "ok")
    return see_other(".retention_page")


def _read(keep: Keep, text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(keep.most)) else 0
    return number if keep.least <= number <= keep.most else None


def _keep(keep: Keep, number: int | None) -> bool:
    session, value = db.session(), None if number == keep.days else number
    if not company.put(session, keep.setting, value, by=viewer_id()):
        return False
    target = f"setting:{keep.setting}"
    audit.record(session, "settings.change", actor_id=viewer_id(), target=target, value=number)
    return True
