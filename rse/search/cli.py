"""Commands of the search."""

import time

import click
from flask.cli import AppGroup
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rse.core import db
from rse.search import service
from rse.search.current import backend, sources
from rse.search.engine import Unusable

group = AppGroup("search", help="The search index.")
COUNTED = 10_000  # ids read at once while counting


@group.command("rebuild")
def rebuild() -> None:
    """Build the index anew beside the live one, then switch; searches go on meanwhile."""
    session, known, begin = db.session(), sources(), time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("search index", total=_total())
        count = service.rebuild(session, backend(), known, lambda n: progress.advance(task, n))
    click.echo(f"{count} documents in {time.monotonic() - begin:.0f} s")


@group.command("mend")
def mend() -> None:
    """Compare ids and versions of everything with the index, and mend what differs; done each night too."""
    try:
        count = service.mend(db.session(), backend(), sources())
    except Unusable as error:
        raise click.ClickException(f"{error}; run: flask --app wsgi search rebuild") from error
    click.echo(f"{count} objects mended")


def _total() -> int:
    total = 0
    for source in sources().values():
        after = -1
        while ids := source.ids(db.session(), after, COUNTED):
            total += len(ids)
            after = ids[-1]
    db.rollback()
    return total
