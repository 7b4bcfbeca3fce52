"""The page on which a person makes tokens for programs that act in their name, and revokes them."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import select

from rse.accounts import lifecycle, service
from rse.accounts.models import ApiToken, Person
from rse.accounts.views import blueprint
from rse.core import clock, db
from rse.core.api import Schema
from rse.core.i18n import _, lazy
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, Form, flash, page, read_form, route, see_other, settings, viewer

MOST = 50
LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
SCOPES: dict[str, tuple[Any, Any]] = {
    "read": (lazy("Read"), lazy("Reads what you may read.")),
    "write": (lazy("Read and write"), lazy("Also publishes and changes in your name.")),
    "admin": (lazy("Administration"), lazy("Also does what you may do as administrator.")),
}


class NewToken(Schema):
    """A token that is wanted: what for, how far it reaches, its last day."""

    name: str = Field(min_length=1, max_length=100)
    scope: Literal["read", "write", "admin"]
    until: date


def _scopes() -> dict[str, tuple[Any, Any]]:
    """Give the scopes that the viewer may hand on: nobody gives more than they have."""
    return {name: words for name, words in SCOPES.items() if name != "admin" or "admin" in viewer().roles}


def _mine() -> Any:
    columns = (
        ApiToken.id,
        ApiToken.name,
        ApiToken.scope,
        ApiToken.created_at,
        ApiToken.expires_at,
        ApiToken.used_at,
    )
    query = select(*columns).where(ApiToken.person_id == viewer().id)
    return db.session().execute(query.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())).all()


def _page(form: Form[NewToken] | None = None, status: int = 200, made: str = "") -> Any:
    today = clock.today(viewer().timezone)
    shown = page(
        "accounts/tokens.html",
        status,
        tokens=_mine(),
        scopes=_scopes(),
        names=SCOPES,
        form=form or Form({"scope": "read", "until": (today + USUAL).isoformat()}, None, {}),
        made=made,
        now=clock.now(),
        first=today + timedelta(days=1),
        last=today + LONGEST,
        base_url=settings().base_url,
    )
    if made:
        shown.headers["Cache-Control"] = "no-store"
    return shown


@route(blueprint, "/settings/tokens", rule=SIGNED_IN)
def own_tokens() -> Any:
    """List one's own tokens."""
    return _page()


@route(blueprint, "/settings/tokens", rule=SIGNED_IN, methods=("POST",), limit="20/minute")
def create_token() -> Any:
    """Make a token and show it, this once."""
    form = read_form(NewToken)
    if form.value is None:
        return _page(form, 422)
    wanted, session = form.value, db.session()
    try:
        life = _life(wanted)
    except Invalid as error:
        return _page(Form(form.data, None, error.errors), 422)
    owner = session.get_one(Person, viewer().id)
    made = service.create_token(session, owner, wanted.scope, name=wanted.name, life=life, actor_id=owner.id)
    return _page(made=made)


def _life(wanted: NewToken) -> timedelta:
    """Give how long a token lives: to the end of its last day. Raises Invalid."""
    zone = ZoneInfo(viewer().timezone)
    today = clock.today(viewer().timezone)
    if not today < wanted.until <= today + LONGEST:
        raise Invalid(until=_("Choose a day from tomorrow on, within a year."))
    if wanted.scope not in _scopes():
        raise Invalid(scope=_("This scope does not exist."))
    if len(_mine()) >= MOST:
        raise Invalid(name=_("You have fifty tokens: revoke one first."))
    return datetime.combine(wanted.until + timedelta(days=1), time(), zone) - clock.now()


@route(
    blueprint,
    "/settings/tokens/<int(max=9223372036854775807):row_id>/revoke",
    rule=SIGNED_IN,
    methods=("POST",),
)
def revoke_own_token(row_id: int) -> Any:
    """Revoke one of one's own tokens; another person's does not exist here."""
    lifecycle.revoke_token(db.session(), row_id, viewer().id, actor_id=viewer().id)
    flash(_("The token is revoked."), "ok")
    return see_other("accounts.own_tokens")
