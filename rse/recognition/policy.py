"""Where thanks are in use, and how many a week."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from rse.core import company
from rse.core.audience import Viewer

QUOTA = 5  # posts of thanks that one may write in seven days
KEY_QUOTA, KEY_SITES = "kudos_quota", "kudos_sites_off"


def quota(session: Session) -> int:
    """Give how many one may write in seven days."""
    return int(company.get(session, KEY_QUOTA, QUOTA))


def sites_off(session: Session) -> Collection[str]:
    """Name the sites (or countries, where these are the sites) that do without."""
    return frozenset(company.get(session, KEY_SITES, ()))


def in_use(session: Session, site: str) -> bool:
    """Tell whether thanks are in use at a site."""
    return site not in sites_off(session)


def may_thank(session: Session, viewer: Viewer, _moderates: bool = False) -> bool:
    """Whoever works where thanks are in use may say them."""
    return in_use(session, getattr(viewer.card, "site", ""))
