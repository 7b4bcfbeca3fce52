"""What the accounts feature declares."""

import secrets

from flask import Flask, current_app
from sqlalchemy import delete

from rse.accounts import (
    audit,
    cli,
    confirm_views,
    exports,
    keeping,
    live,
    logout_views,
    models,
    oidc_connecting,
    oidc_views,
    refusals,
    saml_keys,
    sessions,
    views,
)
from rse.accounts.connections import known
from rse.accounts.providers import SignIn, configured
from rse.accounts.session_views import own_sessions
from rse.accounts.token_views import own_tokens
from rse.core import clock, db
from rse.core.feature import Feature, NavItem
from rse.core.i18n import lazy
from rse.settings import BadSettings, Settings


def init(app: Flask) -> None:
    """Hang sessions and sign-in on the application. Raises BadSettings for a wrong attribute mapping."""
    sessions.init(app)
    refusals.init(app)
    settings: Settings = app.extensions["rse_settings"]
    if settings.env == "production" and settings.saml_metadata.startswith("http://"):
        raise BadSettings("RSE_SAML_METADATA: in production https, or a file")
    try:
        app.extensions["rse_sign_in"] = configured(
            settings.base_url,
            settings.data_dir / "saml",
            settings.saml_metadata,
            mapping=settings.saml_attributes,
            link=settings.saml_link,
            name_id=settings.saml_name_id,
            name=settings.saml_idp_name,
        )
    except ValueError as error:
        raise BadSettings(str(error)) from error


def saml_provider() -> str | None:
    """Say which provider in use cannot be used, or has no certificate left that is valid."""
    for way in known(db.session(), current_app.extensions["rse_sign_in"]).all:
        name = way.name or way.entity_id or way.slug
        if not way.enabled or way.kind != "saml":
            continue
        if way.provider is None:
            return f"{name}: {way.problem or 'its metadata were never read'}"
        if way.provider.certificate_end <= clock.now():
            return f"{name}: its signing certificate has ended"
    return None


def certificates() -> str | None:
    """Say which providers in use have no certificate left in thirty days."""
    found = known(db.session(), current_app.extensions["rse_sign_in"]).ending(clock.now())
    return "; ".join(f"{name}: its signing certificate ends on {end:%Y-%m-%d}" for name, end in found) or None


def framing() -> str | None:
    """Say when another site may show the pages in a frame, but browsers would send no cookie there."""
    settings: Settings = current_app.extensions["rse_settings"]
    if settings.framed and not settings.secure:
        return "RSE_FRAME_ANCESTORS: in a frame of another site nobody stays signed in without https"
    return None


def saml_signature() -> str | None:
    """Sign and verify a sample with our own key: the libraries agree with each other."""
    sign_in: SignIn = current_app.extensions["rse_sign_in"]
    sample = secrets.token_bytes(32)
    keys = sign_in.sp.keys
    made = saml_keys.sign(sample, keys.key)
    good = saml_keys.is_signed_by(sample, made, saml_keys.RSA_SHA256, (keys.certificate_body,))
    return None if good else "a signature of ours does not verify"


def end_sessions() -> str:
    """End every session of a restored database: some may have ended since the backup was made."""
    session = db.begin_write()
    ended = getattr(session.execute(delete(models.Session)), "rowcount", 0)
    audit.record(session, "data.restored", sessions=ended)
    db.commit()
    return f"{ended} sessions ended; people sign in again"


feature = Feature(
    name="accounts",
    blueprints=(views.blueprint,),
    cli=(cli.person, cli.admin, cli.token, cli.sealed),
    nav=(
        NavItem("sessions", lazy("My sessions"), "accounts.own_sessions", "monitor", 90, "me"),
        NavItem("tokens", lazy("My access tokens"), "accounts.own_tokens", "", 70, "settings.tabs"),
    ),
    exports=(exports.export,),
    keeps=keeping.KEEPS,
    live=live.register,
    init=init,
    checks=(saml_provider, saml_signature, framing),
    warnings=(certificates,),
    seals=(oidc_connecting.seal_anew,),
    restored=(end_sessions,),
)

__all__ = ["confirm_views", "feature", "logout_views", "models", "oidc_views", "own_sessions", "own_tokens"]
