"""The off switch: for the company or for sites, in the administration, without a restart.

While it is off nothing is counted, kept or shown; what was counted of those it concerns is deleted.
Switched on again, counting begins anew on that day: what happened in between never counts, and its weeks
are never published.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from rse.core import company
from rse.core.audience import Viewer

ALL = ""  # the whole company, among the names of sites
PAUSED = "indicators_paused"  # setting: the last day on which it was off, by site
DAY = timedelta(days=1)


def off(session: Session) -> bool:
    """Tell whether the company does without figures."""
    return "indicators" in company.switched_off(session)


def pulse_off(session: Session) -> bool:
    """Tell whether the company does without the pulse: nobody is asked, no result is told."""
    return off(session) or "pulse" in company.switched_off(session)


def sites(session: Session) -> frozenset[str]:
    """Give the sites whose people do not count."""
    return company.sites_without_figures(session)


def off_for(session: Session, viewer: Viewer) -> bool:
    """Tell whether figures are switched off where the viewer works."""
    return off(session) or getattr(viewer.card, "site", "") in sites(session)


def resumed(session: Session) -> Mapping[str, date]:
    """Give the first day that counts again after a pause, by site and for the company."""
    kept: Mapping[str, str] = company.get(session, PAUSED, {})
    return {name: date.fromisoformat(last) + DAY for name, last in kept.items()}


def unnoted(session: Session, today: date) -> Collection[str]:
    """Give what is off today and not noted as such yet."""
    wanted = {*sites(session), *([ALL] if off(session) else [])}
    known: Mapping[str, str] = company.get(session, PAUSED, {})
    return sorted(name for name in wanted if known.get(name) != today.isoformat())


def note(session: Session, names: Collection[str], today: date) -> None:
    """Note that these are off today."""
    known: Mapping[str, str] = company.get(session, PAUSED, {})
    company.put(session, PAUSED, {**known, **dict.fromkeys(names, today.isoformat())})
    company.forget(session)
