"""The one rule of who may read: a row carries an audience token, a viewer holds a set of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_

EVERYONE = "everyone"


def group_token(group_id: int) -> str:
    """Give the token that a group's members hold."""
    return f"group:{group_id}"


def person_token(person_id: int) -> str:
    """Give the token of one person; guests hold those of the people they share a group with."""
    return f"person:{person_id}"


def role_token(role: str) -> str:
    """Give the token of everyone with a role."""
    return f"role:{role}"


def conversation_token(conversation_id: int, era: int) -> str:
    """Give the token of one era of a conversation."""
    return f"conversation:{conversation_id}:{era}"


@dataclass(frozen=True)
class Viewer:
    """Who looks: the person, and every token that they hold (conversations apart: see chat)."""

    id: int
    kind: str = "employee"
    roles: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()
    locale: str = "fr"
    timezone: str = "Europe/Paris"
    display_name: str = ""
    card: Any = field(default=None, compare=False)  # the accounts.models.Person row's public columns
    known: dict[str, Any] = field(default_factory=dict, compare=False)  # what features read with the tokens

    @property
    def is_employee(self) -> bool:
        """Tell whether the whole company's content is theirs to read."""
        return EVERYONE in self.tokens

    def holds(self, token: str) -> bool:
        """Tell whether a row with this audience may be read."""
        return token in self.tokens


def base_tokens(person_id: int, kind: str, roles: Iterable[str]) -> set[str]:
    """Give the tokens that follow from the person alone: guests and services hold no `everyone`."""
    tokens = {person_token(person_id), *(role_token(role) for role in roles)}
    if kind == "employee":
        tokens.add(EVERYONE)
    return tokens


def readable(audience: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion of every read: the row's audience is one of the viewer's tokens."""
    criterion: ColumnElement[bool] = audience.in_(sorted(viewer.tokens))
    return criterion


def prepared(audience: Any) -> ColumnElement[bool]:
    """Give the same criterion for a statement that is built once; `tokens_of` gives its values."""
    criterion: ColumnElement[bool] = audience.in_(bindparam("viewer_tokens", expanding=True))
    return criterion


def tokens_of(viewer: Viewer) -> dict[str, list[str]]:
    """Give what a prepared statement asks about the viewer."""
    return {"viewer_tokens": sorted(viewer.tokens)}


def readable_people(audience: Any, person_id: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Give the criterion for people: their audience, or a `person:` token for the one (guests)."""
    known = [int(t.removeprefix("person:")) for t in viewer.tokens if t.startswith("person:")]
    return or_(readable(audience, viewer), person_id.in_(known))
