"""The command that erases a person."""

import click
from flask import current_app

from rse.accounts.cli import EMAIL, find, person, plainly
from rse.core import db, i18n
from rse.core.web import registry
from rse.privacy import service


@person.command("erase")
@EMAIL
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Remove what the network keeps of a person, for good; what they wrote stands without a name."""
    someone = find(db.session(), email)
    if not yes:
        click.confirm(f"Erase {someone.display_name} <{someone.email}>, for good?", abort=True)
    db.rollback()
    session = db.begin_write()
    with plainly(), i18n.speaking(current_app.extensions["rse_settings"].default_locale):
        service.erase(session, find(session, email), registry().all("exports"), actor_id=None)
    db.commit()
    click.echo(f"{email} is erased")
