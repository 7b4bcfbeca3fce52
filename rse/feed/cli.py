"""The command that imports old conversations."""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rse.core import db, i18n
from rse.core.i18n import _, ngettext
from rse.core.web import settings
from rse.feed import threadfile, threads
from rse.provisioning.cli import imports

T = TypeVar("T")
BATCH = 500
PROBLEMS = 20


@imports.command("threads")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--create-authors", is_flag=True, help="Make a person of each author who is not known.")
@click.option(
    "--batch", default=BATCH, show_default=True, type=click.IntRange(1, 5000), help="Lines stored at once."
)
@with_appcontext
def import_threads(path: Path, *, create_authors: bool, batch: int) -> None:
    """Import old conversations, one JSON object a line, plain or .xz; each message once, however often."""
    i18n.use(settings().default_locale)
    state = threads.load(db.session(), create_authors=create_authors)
    db.rollback()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with (
        threadfile.opened(path) as (lines, raw),
        Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task(path.name, total=path.stat().st_size)
        for chunk in _chunks(enumerate(lines, 1), batch):
            parsed = ((n, threadfile.parse(n, line, state.report)) for n, line in chunk if line.strip())
            good = [(n, line) for n, line in parsed if line is not None]
            threads.store(db.begin_write(), state, good)
            db.commit()
            db.session().expunge_all()
            bar.update(task, completed=raw.tell())
        bar.update(task, completed=path.stat().st_size)
    _tell(state.report)


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _tell(report: threadfile.Report) -> None:
    """Say what went in and what did not; a file of which nothing could be used is an error."""
    counts = {"posts": report.posts, "comments": report.comments, "known": report.known}
    click.echo(
        _(
            "%(posts)s posts and %(comments)s comments imported, %(known)s messages were there already",
            **counts,
        )
    )
    for problem in report.problems[:PROBLEMS]:
        click.echo(f"  {problem}", err=True)
    if report.skipped:
        click.echo(ngettext("%(n)s line skipped", "%(n)s lines skipped", report.skipped), err=True)
    if report.unknown:
        names = ", ".join(f"{name} ({n})" for name, n in report.unknown.most_common(PROBLEMS))
        click.echo(
            _("Authors who are not known (--create-authors makes them): %(names)s", names=names), err=True
        )
    if report.skipped and not (report.posts or report.comments or report.known):
        sys.exit(1)
