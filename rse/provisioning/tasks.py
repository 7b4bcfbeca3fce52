"""The directory read again: changes every quarter of an hour, everything at night."""

import structlog

from rse.core import i18n
from rse.core.jobs import job, schedule
from rse.core.web import settings
from rse.provisioning import absent, ldap_run, ldap_sync, runs
from rse.provisioning.ldap import Unreachable

log = structlog.get_logger()


@schedule("25 1 * * *")
def read_directory() -> None:
    """Once a night: everybody, and who is missing."""
    _read(full=True)


@schedule("*/15 * * * *")
def read_changes() -> None:
    """Every quarter of an hour: what has changed since the last good run."""
    _read(full=False)


@job
def read_now(full: bool, actor_id: int) -> None:
    """When an administrator asks for it, whatever the clock says."""
    if settings().ldap_url:
        _run(full=full, actor_id=actor_id)


def _read(*, full: bool) -> None:
    if settings().ldap_url and settings().ldap_schedule:
        _run(full=full)


def _run(*, full: bool, actor_id: int | None = None) -> None:
    i18n.use(settings().default_locale)
    options = ldap_sync.Options(full, locale=settings().default_locale)
    try:
        report = ldap_run.run(settings(), options, actor_id=actor_id)
    except runs.Busy:
        log.info("directory", skipped="another run is going on")
    except (Unreachable, absent.TooMany) as error:
        log.warning("directory", problem=str(error))
    else:
        log.info("directory", kind=report.kind, **report.counts)
