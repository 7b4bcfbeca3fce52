"""The administration page of provisioning: tokens of the providers, groups with their mapping, writes."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, request, url_for

from rse.accounts.models import Person
from rse.core import db, jobs
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import (
    ADMIN,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    route,
    see_other,
    settings,
    viewer_id,
)
from rse.provisioning import runs, scim_http, scim_mapping, scim_overview, scim_tokens, words
from rse.provisioning.models import ProvisioningRun

blueprint = Blueprint("provisioning", __name__)
MAX_DAYS = 3650
ROW = "<int(max=9223372036854775807):row_id>"


def _page(
    status: int = 200, token: str = "", errors: dict[str, list[str]] | None = None, only: int | None = None
) -> Any:
    session, q = db.session(), "" if only else request.values.get("q", "").strip()[:100]
    tokens = scim_tokens.tokens(session)
    after = None if only else decode_cursor(request.args.get("after"), int, str, int)
    groups, following = scim_overview.groups(session, q, after, only)
    return page(
        "provisioning/admin.html",
        status,
        base=scim_http.base(),
        tokens=tokens,
        providers=sorted({one.provider or "scim" for one in tokens}),
        token=token,
        counts=scim_overview.counts(session),
        groups=groups,
        more=url_for(".overview", q=q or None, after=encode_cursor(*following)) if following else None,
        searched=q,
        suggestions=scim_overview.suggestions(session),
        kinds=[("", _("Nothing")), ("group", _("A group of the network")), ("department", _("A department"))],
        failures=scim_overview.writes(session, failed=True),
        writes=scim_overview.writes(session, failed=False),
        runs=runs.latest(session, most=10),
        words=words,
        directory=bool(settings().ldap_url),
        reading=runs.going_on(session, "ldap"),
        errors={name: texts[0] for name, texts in (errors or {}).items()},
        given=request.form,
    )


@route(blueprint, "/admin/provisioning", rule=ADMIN)
def overview() -> Any:
    """Show what provisions people, and how it goes."""
    return _page()


@route(blueprint, "/admin/provisioning/tokens", rule=ADMIN, methods=("POST",), limit="30/minute")
def create_token() -> Any:
    """Make a token for a provider; this page alone shows it."""
    try:
        life = _life(request.form.get("days", "").strip())
        made = scim_tokens.create(db.session(), request.form.get("provider", ""), life, viewer_id())
    except Invalid as wrong:
        return _page(422, errors=wrong.errors)
    response = _page(token=made)
    response.headers["Cache-Control"] = "no-store"
    return response


def _life(days: str) -> timedelta | None:
    """Read how long a token is good. Raises Invalid(days=...)."""
    if not days:
        return None
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MAX_DAYS):
        raise Invalid(days=_("A number of days from 1 to 3650, or nothing."))
    return timedelta(days=int(days))


@route(blueprint, f"/admin/provisioning/tokens/{ROW}/revoke", rule=ADMIN, methods=("POST",))
def revoke_token(row_id: int) -> Any:
    """End a token at once."""
    scim_tokens.revoke(db.session(), row_id, viewer_id())
    flash(_("The token has ended."), "ok")
    return see_other(".overview")


@route(blueprint, "/admin/provisioning/groups/<pid:group_id>", rule=ADMIN, methods=("POST",))
def map_group(group_id: int) -> Any:
    """Map a group of a provider to a group or department, or to nothing."""
    session, kind = db.session(), request.form.get("kind", "")
    group = scim_overview.group(session, group_id)
    try:
        target = scim_overview.target_named(session, kind, request.form.get("target", "")[:600])
    except Invalid as wrong:
        errors = {f"group-{group_id}": texts for texts in wrong.errors.values()}
        return _page(422, errors=errors, only=group_id)
    scim_mapping.map_to(session, group, kind, target, viewer_id())
    flash(_("%(name)s: the mapping is stored, and its members have what it gives.", name=group.name), "ok")
    return see_other(".overview", q=request.form.get("q", "")[:100] or None, _anchor="groups")


@route(blueprint, f"/admin/provisioning/runs/{ROW}", rule=ADMIN)
def run(row_id: int) -> Any:
    """Show one run: what it changed, field by field, and what failed."""
    session = db.session()
    found = session.get(ProvisioningRun, row_id)
    if found is None:
        raise NotFound
    who = session.get(Person, found.actor_id) if found.actor_id else None
    return page("provisioning/run.html", run=found, who=who, words=words, most=runs.MOST)


@route(blueprint, "/admin/provisioning/read", rule=ADMIN, methods=("POST",), limit="10/minute")
def read() -> Any:
    """Read the directory now: what has changed since the last good run, or everything."""
    if not settings().ldap_url:
        raise NotFound
    jobs.run_now("rse.provisioning.tasks.read_now", request.form.get("what") == "full", viewer_id())
    flash(_("The directory is read in a moment; the run appears below."), "ok")
    return see_other(".overview", _anchor="runs")
