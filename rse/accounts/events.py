"""What happens at sign-in."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class SignedIn(Event):
    """Somebody came in through an identity provider; `attributes` is its Identity as plain values.

    Keys (all optional texts but `roles`, a list): uid, email, given_name, family_name, display_name,
    title, department (path `A / B / C`), site, phone, manager (uid, e-mail or DN), roles; `groups` and
    `groups_lost` are lists of slugs of our groups, by the administrator's grants.
    """

    person_id: int
    first: bool
    attributes: dict[str, object]


@dataclass(frozen=True)
class PersonDeactivated(Event):
    """A person may not sign in any more; their sessions and tokens have ended."""

    person_id: int


@dataclass(frozen=True)
class PersonReactivated(Event):
    """A person who was shut out may sign in again."""

    person_id: int


@dataclass(frozen=True)
class TokenCreated(Event):
    """A token for a program has been made."""

    person_id: int
    scope: str
