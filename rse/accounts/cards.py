"""How a person is shown in a list, beside a post, in the bar: one small object, made from a few columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core.model import encode_id

COLOURS = 6
COLUMNS = (
    Person.id, Person.uid, Person.display_name, Person.title, Person.site, Person.photo, Person.kind,
    Person.status, Person.version,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A person as others see them, with what the templates ask for."""

    id: int
    uid: str
    display_name: str
    title: str = ""
    site: str = ""
    photo: str | None = None
    kind: str = "employee"
    status: str = "active"
    version: int = 1
    roles: frozenset[str] = frozenset()
    is_manager: bool = False

    @property
    def public_id(self) -> str:
        """The id as shown outside."""
        return encode_id(self.id)

    @property
    def initials(self) -> str:
        """First letters of the first and the last name."""
        words = [w for w in self.display_name.replace("-", " ").split() if w[0].isalnum()]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def colour(self) -> int:
        """One of six colours, the same one always."""
        return (self.id >> 7) % COLOURS

    @property
    def href(self) -> str:
        """Address of the profile."""
        return f"/people/{self.public_id}"

    @property
    def avatar_url(self) -> str | None:
        """Address of the photo; its name changes with the photo."""
        return f"/people/{self.public_id}/photo/{self.photo}" if self.photo else None


def card_of(row: Any) -> Card:
    """Make a card from a row that begins with COLUMNS."""
    return Card(*row[: len(COLUMNS)])


def cards(session: Session, ids: Iterable[int]) -> dict[int, Card]:
    """Give the cards of persons whose names the caller may show (authors of what is readable)."""
    wanted = list(set(ids))
    rows = session.execute(select(*COLUMNS).where(Person.id.in_(wanted))) if wanted else ()
    return {row[0]: card_of(row) for row in rows}
