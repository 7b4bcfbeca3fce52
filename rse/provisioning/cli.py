"""Commands that import files: `import directory`, `import skills`; the feed adds `import threads`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rse.core import db, i18n
from rse.core.i18n import _, ngettext
from rse.core.web import settings
from rse.provisioning import absent, demo_data, directory, runs, skills
from rse.provisioning.csvfile import BadFile, Problem
from rse.provisioning.transactions import writing

MAX_LISTED = 200
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
CLEAR = click.option("--clear-demo", is_flag=True, help="Remove the demo company first, without asking.")

imports = AppGroup("import", help="Import people, skills and threads from files.")


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error; gives what moves it: (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def offer_clear(*, clear_demo: bool) -> None:
    """Before an import of real data: remove the demo company when that is asked for, or ask on a terminal."""
    i18n.use(settings().default_locale)
    people = demo_data.count(db.session())
    db.rollback()
    if not people or not demo_data.can_clear():
        return
    asked = _("The database holds the demo company (%(n)s people). Remove it first?", n=people)
    if clear_demo or (sys.stdin.isatty() and click.confirm(asked, default=True, err=True)):
        demo_data.clear()
        click.echo(_("The demo company was removed."), err=True)
    else:
        click.echo(_("The demo company stays beside what is imported (--clear-demo removes it)."), err=True)


def fail(error: Exception) -> None:
    """Say why nothing was imported, and end with an error."""
    click.echo(str(error), err=True)
    sys.exit(1)


def say(notices: list[str], problems: list[Problem]) -> None:
    """Print notices, and bad lines with their number and reason."""
    for notice in notices:
        click.echo(notice, err=True)
    for problem in problems[:MAX_LISTED]:
        click.echo(_("line %(line)s: %(reason)s", line=problem.line, reason=problem.reason), err=True)
    if len(problems) > MAX_LISTED:
        more = len(problems) - MAX_LISTED
        click.echo(ngettext("... and %(n)s more line", "... and %(n)s more lines", more), err=True)


@imports.command("directory")
@FILE
@click.option(
    "--deactivate-missing", is_flag=True, help="Deactivate people whom a full file no longer names."
)
@click.option("--force", is_flag=True, help="Deactivate them even when they are more than 10 %.")
@CLEAR
def import_directory(file: Path, *, deactivate_missing: bool, force: bool, clear_demo: bool) -> None:
    """Import people from a CSV file; run it again to update them."""
    offer_clear(clear_demo=clear_demo)
    options = directory.Options(deactivate_missing, force, locale=settings().default_locale)
    try:
        with (
            runs.recorded(writing, "directory", "full") as (outcome, transaction),
            progress_bar(_("People")) as progress,
        ):
            report = directory.run(file.read_bytes(), options, transaction, progress)
            _note(outcome, report)
    except (BadFile, absent.TooMany, runs.Busy) as error:
        return fail(error)
    say(report.notices, report.problems)
    _say_missing(report)
    click.echo(_summary(report))
    return None


def _note(outcome: runs.Outcome, report: directory.Report) -> None:
    outcome.counts = report.totals()
    lines = ((_("line %(line)s", line=problem.line), problem.reason) for problem in report.problems)
    outcome.problems = [{"where": where, "reason": reason} for where, reason in lines]


def _say_missing(report: directory.Report) -> None:
    n = len(report.missing)
    if not n:
        return
    names = ", ".join(report.missing[:MAX_LISTED]) + (" ..." if n > MAX_LISTED else "")
    said = ngettext(
        "%(n)s person is missing in the file: %(names)s",
        "%(n)s people are missing in the file: %(names)s",
        n,
        names=names,
    )
    click.echo(said, err=True)
    if not report.deactivated:
        click.echo(_("They stay active; --deactivate-missing deactivates them."), err=True)


def _summary(report: directory.Report) -> str:
    counts = report.counts
    return _(
        "%(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(deactivated)s deactivated, "
        "%(bad)s lines reported",
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        deactivated=report.deactivated,
        bad=len(report.problems),
    )


@imports.command("skills")
@FILE
def import_skills(file: Path) -> None:
    """Import a vocabulary of skills from a CSV file; run it again to complete it."""
    i18n.use(settings().default_locale)
    try:
        with progress_bar(_("Skills")) as progress:
            report = skills.run(file.read_bytes(), writing, progress=progress)
    except BadFile as error:
        return fail(error)
    say(report.notices, report.problems)
    click.echo(
        _(
            "%(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(bad)s lines reported",
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            bad=len(report.problems),
        )
    )
    return None
