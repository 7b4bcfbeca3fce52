"""Commands: bring the figures up to date, and evaluate a folder."""

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from rse.core import db
from rse.core.i18n import _
from rse.indicators import grants, running
from rse.indicators.engine.evaluation import evaluate
from rse.indicators.engine.lines import FolderError
from rse.indicators.engine.signal_folder import evaluate_signals

indicators = AppGroup("indicators", help="Figures of teams and of the company, never of a person.")


@indicators.command("rollup")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day to count; yesterday by default.")
@with_appcontext
def rollup(until: datetime | None) -> None:
    """Count the days that are new or have changed, and publish each complete week, once."""

    def progress(day: date) -> None:
        click.echo(f"\r{day}", nl=False, err=True)

    try:
        weeks = running.rollup(until.date() if until else None, progress)
    except running.Busy:
        click.echo(_("Another process is counting; try again in a moment."), err=True)
        sys.exit(1)
    click.echo("\r", nl=False, err=True)
    for week in weeks:
        click.echo(week.isoformat())
    click.echo(_("%(n)s weeks published.", n=len(weeks)), err=True)


@indicators.command("grants")
@click.argument("role")
def grants_of(role: str) -> None:
    """Print the SQL that lets a role of PostgreSQL serve pages, without the daily counts of persons.

    The web and socket processes then connect as this role, and only the worker and the commands as the owner
    of the tables.
    """
    try:
        click.echo("\n".join(grants.statements(role)))
    except ValueError:
        click.echo(_("This is no name of a role: %(name)s", name=role), err=True)
        sys.exit(1)


@indicators.command("evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--signals", is_flag=True, help="The weak signals, in the form of signal_expected.json.")
@with_appcontext
def evaluate_folder(folder: Path, *, signals: bool) -> None:
    """Compute a folder of CSV files and print its figures as JSON, in the form of expected.json.

    The company's own figures stay as they are.
    """
    try:
        result = evaluate_signals(folder) if signals else evaluate(folder, db.db.engine)
    except FolderError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(json.dumps(result, indent=1, ensure_ascii=False))
