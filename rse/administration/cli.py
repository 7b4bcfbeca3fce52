"""Commands about the audit log: does its chain hold, and all of it as JSON lines."""

import sys

import click
from flask.cli import AppGroup

from rse.accounts import audit_log
from rse.accounts.audit import record
from rse.core import db

audit = AppGroup("audit", help="The audit log.")


@audit.command("verify")
@click.option(
    "--expect", default="", help="Hash of a line that must still be there (from syslog or an export)."
)
def verify(expect: str) -> None:
    """Walk the chain; say the first line that does not hold, and end with 1."""
    found = audit_log.verify(db.session(), expect)
    if found.first_broken is not None:
        click.echo(f"line {found.first_broken} was changed, or the line before it was removed", err=True)
        sys.exit(1)
    if not found.seen:
        click.echo(f"no line has the hash {expect}: lines were cut off at the end", err=True)
        sys.exit(1)
    click.echo(f"{found.count} lines, the chain holds; last hash {found.last or '-'}")


@audit.command("export")
def export() -> None:
    """Print the whole log as JSON lines, the oldest first; that it was exported is its last line."""
    record(db.begin_write(), "audit.export", by="command")
    db.commit()
    for part in audit_log.json_lines(db.session(), audit_log.Wanted()):
        click.echo(part, nl=False)
