"""The nightly roll-up; on Mondays it publishes the week."""

from rse.core.jobs import schedule
from rse.indicators import running


@schedule("40 * * * *")
def nightly() -> None:
    """Count the day that has ended, in the first hour of the next or as soon as the machine is on."""
    running.catch_up()
    running.ask()
