"""Commands of the demo company: `demo load`, `demo clear`."""

import contextlib
import sys
import time

import click
from flask.cli import AppGroup

from rse.core import db, i18n, jobs
from rse.core.i18n import _
from rse.core.web import settings
from rse.demo import service
from rse.indicators import running

DRAIN_SECONDS = 120
WEEKS = 13  # a quarter of published figures: the page draws twelve

demo = AppGroup("demo", help="The invented company that shows what the network does.")


@demo.command("load")
@click.option("--force", is_flag=True, help="Load it beside real people.")
@click.option("--if-empty", is_flag=True, help="Do nothing, without an error, when there are people already.")
def load(*, force: bool, if_empty: bool) -> None:
    """Load the demo company into an empty database."""
    i18n.use(settings().default_locale)
    begun = time.monotonic()
    try:
        fresh = service.load(
            db.begin_write(), zone=settings().timezone, locale=settings().default_locale, force=force
        )
    except service.NotEmpty:
        db.rollback()
        if not if_empty:
            click.echo(_("The database holds real people; --force loads the demo beside them."), err=True)
            sys.exit(1)
        return
    except service.Taken as taken:
        db.rollback()
        click.echo(_("%(uid)s is somebody real here: the demo is not loaded.", uid=taken), err=True)
        sys.exit(1)
    db.commit()
    if not fresh:
        click.echo(_("The demo company is there already."))
        return
    catch_up()
    click.echo(_summary(time.monotonic() - begun))


def catch_up() -> None:
    """Bring the search index and the figures of the past weeks up to date."""
    jobs.drain(DRAIN_SECONDS)
    with contextlib.suppress(running.Busy):  # the worker is at it
        running.rollup(newest=WEEKS)
        service.check_signals(db.begin_write())
        db.commit()


def _summary(seconds: float) -> str:
    held = service.count(db.session())
    return _(
        "%(people)s people, %(groups)s groups, %(posts)s posts and %(comments)s comments in %(seconds)s s",
        people=held.people, groups=held.groups, posts=held.posts, comments=held.comments,
        seconds=round(seconds),
    )  # fmt: skip


@demo.command("clear")
def clear() -> None:
    """Remove the demo company and what was written in its people's names; what is real stays."""
    i18n.use(settings().default_locale)
    click.echo(_("The demo company was removed.") if remove() else _("There is no demo company here."))


def remove() -> bool:
    """Remove the demo company, commit, and let the index forget it; tells whether there was one."""
    try:
        done = service.clear(db.begin_write())
        db.commit()
    except BaseException:
        db.rollback()
        raise
    jobs.drain(DRAIN_SECONDS)
    return done
