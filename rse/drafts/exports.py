"""What a person's own export contains of drafts: all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.drafts import service
from rse.drafts.models import Draft, DraftReader, DraftRemark


def rows(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    """Give each with when it was changed, and when it is to be published."""
    for held in session.scalars(select(Draft).where(Draft.person_id == person_id)):
        more = {"at": held.updated_at, "publish_at": held.publish_at}
        yield {"what": "draft", "fields": held.fields, **more}
    said = select(DraftRemark.body, DraftRemark.at).where(DraftRemark.author_id == person_id)
    for row in session.execute(said).mappings():
        yield {"what": "remark on a draft", **row}
    asked = select(DraftReader.asked_at, DraftReader.read_at).where(DraftReader.person_id == person_id)
    for row in session.execute(asked).mappings():
        yield {"what": "asked to read a draft", **row}


export = Export("drafts", rows, service.forget)
