"""Commands about accounts: deactivate a person, give a role, make a token."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from rse.accounts import emergency, queries, service
from rse.accounts.models import ROLES, Person
from rse.accounts.policy import SCOPES
from rse.accounts.saml_guard import Refused as SignInRefused
from rse.core import clock, db
from rse.core.policy import Refused
from rse.core.web import registry

person = AppGroup("person", help="Accounts of people.")
admin = AppGroup("admin", help="Roles.")
token = AppGroup("token", help="Tokens for programs.")
sealed = AppGroup("secrets", help="Secrets of other services, sealed under RSE_SECRET_KEY.")
EMAIL = click.argument("email")


def find(session: Session, email: str) -> Person:
    """Give the person with that e-mail address (or login). Stops the command when there is none."""
    found = queries.person_by_email(session, email) or queries.person_by_uid(session, email)
    if found is None:
        raise click.ClickException(f"nobody has the address {email}")
    return found


@contextmanager
def plainly() -> Iterator[None]:
    """Say in one line why something is refused."""
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from refusal


@person.command("deactivate")
@EMAIL
def deactivate(email: str) -> None:
    """Shut a person out at once; what they wrote stays."""
    session = db.begin_write()
    with plainly():
        service.deactivate(session, find(session, email))
    db.commit()
    click.echo(f"{email} is deactivated; sessions and tokens have ended")


@admin.command("grant")
@EMAIL
@click.argument("role", type=click.Choice(ROLES))
def grant(email: str, role: str) -> None:
    """Give a role to a person."""
    _set_role(email, role, held=True)


@admin.command("revoke")
@EMAIL
@click.argument("role", type=click.Choice(ROLES))
def revoke(email: str, role: str) -> None:
    """Take a role from a person."""
    _set_role(email, role, held=False)


def _set_role(email: str, role: str, *, held: bool) -> None:
    session = db.begin_write()
    someone = find(session, email)
    with plainly():
        service.set_role(session, someone, role, held=held)
    db.commit()
    click.echo(f"{email}: {', '.join(sorted(someone.roles)) or 'no role'}")


@admin.command("link")
@EMAIL
@click.option("--first", default="", metavar="NAME", help="Make this account: only while nobody administers.")
def link(email: str, first: str) -> None:
    """Print a link that lets an administrator in once, within 15 minutes, without an identity provider."""
    session = db.begin_write()
    try:
        someone = emergency.first_administrator(session, email, first) if first else find(session, email)
        made = emergency.make(session, someone, clock.now())
    except SignInRefused as refusal:
        said = refusal.detail if first else "not an active administrator"
        raise click.ClickException(f"{email}: {said}") from refusal
    db.commit()
    settings = current_app.extensions["rse_settings"]
    click.echo(f"{settings.base_url}/signin/link#{made}")


@token.command("create")
@EMAIL
@click.option("--scope", type=click.Choice(SCOPES), default="read", show_default=True)
@click.option("--name", default="", help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Ends after so many days.")
@click.option("--provider", default="scim", help="Of scope scim: the name of the identity provider.")
def create_token(email: str, scope: str, name: str, days: int | None, provider: str) -> None:
    """Make a token for a program and print it, alone: it is shown this once."""
    session = db.begin_write()
    life = timedelta(days=days) if days else None
    made = service.create_token(
        session,
        find(session, email),
        scope,
        name=name[:100],
        life=life,
        provider=provider[:80] if scope == "scim" else None,
    )
    db.commit()
    click.echo(made)


@sealed.command("renew")
def renew() -> None:
    """Seal under RSE_SECRET_KEY what the keys of RSE_SECRET_KEY_OLD sealed; these can be forgotten then."""
    old = current_app.extensions["rse_settings"].old_keys
    session, key = db.begin_write(), str(current_app.secret_key)
    found = [seal_anew(session, key, old) for seal_anew in registry().all("seals")]
    renewed, lost = ([name for pair in found for name in pair[which]] for which in (0, 1))
    db.commit()
    click.echo(f"{len(renewed)} sealed anew{''.join(f' {slug}' for slug in renewed)}")
    if lost:
        raise click.ClickException(f"no key opens the secret of {', '.join(lost)}: enter it again")
