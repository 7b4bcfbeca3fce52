"""A run of the directory as the settings describe it: recorded, or rehearsed without leaving anything."""

from collections.abc import Callable

from rse.core import db
from rse.core.i18n import _
from rse.provisioning import ldap_sync, runs
from rse.provisioning.ldap import DirectoryServer, Unreachable
from rse.provisioning.ldap_rows import Schema
from rse.provisioning.transactions import rehearsing, writing
from rse.settings import Settings


def server_of(settings: Settings) -> DirectoryServer:
    """Give the directory of the settings. Raises Unreachable when there is none."""
    if not settings.ldap_url:
        raise Unreachable(_("No directory is set: RSE_LDAP_URL."))
    return DirectoryServer(
        settings.ldap_url,
        settings.ldap_base,
        settings.ldap_bind_dn,
        settings.ldap_bind_password,
        settings.ldap_starttls,
        settings.ldap_ca_file,
        settings.ldap_page,
    )


def schema_of(settings: Settings) -> Schema:
    """Give how entries are understood. Raises ValueError naming a wrong field."""
    return Schema(
        settings.ldap_server,
        settings.ldap_attributes,
        settings.ldap_filter,
        settings.ldap_base,
        settings.ldap_department,
    )


def run(
    settings: Settings,
    options: ldap_sync.Options,
    progress: Callable[[int], None] = lambda read: None,
    actor_id: int | None = None,
) -> ldap_sync.Report:
    """Synchronise, and leave a record. Raises Unreachable, absent.TooMany, runs.Busy."""
    server, schema = server_of(settings), schema_of(settings)
    kind = "full" if options.full else "changes"
    with runs.recorded(writing, ldap_sync.SOURCE, kind, actor_id) as (outcome, transaction):
        report = ldap_sync.run(server, schema, options, transaction, progress)
        outcome.counts, outcome.changes = report.counts, report.changes
        outcome.problems, outcome.mark = report.problems, report.mark
    return report


def rehearse(
    settings: Settings,
    options: ldap_sync.Options,
    progress: Callable[[int], None] = lambda read: None,
) -> ldap_sync.Report:
    """Do the same in one transaction that is undone. Raises Unreachable, absent.TooMany."""
    try:
        return ldap_sync.run(server_of(settings), schema_of(settings), options, rehearsing, progress)
    finally:
        db.rollback()
