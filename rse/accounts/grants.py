"""What an administrator lets an identity provider decide: joining people, giving roles and groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NAME_ID_FORMATS = ("persistent", "email", "unspecified")
LINKS = ("none", "uid", "email")
MODES = ("additive", "full")


@dataclass(frozen=True)
class Grant:
    """Who has `value` in the attribute `attribute` gets a role, or membership of a group (its slug)."""

    attribute: str
    value: str
    role: str = ""
    group: str = ""

    def met_by(self, sent: Mapping[str, tuple[str, ...]]) -> bool:
        """Tell whether the attributes say so (names and values without regard to case)."""
        wanted = self.value.casefold()
        return any(
            value.strip().casefold() == wanted
            for name, values in sent.items()
            if name.casefold() == self.attribute.casefold()
            for value in values
        )


@dataclass(frozen=True)
class Options:
    """How a provider is talked to, and what it may do without being asked."""

    sign_requests: bool = True
    want_encrypted: bool = False
    idp_initiated: bool = False
    link: str = "none"
    link_domains: tuple[str, ...] | None = ()  # None: any, the operator has said so in the environment
    name_id: str = "persistent"


@dataclass(frozen=True)
class Rules:
    """What service.sign_in may do for a person whom this provider identified.

    `roles` and `groups` are those that the provider decides about: with `full` it also takes away what it
    does not send; `providers` are the entity ids in use, whose people are not taken over.
    """

    link: str = "none"
    link_domains: tuple[str, ...] | None = None
    mode: str = "additive"
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()

    def may_link(self, email: str) -> bool:
        """Tell whether an account with this address may be joined by its address."""
        domain = email.rpartition("@")[2].lower()
        return self.link == "email" and (self.link_domains is None or domain in self.link_domains)


def options_of(kept: Mapping[str, Any]) -> Options:
    """Read the options of a row; what is absent or unknown is at its safe value."""
    link, name_id = kept.get("link", "none"), kept.get("name_id", "persistent")
    return Options(
        sign_requests=bool(kept.get("sign_requests", True)),
        want_encrypted=bool(kept.get("want_encrypted")),
        idp_initiated=bool(kept.get("idp_initiated")),
        link=link if link in LINKS else "none",
        link_domains=tuple(str(domain).lower() for domain in kept.get("link_domains") or ()),
        name_id=name_id if name_id in NAME_ID_FORMATS else "persistent",
    )


def grants_of(kept: Iterable[Mapping[str, str]]) -> tuple[Grant, ...]:
    """Read the grants of a row."""
    fields = ("attribute", "value", "role", "group")
    return tuple(Grant(*(str(one.get(name) or "") for name in fields)) for one in kept)


def given(
    grants: Iterable[Grant], sent: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give (roles, groups) that the attributes `sent` bring, sorted."""
    met = [grant for grant in grants if grant.met_by(sent)]
    roles, groups = {one.role for one in met if one.role}, {one.group for one in met if one.group}
    return tuple(sorted(roles)), tuple(sorted(groups))
