"""What runs by itself for those who administer: guests leave, the audit log goes to syslog."""

from urllib.parse import urlsplit

import structlog

from rse.accounts import audit_log, guests, service, syslog
from rse.administration import attention, retention, silence, upkeep
from rse.core import clock, company, db, jobs
from rse.core import retention as core_retention
from rse.core.web import settings

log = structlog.get_logger()
SENT = "audit_syslog_sent"  # the id of the last line that went to syslog


@jobs.schedule("7 * * * *")
def guests_leave() -> None:
    """Once an hour: deactivate the guests whose last day is over, in the organisation's zone."""
    session = db.begin_write()
    leaving = guests.overdue(session, clock.today(settings().timezone))
    for person in leaving:
        service.deactivate(session, person)
    db.commit()
    if leaving:
        log.info("guests left", people=len(leaving))


@jobs.schedule("23 5 * * 1")
def ask_silent_groups() -> None:
    """Once a week: ask the owners of groups in which nobody has written for a year."""
    asked = silence.ask(db.begin_write())
    db.commit()
    if asked:
        log.info("owners of silent groups asked", groups=asked)


@jobs.schedule("17 3 * * *")
def remove_old() -> None:
    """Once a night: remove what is older than the company keeps it; the audit log says how much of each."""
    removed: dict[str, int] = {}
    for keep in retention.everything():
        for _step in range(retention.STEPS):
            count = core_retention.step(db.begin_write(), keep, retention.AT_ONCE)
            db.commit()
            removed[keep.key] = removed.get(keep.key, 0) + count
            if count < retention.AT_ONCE:
                break
    retention.note(db.begin_write(), removed)
    db.commit()


@jobs.schedule("11 6 * * *")
def warn_of_certificates() -> None:
    """Once a day: write to administrators when a certificate ends in 30, 14, 7, 3, 1 days, or has ended."""
    if not settings().mail_url:
        return
    fresh, stages = attention.to_tell(db.session(), clock.now())
    written = attention.mails(db.session(), fresh) if fresh else []
    name = company.get(db.session(), "name") or settings().company
    db.rollback()
    if written:
        attention.send(written, name)
    company.put(db.begin_write(), attention.TOLD, stages or None)
    db.commit()


@jobs.schedule("37 2 * * *")
def secret_groups_inherit() -> None:
    """Once a night: give secret groups whose owners have left another one, from among their members."""
    count = upkeep.heirs(db.begin_write())
    db.commit()
    if count:
        log.info("secret groups have another owner", groups=count)


@jobs.schedule("* * * * *")
def audit_to_syslog() -> None:
    """Once a minute: send the new lines of the audit log in order, after a failure from the same one on."""
    where = settings().audit_syslog
    if not where:
        return
    to, host = (
        syslog.server(where, settings().audit_syslog_ca_file),
        urlsplit(settings().base_url).hostname or "-",
    )
    while found := audit_log.after(db.session(), audit_log.Wanted(), _sent()):
        try:
            syslog.send(to, [syslog.message(entry, host) for entry in found])
        except OSError as error:
            log.warning("syslog cannot be reached", server=where, error=type(error).__name__)
            return
        last = found[-1].id
        db.rollback()
        company.put(db.begin_write(), SENT, last)
        db.commit()


def _sent() -> int:
    """Give the id of the last line that was sent: as stored, not as remembered."""
    company.forget(db.session())
    return int(company.get(db.session(), SENT, 0))
