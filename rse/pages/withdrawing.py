"""Taking a page out of sight for a moderator, and putting it back; who may is theirs to say.

Those who look after the group do not see it among the deleted ones meanwhile, and cannot bring it back.
"""

from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.events import emit
from rse.pages.events import PageChanged
from rse.pages.models import Page


def _locked(session: Session, page_id: int) -> Page:
    return session.get_one(Page, page_id, with_for_update=True, populate_existing=True)


def withdraw(session: Session, page_id: int) -> bool:
    """Take a page out of sight; False when it is gone already. Flushes."""
    page = _locked(session, page_id)
    if page.deleted_at is not None:
        return False
    page.deleted_at, page.withdrawn = clock.now(), True
    _changed(session, page)
    return True


def put_back(session: Session, page_id: int) -> None:
    """Show a page again that was taken out of sight. Flushes."""
    page = _locked(session, page_id)
    page.deleted_at, page.withdrawn = None, False
    _changed(session, page)


def _changed(session: Session, page: Page) -> None:
    page.version += 1
    session.flush()
    emit(session, PageChanged(page.id))
