"""What the administration page shows of SCIM: groups with their mapping, and the writes of the last days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.names import fold
from rse.core import clock
from rse.core.i18n import _, lazy
from rse.core.policy import Invalid, NotFound
from rse.core.retention import Keep, of_rows
from rse.groups.models import Group
from rse.people.models import Department
from rse.provisioning.models import ProvisioningRun
from rse.provisioning.scim_keys import fold as keyed
from rse.provisioning.scim_models import ScimGroup, ScimMember, ScimUser, ScimWrite

MOST = 500  # names that a field suggests
AT_ONCE = 50  # groups on a page
rank = case((ScimGroup.target_kind != "", 1), else_=0)


@dataclass(frozen=True)
class Mapped:
    """A group of a provider, and what it is mapped to."""

    id: int
    provider: str
    name: str
    members: int
    kind: str
    target: str  # slug or path; empty for nothing, or when it is gone


@dataclass(frozen=True)
class Written:
    """One write, and whom it was about."""

    at: datetime
    provider: str
    action: str
    detail: str
    person_id: int | None
    person: str | None


def groups(
    session: Session, q: str = "", after: tuple[Any, ...] | None = None, only: int | None = None
) -> tuple[list[Mapped], tuple[Any, ...] | None]:
    """Give a page of the providers' groups by name, those without a mapping first, and where the next begins.

    `q` is a part of the name; `only` asks for one group.
    """
    members = select(func.count()).where(ScimMember.group_id == ScimGroup.id).scalar_subquery()
    query = select(ScimGroup, members, Group.slug, Department.path, rank)
    query = query.outerjoin(Group, (Group.id == ScimGroup.target_id) & (ScimGroup.target_kind == "group"))
    department = (Department.id == ScimGroup.target_id) & (ScimGroup.target_kind == "department")
    query = query.outerjoin(Department, department)
    if only is not None:
        query = query.where(ScimGroup.id == only)
    if q:
        query = query.where(ScimGroup.display_name.contains(keyed(q), autoescape=True))
    if after:
        mapped, name, key = after
        later = or_(ScimGroup.display_name > name, (ScimGroup.display_name == name) & (ScimGroup.id > key))
        query = query.where(or_(rank > mapped, (rank == mapped) & later))
    rows = session.execute(query.order_by(rank, ScimGroup.display_name, ScimGroup.id).limit(AT_ONCE + 1))
    found = rows.all()
    last = found[AT_ONCE - 1] if len(found) > AT_ONCE else None
    listed = [
        Mapped(group.id, group.provider, group.name, n, group.target_kind, slug or path or "")
        for group, n, slug, path, _mapped in found[:AT_ONCE]
    ]
    return listed, (last[4], last[0].display_name, last[0].id) if last else None


def target_named(session: Session, kind: str, name: str) -> int | None:
    """Give what an administrator named: a group by slug or name, a department by path. Raises Invalid."""
    found: int | None = None
    if kind == "group":
        named = (Group.slug == name.strip()) | (Group.folded == fold(name))
        found = session.scalar(select(Group.id).where(named).order_by(Group.slug != name.strip()).limit(1))
    elif kind == "department":
        paths = session.execute(select(Department.id, Department.path))
        found = next((row.id for row in paths if fold(row.path) == fold(name)), None)
    elif not kind:
        return None
    if found is None:
        raise Invalid(target=_("This group or department does not exist."))
    return found


def group(session: Session, group_id: int) -> ScimGroup:
    """Give a group of a provider. Raises NotFound."""
    found = session.get(ScimGroup, group_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def suggestions(session: Session) -> list[str]:
    """Give slugs of groups and paths of departments, for the field of a mapping."""
    slugs = session.scalars(
        select(Group.slug).where(Group.archived_at.is_(None)).order_by(Group.slug).limit(MOST)
    )
    living = select(Department.path).where(Department.ended_on.is_(None))
    paths = session.scalars(living.order_by(Department.path).limit(MOST))
    return [*slugs, *paths]


def writes(session: Session, *, failed: bool, most: int = 20) -> list[Written]:
    """Give the last writes, or the last that failed, the newest first."""
    query = select(ScimWrite, Person.display_name).outerjoin(Person, Person.id == ScimWrite.person_id)
    query = query.where(ScimWrite.failed == failed).order_by(ScimWrite.id.desc()).limit(most)
    return [
        Written(row.at, row.provider, row.action, row.detail, row.person_id, name)
        for row, name in session.execute(query)
    ]


def counts(session: Session) -> dict[str, tuple[int, int, int]]:
    """Give {provider: (people, changes and failures of the last day)}."""
    people = select(ScimUser.provider, func.count()).where(ScimUser.provider != "", ScimUser.listed)
    found = {row[0]: [row[1], 0, 0] for row in session.execute(people.group_by(ScimUser.provider))}
    day = select(ScimWrite.provider, ScimWrite.failed, func.count())
    day = day.where(ScimWrite.at > clock.now() - timedelta(days=1))
    for provider, failed, n in session.execute(day.group_by(ScimWrite.provider, ScimWrite.failed)):
        found.setdefault(provider, [0, 0, 0])[1 + failed] = n
    return {provider: (n[0], n[1], n[2]) for provider, n in sorted(found.items())}


KEEPS = (
    Keep(
        "scim_writes", lazy("Writes of provisioning"),
        lazy("What the page Provisioning shows of the last weeks."),
        30, 7, 365, of_rows(ScimWrite.at),
    ),
    Keep(
        "provisioning_runs", lazy("Runs of imports"), lazy("What each import changed, and what failed."),
        180, 30, 730, of_rows(ProvisioningRun.started_at),
    ),
)  # fmt: skip
