"""There is always somebody who can administer: the last one's role, or account, is not taken away."""

from sqlalchemy import ColumnElement, String, exists, func, literal_column, select, type_coerce
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.i18n import _
from rse.core.policy import Action, Refused

ADMIN = "admin"
ROLES_TEXT = type_coerce(Person.roles, String(200))  # as it is stored: " admin member "
NONE: ColumnElement[str] = literal_column("''")  # said as the index of holders says it


def holding(role: str) -> ColumnElement[bool]:
    """Give the criterion of people who hold a role."""
    return (ROLES_TEXT != NONE) & ROLES_TEXT.contains(f" {role} ", autoescape=True)


def is_last(session: Session, person: Person) -> bool:
    """Tell whether a person is the only active administrator."""
    if ADMIN not in person.roles or person.status != "active":
        return False
    another = select(Person.id).where(
        holding(ADMIN),
        Person.id != person.id,
        Person.status == "active",
        Person.kind != "service",
    )
    return not session.scalar(select(exists(another)))


def numbers(session: Session, *roles: str) -> tuple[int, ...]:
    """Count the active people who hold each of these roles, in one query."""
    apart = (Person.status == "active", Person.kind != "service")
    held = [select(func.count()).where(holding(role), *apart).scalar_subquery() for role in roles]
    return tuple(session.execute(select(*held)).one())


def number(session: Session, role: str) -> int:
    """Count the active people who hold a role."""
    return numbers(session, role)[0]


def require_another(session: Session, person: Person) -> None:
    """Raise Refused when nobody would be left to administer without this person."""
    if is_last(session, person):
        raise Refused(
            Action.ADMINISTER,
            _("%(name)s is the last administrator. Make somebody else one first.", name=person.display_name),
        )
