"""Who may come in, and what may be given to whom."""

from rse.accounts.models import ROLES, Person

NOWHERE = "erased.invalid"  # the domain of who was erased: no mail reaches it (RFC 2606)
ERASED = Person.email.like(f"%@{NOWHERE}")
SCOPES = ("read", "write", "admin", "scim")


def may_sign_in(person: Person) -> bool:
    """Tell whether a person may come in: services never do, nor who was deactivated."""
    return person.status == "active" and person.kind != "service"


def is_erased(person: Person) -> bool:
    """Tell whether nothing is left of a person but the account that stands under what they wrote."""
    return person.email.endswith(f"@{NOWHERE}")


def is_role(name: str) -> bool:
    """Tell whether there is a role of that name."""
    return name in ROLES


def is_scope(name: str) -> bool:
    """Tell whether there is a token scope of that name."""
    return name in SCOPES
