"""What providers and directories said of a person: in their own export, and removed by an erasure."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.feature import Export
from rse.provisioning.models import ExternalId, ProvisioningRun
from rse.provisioning.scim_models import ScimDocument, ScimEmail, ScimMember, ScimUser, ScimWrite

TABLES: tuple[Any, ...] = (ScimEmail, ScimMember, ScimDocument, ScimUser, ScimWrite, ExternalId)


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give the attributes that an identity provider sent, and the names that directories use."""
    said = select(ScimUser.provider, ScimUser.created_at, ScimUser.modified_at, ScimDocument.data)
    said = said.join(ScimDocument, ScimDocument.person_id == ScimUser.person_id)
    yield from (r._asdict() for r in session.execute(said.where(ScimUser.person_id == person_id)))
    named = select(ExternalId.source, ExternalId.key, ExternalId.dn)
    yield from (r._asdict() for r in session.execute(named.where(ExternalId.person_id == person_id)))


def erase(session: Session, person_id: int) -> None:
    """Remove all of it, in the records of runs too; the audit log keeps ids only."""
    for table in TABLES:
        session.execute(delete(table).where(table.person_id == person_id))
    _forget_in_runs(session, session.get_one(Person, person_id))


def _forget_in_runs(session: Session, person: Person) -> None:
    """Take a person out of what runs changed and refused; the counts stay."""
    names = {person.uid, person.email}
    runs = select(ProvisioningRun.id, ProvisioningRun.changes, ProvisioningRun.problems)
    for run in session.execute(runs).all():
        kept = {
            name: [line for line in lines if not any(one in str(line) for one in names)]
            for name, lines in (("changes", run.changes), ("problems", run.problems))
        }
        if (kept["changes"], kept["problems"]) != (run.changes, run.problems):
            session.execute(update(ProvisioningRun).where(ProvisioningRun.id == run.id).values(**kept))


export = Export("provisioning", rows, erase)
