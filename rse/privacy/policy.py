"""Who may be erased, and by whom."""

from rse.accounts.models import Person
from rse.accounts.policy import is_erased
from rse.core.audience import Viewer


def may_erase(viewer: Viewer, person: Person) -> bool:
    """Let an administrator erase others, once each; never themselves, nor an account of the application."""
    other = "admin" in viewer.roles and viewer.id != person.id
    return other and person.kind != "service" and not is_erased(person)
