"""What a person's own export contains of drafts: all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.drafts import service
from rse.drafts.models import Draft


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give each with when it was changed, and when it is to be published."""
    for held in session.scalars(select(Draft).where(Draft.person_id == person_id)):
        more = {"at": held.updated_at, "publish_at": held.publish_at}
        yield {"what": "draft", "fields": held.fields, **more}


export = Export("drafts", rows, service.forget)
