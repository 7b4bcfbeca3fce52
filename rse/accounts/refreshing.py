"""Metadata of identity providers, fetched again every day, and when a signature does not match.

Nothing waits for the network inside a transaction: the address is read, then asked, then the answer kept.
"""

from datetime import timedelta

import structlog
from sqlalchemy import delete, select

from rse.accounts import connecting, oidc_connecting, providers
from rse.accounts.connections import Connection, of_row
from rse.accounts.models import Provider, SignInLink, SignInReport, SignInTicket
from rse.accounts.saml_guard import Refused
from rse.core import clock, db, jobs

log = structlog.get_logger()
DOUBT = timedelta(minutes=1)


@jobs.schedule("23 2 * * *")
def refresh_all() -> None:
    """Fetch the metadata of every provider that has an address for them; warn of certificates."""
    query = select(Provider.id).order_by(Provider.id)
    for row_id in list(db.session().scalars(query)):
        refresh(row_id)


@jobs.schedule("*/10 * * * *")
def forget_expired() -> None:
    """Forget test reports, tickets and emergency links that nobody can use any more."""
    session, now = db.begin_write(), clock.now()
    for table in (SignInReport, SignInTicket):
        session.execute(delete(table).where(table.expires_at <= now))
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= now - timedelta(days=1)))
    db.commit()


@jobs.job
def refresh_one(row_id: int) -> None:
    """Fetch the metadata of one provider."""
    refresh(row_id)


def refresh_soon(way: Connection) -> None:
    """Fetch again in the background, once a minute at most."""
    if way.checked_at is None or clock.now() - way.checked_at > DOUBT:
        refresh_one(way.id)


def refresh(row_id: int) -> str:
    """Fetch and keep the metadata of a provider; gives the problem, empty when all is well. Commits."""
    row = db.session().get(Provider, row_id)
    url = row.metadata_url if row is not None else ""
    db.rollback()
    problem, content = "", b""
    if url:
        try:
            content = providers.fetch(url)
        except Refused as refusal:
            problem = refusal.detail
    session = db.begin_write()
    row = session.get(Provider, row_id)
    if row is None:
        db.rollback()
        return ""
    if problem:
        row.checked_at, row.problem = clock.now(), problem[:500]
    elif url:
        take = oidc_connecting.take_discovery if row.kind == "oidc" else connecting.take_metadata
        take(session, row, content, clock.now())
    said = _warn(row)
    db.commit()
    return said


def _warn(row: Provider) -> str:
    """Write to the log what somebody has to look at."""
    if row.problem:
        log.warning("identity provider metadata", idp=row.entity_id, problem=row.problem)
    found = of_row(row).provider
    if row.enabled and found is not None:
        left = found.certificate_end - clock.now()
        if left < providers.WARN_BEFORE:
            log.warning("identity provider certificate ends soon", idp=row.entity_id, days=left.days)
    return row.problem
