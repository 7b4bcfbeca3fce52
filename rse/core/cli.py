"""Commands of the ground: the worker, the outbox, the check of the configuration, backups."""

import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from rse import __version__
from rse.core import backup, clock, db, jobs, restore, revision
from rse.core.health import degraded, problems
from rse.core.web import registry, settings


@click.command("worker")
@click.option("--threads", default=2, show_default=True, help="Jobs that run at once.")
@with_appcontext
def worker(threads: int) -> None:
    """Run jobs and schedules until stopped."""
    jobs.work(threads)


@click.command("relay")
@with_appcontext
def relay() -> None:
    """Hand on everything that waits in the outbox, then stop."""
    click.echo(f"{jobs.drain(3600)} deliveries")


@click.command("check")
@click.option("--running", is_flag=True, help="A silent worker counts too: the application runs.")
@with_appcontext
def check(*, running: bool) -> None:
    """Check the configuration; non-zero when something is wrong."""
    found = problems()
    for name, why in found.items():
        click.echo(f"{name}: {why}", err=True)
    for name, why in ({} if "database" in found else degraded()).items():
        click.echo(f"soon: {name}: {why}", err=True)
    if found.keys() - (set() if running else {"worker"}):
        sys.exit(1)
    click.echo(f"ok: {len(registry().features)} features")


def _place() -> backup.Place:
    url = db.db.engine.url
    database = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    return backup.Place(settings().data_dir, database, frozenset(registry().all("derived")))


def _manifest(place: backup.Place) -> backup.Manifest:
    """Say what a backup of this moment is; on SQLite the revision is read from the copy itself."""
    has = None if place.database else revision.present(db.session())
    db.rollback()
    return backup.Manifest(
        made_at=clock.now().isoformat(timespec="seconds"),
        version=__version__,
        revision=has or "",
        database="sqlite" if place.database else "postgresql",
        key=backup.fingerprint(current_app.config["SECRET_KEY"]),
    )


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@with_appcontext
def back_up(target: Path) -> None:
    """Write a backup to TARGET, a new file or a folder, while people work.

    On PostgreSQL the file holds the files and keys; the command that dumps the database is printed.
    """
    if target.is_dir():
        target /= f"rse-{clock.now():%Y%m%dT%H%M%SZ}.tar"
    place = _place()
    try:
        made = backup.write(target, place, _manifest(place))
    except (backup.BadBackup, OSError) as error:
        raise click.ClickException(str(error)) from error
    jobs.beat("backup")  # administrators see on their first page how old the last one is
    click.echo(f"{target}: {len(made.files)} files, {target.stat().st_size} bytes, revision {made.revision}")
    if place.database is None:
        click.echo("The database is not in this file. Dump it with:")
        click.echo(f"  pg_dump --format=custom --file={target.with_suffix('.dump')} {_server()}")
    if os.environ.get("RSE_SECRET_KEY"):
        click.echo("RSE_SECRET_KEY is in the environment and not in this file: keep it elsewhere.")


def _server() -> str:
    """Give the options of the PostgreSQL programs for our database; the password is never among them."""
    url = db.db.engine.url
    known = {"host": url.host, "port": url.port, "username": url.username, "dbname": url.database}
    return " ".join(f"--{name}={value}" for name, value in known.items() if value)


@click.command("restore")
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Even where data are; they are put aside, not removed.")
@with_appcontext
def restore_backup(archive: Path, *, force: bool) -> None:
    """Put a backup in its place, bring it to the present revision, and make anew what it does not hold.

    The application's processes must be stopped. On PostgreSQL, `pg_restore` comes first.
    """
    place = _place()
    if restore.used(place) and not force:
        raise click.ClickException("data are here already; --force puts them aside and restores")
    if place.database is None and revision.present(db.session()) is None:
        raise click.ClickException("the database is empty: restore its dump first, with pg_restore")
    db.rollback()
    db.db.engine.dispose()
    try:
        with restore.unpacked(archive, place) as (manifest, folder):
            current_app.extensions["huey"].flush()  # jobs of what is replaced; what is owed is in the outbox
            aside = restore.put(folder, place, clock.now())
    except (backup.BadBackup, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(manifest.files)} files of {manifest.made_at}, version {manifest.version}")
    if aside:
        click.echo(f"what was there is in {aside.name}, in the data directory")
    _finish(manifest)


def _finish(manifest: backup.Manifest) -> None:
    """Upgrade the restored database, and let each feature do what a restored installation needs."""
    has = revision.present(db.session())
    db.rollback()
    if has != revision.newest():
        upgrade(directory=str(revision.MIGRATIONS))
        click.echo(f"upgraded from revision {has} to {revision.newest()}")
    for follow in registry().all("restored"):
        click.echo(follow())
    # The key of a development installation came with the files; this process still holds its own.
    kept = settings().data_dir / "secret.key"
    key = settings().secret_key or (kept.read_text() if kept.exists() else "")
    if manifest.key not in map(backup.fingerprint, (key, *settings().old_keys)):
        click.echo(
            "RSE_SECRET_KEY differs from that of the backup: secrets sealed with it must be entered again"
        )


def core_commands() -> tuple[click.Command, ...]:
    """Give the commands to register."""
    return (worker, relay, check, back_up, restore_backup)
