"""Commands of the ground: the worker, the outbox, and the check of the configuration."""

import sys

import click
from flask.cli import with_appcontext

from rse.core import jobs
from rse.core.health import problems
from rse.core.web import registry


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
@with_appcontext
def check() -> None:
    """Check the configuration; non-zero when something is wrong."""
    found = {name: why for name, why in problems().items() if name != "worker"}
    for name, why in found.items():
        click.echo(f"{name}: {why}", err=True)
    if found:
        sys.exit(1)
    click.echo(f"ok: {len(registry().features)} features")


def core_commands() -> tuple[click.Command, ...]:
    """Give the commands to register."""
    return (worker, relay, check)
