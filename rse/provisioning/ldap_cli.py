"""The command `import ldap`."""

import click
from rich.console import Console

from rse.core.i18n import _, ngettext
from rse.core.web import settings
from rse.provisioning import absent, ldap_run, ldap_sync, runs
from rse.provisioning.cli import CLEAR, MAX_LISTED, fail, imports, offer_clear
from rse.provisioning.ldap import Unreachable

SIGNS = {"created": "+", "updated": "~", "reactivated": "+", "deactivated": "-"}


@imports.command("ldap")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--changes", is_flag=True, help="Read only what has changed since the last good run.")
@click.option("--force", is_flag=True, help="Deactivate people even when they are more than 10 %.")
@click.option(
    "--rejoin", is_flag=True, help="After a rebuilt directory: find people again by login and address."
)
@CLEAR
def import_ldap(*, dry_run: bool, changes: bool, force: bool, rejoin: bool, clear_demo: bool) -> None:
    """Bring people in line with the directory server of the settings."""
    if not dry_run:
        offer_clear(clear_demo=clear_demo)
    options = ldap_sync.Options(not changes, force, rejoin, settings().default_locale)
    action = ldap_run.rehearse if dry_run else ldap_run.run
    try:
        with Console(stderr=True).status(_("Reading the directory")):
            report = action(settings(), options)
    except (Unreachable, absent.TooMany, runs.Busy, ValueError) as error:
        return fail(error)
    _say(report)
    if dry_run:
        click.echo(_("Nothing was changed: this was a rehearsal."))
    return None


def _say(report: ldap_sync.Report) -> None:
    """Print who changed, what was wrong with whom, and the counts."""
    for change in report.changes[:MAX_LISTED]:
        fields = "; ".join(
            f"{name}: {old or '–'} → {new or '–'}" for name, (old, new) in change["fields"].items()
        )
        click.echo(f"{SIGNS[change['what']]} {change['uid']}" + (f"  {fields}" if fields else ""))
    for problem in report.problems[:MAX_LISTED]:
        click.echo(": ".join(filter(None, (problem["where"], problem["reason"]))), err=True)
    more = max(len(report.changes), len(report.problems)) - MAX_LISTED
    if more > 0:
        click.echo(ngettext("... and %(n)s more line", "... and %(n)s more lines", more), err=True)
    counts = report.counts
    click.echo(
        _(
            "%(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(deactivated)s deactivated, "
            "%(problems)s entries reported",
            **{n: counts[n] for n in ("created", "updated", "unchanged", "deactivated", "problems")},
        )
    )
