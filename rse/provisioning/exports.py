"""What providers and directories said of a person: in their own export, and removed by an erasure."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.provisioning.models import ExternalId
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
    """Remove all of it; the audit log keeps ids only."""
    for table in TABLES:
        session.execute(delete(table).where(table.person_id == person_id))


export = Export("provisioning", rows, erase)
