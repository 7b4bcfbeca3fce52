"""Sign-in by OpenID Connect, for IT: connect a provider by its issuer, change what we are to it."""

from typing import Any

from flask import current_app, request

from rse.accounts import connecting, oidc, oidc_connecting, providers
from rse.accounts import views as signing
from rse.accounts.saml_guard import Refused
from rse.administration import openid_pages
from rse.administration.sso_views import blueprint, provider_page, row_of, way_of
from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import ADMIN, flash, page, route, see_other, settings, viewer_id

MAX_ISSUER = 500


@route(blueprint, "/admin/sso/new/openid", rule=ADMIN)
def oidc_new() -> Any:
    """Show the form that connects an OpenID provider, with our addresses."""
    return _form({}, {})


def _form(given: Any, errors: dict[str, list[str]], status: int = 200) -> Any:
    ours = openid_pages.ours(settings().base_url)
    return page("administration/sso_openid_new.html", status, given=given, errors=errors, openid=ours)


def _described(issuer: str) -> bytes:
    """Fetch what an issuer says of itself. Raises Invalid. No transaction stays open."""
    if not connecting.may_fetch(issuer, production=settings().env == "production"):
        raise Invalid(issuer=_("Give an https address."))
    db.rollback()
    try:
        return providers.fetch(oidc.well_known(issuer))
    except Refused as refusal:
        problem = _("Nothing usable comes from there: %(problem)s.", problem=refusal.detail)
        raise Invalid(issuer=problem) from refusal


@route(blueprint, "/admin/sso/new/openid", rule=ADMIN, methods=("POST",), limit="30/minute")
def oidc_connect() -> Any:
    """Connect an OpenID provider, switched off."""
    form, by = request.form, viewer_id()
    issuer = form.get("issuer", "").strip()[:MAX_ISSUER]
    try:
        document = _described(issuer)
        row = oidc_connecting.connect(
            db.session(),
            name=" ".join(form.get("name", "").split())[:100],
            issuer=issuer,
            document=document,
            client=(form.get("client_id", ""), form.get("client_secret", "")),
            scopes=form.get("scopes", ""),
            secret_key=str(current_app.secret_key),
            production=settings().env == "production",
            taken=frozenset(way.entity_id for way in signing.ways().all if way.id is None),
            actor_id=by,
        )
    except Invalid as invalid:
        db.rollback()
        return _form(form, invalid.errors, 422)
    flash(_("%(name)s is connected. Test it, then switch it on.", name=row.name), "ok")
    return see_other("sso.provider", slug=row.slug)


@route(blueprint, "/admin/sso/<slug>/client", rule=ADMIN, methods=("POST",), limit="30/minute")
def oidc_client(slug: str) -> Any:
    """Change what this application is to an OpenID provider."""
    row, form = row_of(slug), request.form
    if row.kind != "oidc":
        raise NotFound
    try:
        oidc_connecting.change_client(
            db.session(),
            row,
            client_id=form.get("client_id", ""),
            secret=form.get("client_secret", ""),
            scopes=form.get("scopes", ""),
            secret_key=str(current_app.secret_key),
            actor_id=viewer_id(),
        )
    except Invalid as invalid:
        db.rollback()
        return provider_page(way_of(slug), 422, {name: " ".join(t) for name, t in invalid.errors.items()})
    flash(_("Saved. It counts from the next sign-in."), "ok")
    return see_other("sso.provider", slug=slug)
