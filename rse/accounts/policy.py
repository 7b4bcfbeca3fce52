"""Who may come in, and what may be given to whom."""

from rse.accounts.models import ROLES, Person

SCOPES = ("read", "write", "admin", "scim")


def may_sign_in(person: Person) -> bool:
    """Tell whether a person may come in: services never do, nor who was deactivated."""
    return person.status == "active" and person.kind != "service"


def is_role(name: str) -> bool:
    """Tell whether there is a role of that name."""
    return name in ROLES


def is_scope(name: str) -> bool:
    """Tell whether there is a token scope of that name."""
    return name in SCOPES
