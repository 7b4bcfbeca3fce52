"""The identity providers that are connected: the environment's one and those of the database, alike.

They are read from the database at each use, so that what an administrator changes counts in every process
at the next sign-in; only the reading of their XML is remembered, by its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.attributes import Identity, to_identity
from rse.accounts.grants import Grant, Options, Rules, given, grants_of, options_of
from rse.accounts.models import ROLES, Provider
from rse.accounts.providers import WARN_BEFORE, SignIn
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_messages import NameId
from rse.accounts.saml_metadata import IdentityProvider, ServiceProvider, parse_metadata

ENVIRONMENT = "environment"  # the slug of the one in RSE_SAML_METADATA
STARTS = {"saml": "accounts.login"}  # kind: where a sign-in begins; a protocol adds its own
Sent = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Connection:
    """A connected identity provider and the administrator's rules for it.

    `provider` is its SAML description, None when there never was a readable one (or for another protocol).
    """

    slug: str
    kind: str
    name: str
    entity_id: str
    enabled: bool = True
    provider: IdentityProvider | None = None
    domains: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    mode: str = "additive"
    problem: str = ""
    id: int | None = None  # of its row; None for the environment's
    metadata_url: str = ""
    checked_at: datetime | None = None

    @property
    def usable(self) -> bool:
        """Tell whether people can come in this way now."""
        return self.enabled and self.kind in STARTS and (self.kind != "saml" or self.provider is not None)

    def served_by(self, sp: ServiceProvider) -> ServiceProvider:
        """Give this application as this provider sees it: the NameID format that it is asked for."""
        return replace(sp, name_id_formats=tuple(dict.fromkeys((self.options.name_id, "persistent"))))

    def identify(self, name_id: NameId, sent: Sent, session_until: datetime | None) -> Identity:
        """Understand what this provider says about a person: fields, roles and groups."""
        identity = to_identity(self.entity_id, name_id, sent, self.mapping, session_until)
        if self.id is None:
            return identity
        roles, groups = given(self.grants, sent)
        return replace(identity, roles=roles, groups=groups)

    def rules(self, providers: frozenset[str]) -> Rules:
        """Give what signing in may do for people from here; `providers` are those in use."""
        if self.id is None:
            owns = frozenset(ROLES) if "roles" in self.mapping else frozenset[str]()
            return Rules(self.options.link, None, "full", owns, frozenset(), providers)
        return Rules(
            self.options.link,
            self.options.link_domains,
            self.mode,
            frozenset(grant.role for grant in self.grants if grant.role),
            frozenset(grant.group for grant in self.grants if grant.group),
            providers,
        )


@lru_cache(maxsize=32)
def described(document: str) -> IdentityProvider | str:
    """Give what metadata describe, or the problem with them."""
    try:
        return parse_metadata(document.encode())
    except Refused as refusal:
        return refusal.detail


def of_row(row: Provider) -> Connection:
    """Give the connection that a row describes."""
    found = described(row.document) if row.kind == "saml" else ""
    readable = isinstance(found, IdentityProvider)
    return Connection(
        row.slug,
        row.kind,
        row.name,
        row.entity_id,
        enabled=row.enabled,
        provider=found if isinstance(found, IdentityProvider) else None,
        domains=tuple(row.domains or ()),
        options=options_of(row.options or {}),
        mapping={name: tuple(theirs.split("|")) for name, theirs in (row.mapping or {}).items() if theirs},
        grants=grants_of(row.grants or ()),
        mode=row.grants_mode,
        problem=row.problem or ("" if readable else str(found)),
        id=row.id,
        metadata_url=row.metadata_url,
        checked_at=row.checked_at,
    )


def of_environment(config: SignIn) -> list[Connection]:
    """Give the environment's provider, if there is one, also while its metadata cannot be read."""
    return [
        Connection(
            ENVIRONMENT,
            "saml",
            config.name,
            found.entity_id if found else "",
            provider=found,
            options=Options(link=config.link, link_domains=None, name_id=config.name_id_formats[0]),
            mapping=config.mapping,
            problem=source.problem,
            metadata_url=source.where,
        )
        for source in config.sources
        for found in (source.current(),)
    ]


@dataclass(frozen=True)
class Ways:
    """Every connection, usable or not: the environment's, then those of the database by name."""

    all: tuple[Connection, ...]

    @property
    def usable(self) -> list[Connection]:
        """Those that people can come in by now."""
        return [one for one in self.all if one.usable]

    @property
    def in_use(self) -> frozenset[str]:
        """The entity ids of those that are switched on: nobody else takes over their people."""
        return frozenset(one.entity_id for one in self.all if one.enabled)

    def find(self, name: str | None) -> Connection | None:
        """Give the one of that slug or entity id, usable or not; without a name the only usable one."""
        if not name:
            usable = self.usable
            return usable[0] if len(usable) == 1 else None
        return next((one for one in self.all if name in {one.slug, one.entity_id}), None)

    def ending(self, now: datetime) -> list[tuple[str, datetime]]:
        """Give (name, end) of those whose last signing certificate ends soon, or has ended."""
        ends = [
            (one.name or one.entity_id, one.provider.certificate_end)
            for one in self.usable
            if one.provider is not None
        ]
        return [(name, end) for name, end in ends if end - now <= WARN_BEFORE]

    def by_domain(self, email: str) -> Connection | None:
        """Give the usable one for the domain of an address; nothing else of the address is looked at."""
        domain = email.strip().rpartition("@")[2].lower()
        return next((one for one in self.usable if domain and domain in one.domains), None)


def known(session: Session, config: SignIn) -> Ways:
    """Read every connection. What the environment says of a provider goes before a row of the same name."""
    first = of_environment(config)
    taken = {one.entity_id for one in first}
    rows = session.scalars(select(Provider).order_by(Provider.name, Provider.id))
    return Ways((*first, *(of_row(row) for row in rows if row.entity_id not in taken)))
