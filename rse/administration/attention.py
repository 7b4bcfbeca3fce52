"""What needs an administrator soon: certificates that end, deliveries and jobs that failed; also by mail."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rse.accounts import keepers
from rse.accounts.connections import known
from rse.accounts.models import Person
from rse.core import clock, company, i18n, mail, outbox
from rse.core.audience import Viewer
from rse.core.company import Remembered
from rse.core.i18n import _, format_date, ngettext
from rse.core.jobs import JobFailure
from rse.core.web import settings

log = structlog.get_logger()
SECONDS = 60.0  # that a process remembers it: the menu of every page of an administrator asks
TOLD = "certificates_told"  # company setting: {name and end: days that were left at the last mail}
STAGES = (1, 3, 7, 14, 30)  # days before the end at which a mail goes out; 0 when it has ended
MOST = 50  # administrators who get one


@dataclass(frozen=True)
class Needs:
    """What needs somebody: providers with the end of their last certificate, and counts."""

    certificates: tuple[tuple[str, datetime], ...] = ()
    deliveries: int = 0
    jobs: int = 0

    @property
    def count(self) -> int:
        """Count the sentences that it makes."""
        return len(self.certificates) + bool(self.deliveries) + bool(self.jobs)

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Give what to say and the endpoint where it is looked after."""
        now = clock.now()
        for name, end in self.certificates:
            about = {"name": name, "day": format_date(end)}
            over = _("The certificate of %(name)s ended on %(day)s: nobody comes in by it.", **about)
            soon = _("The certificate of %(name)s ends on %(day)s: ask for its new metadata.", **about)
            yield (over if end <= now else soon), "sso.index"
        if self.deliveries:
            said = ngettext(
                "%(n)s delivery was given up.", "%(n)s deliveries were given up.", self.deliveries
            )
            yield said, "administration.jobs_page"
        if self.jobs:
            yield (
                ngettext("%(n)s job has failed.", "%(n)s jobs have failed.", self.jobs),
                "administration.jobs_page",
            )


def _read(session: Session) -> Needs:
    _waiting, dead = outbox.backlog(session)
    failed = session.scalar(select(func.count()).select_from(JobFailure)) or 0
    ends = known(session, current_app.extensions["rse_sign_in"]).ending(clock.now())
    return Needs(tuple(ends), dead, failed)


_needs = Remembered(_read, SECONDS)


def count(session: Session, _viewer: Viewer) -> int:
    """Count what needs somebody, for the menu; a minute old at most."""
    return _needs.get(session).count


def banner(session: Session, _viewer: Viewer, _subject: object = None) -> str:
    """Say it on top of every page of the administration, as it is now."""
    _needs.forget(session)
    found = [(said, url_for(endpoint)) for said, endpoint in _needs.get(session).sentences()]
    return render_template("administration/_attention.html", found=found) if found else ""


def _stage(end: datetime, now: datetime) -> int:
    """Give the last stage that has come: the fewest days of STAGES that are not yet left, 0 after the end."""
    left = math.ceil((end - now) / timedelta(days=1))
    return 0 if left <= 0 else next((days for days in STAGES if left <= days), max(STAGES))


def to_tell(session: Session, now: datetime) -> tuple[list[tuple[str, datetime]], dict[str, int]]:
    """Give the certificates to write about, and what is to be remembered of all that end."""
    row = select(company.CompanySetting.value).where(company.CompanySetting.key == TOLD)
    before: dict[str, Any] = session.scalar(row) or {}
    ending = known(session, current_app.extensions["rse_sign_in"]).ending(now)
    stages = {f"{name} {end:%Y-%m-%d}": _stage(end, now) for name, end in ending}
    fresh = [(n, e) for n, e in ending if stages[key := f"{n} {e:%Y-%m-%d}"] < before.get(key, math.inf)]
    return fresh, stages


def mails(session: Session, fresh: list[tuple[str, datetime]]) -> list[mail.Mail]:
    """Write one mail to each administrator, in their language."""
    query = select(Person.email, Person.display_name, Person.locale).order_by(Person.id).limit(MOST)
    rows = session.execute(query.where(Person.status == "active", keepers.holding(keepers.ADMIN)))
    return [_mail(Needs(tuple(fresh)), *row) for row in rows]


def _mail(needs: Needs, to: str, name: str, locale: str | None) -> mail.Mail:
    with i18n.speaking(locale or settings().default_locale):
        said = "\n\n".join(text for text, _endpoint in needs.sentences())
        where = _("See: %(url)s", url=f"{settings().base_url}/admin/sso")
        why = _("You get this because you administrate the network.")
        return mail.Mail(
            to, _("A certificate for signing in ends"), f"{said}\n\n{where}\n\n{why}\n", to_name=name
        )


def send(written: list[mail.Mail], sender_name: str) -> None:
    """Hand them in over one connection. Raises MailFailed when there is none."""
    sender = mail.sender_of(settings().mail_from, settings().base_url)
    with mail.connected(mail.server_of(settings().mail_url)) as outlet:
        for one in written:
            try:
                outlet.send(mail.build(one, sender=sender, sender_name=sender_name, at=clock.now()))
            except (mail.MailFailed, ValueError) as error:
                log.warning("a mail about certificates was not taken", error=type(error).__name__)
