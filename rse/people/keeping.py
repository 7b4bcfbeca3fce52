"""How long a picture is kept that is nobody's any more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import files
from rse.core.i18n import lazy
from rse.core.retention import Keep
from rse.people.views import pictures


def _pictures(session: Session, before: datetime, most: int) -> int:
    def wanted(names: list[str]) -> set[str]:
        found = session.scalars(select(Person.photo).where(Person.photo.is_not(None)))
        return {name for name in found if name} & set(names)

    return files.unused(pictures(), wanted, before.timestamp(), most)


KEEPS = (
    Keep(
        "pictures", lazy("Pictures that nobody uses"),
        lazy("A change that broke off may leave one behind."), 7, 1, 90, _pictures,
    ),
)  # fmt: skip
