"""Writes about identity: signing in, deactivating, roles, tokens. Each leaves a line in the audit log."""

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rse.accounts import audit, guests, keepers, names, policy, queries, states
from rse.accounts.attributes import Identity
from rse.accounts.events import PersonDeactivated, SignedIn, TokenCreated
from rse.accounts.grants import Rules
from rse.accounts.models import ApiToken, Person
from rse.accounts.models import Session as Signed
from rse.accounts.saml_guard import Refused
from rse.accounts.tokens import digest
from rse.core import clock
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid

CARD = {"given_name": 100, "family_name": 100, "title": 200, "site": 100}  # field: characters kept
ABOUT_SESSION = ("issuer", "name_id", "name_id_format", "session_index", "session_until")


def sign_in(session: Session, identity: Identity, rules: Rules) -> Person:
    """Let a person in who was identified: find them, join them to a known person, or make them.

    `rules` tell what the administrator lets this identity provider do. Emits SignedIn. Raises Refused when
    they may not come in.
    """
    person = queries.person_by_key(session, identity.issuer, identity.name_id)
    first = person is None
    if person is None:
        person = _join(session, identity, rules) or _create(session, identity)
    if not policy.may_sign_in(person):
        raise Refused("deactivated", f"person:{person.id}")
    guests.check_arrival(session, person)
    _take_card(session, person, identity)
    _take_roles(session, person, identity, rules)
    now = person.signed_in_at = clock.now()
    session.flush()
    audit.record(session, "signin", actor_id=person.id, idp=identity.issuer, first=first)
    states.good(session, identity.issuer, now)
    said = {name: value for name, value in asdict(identity).items() if name not in ABOUT_SESSION}
    lists = {"roles": list(identity.roles), "groups": list(identity.groups)}
    lists["groups_lost"] = sorted(rules.groups - {*identity.groups}) if rules.mode == "full" else []
    emit(session, SignedIn(person.id, first, said | lists))
    return person


def _to_join(session: Session, identity: Identity, rules: Rules) -> Person | None:
    """Give the known person that the administrator lets this identity be joined to. Raises Refused.

    Who came in through a provider that is not in use any more (a trial, a migration) is free to be joined.
    """
    person = None
    if rules.link == "uid" and identity.uid:
        person = queries.person_by_uid(session, identity.uid)
    elif identity.email and rules.may_link(identity.email):
        person = queries.person_by_email(session, identity.email)
    if person is not None and person.idp in rules.providers | {identity.issuer}:
        raise Refused("known_otherwise", f"person:{person.id} signs in under another name")
    return person


def _join(session: Session, identity: Identity, rules: Rules) -> Person | None:
    person = _to_join(session, identity, rules)
    if person is not None:
        details = {"idp": identity.issuer, "by": rules.link, "before": person.idp}
        person.idp, person.name_id = identity.issuer, identity.name_id
        audit.record(session, "signin.join", actor_id=person.id, target=f"person:{person.id}", **details)
    return person


def foresee(session: Session, identity: Identity, rules: Rules) -> tuple[str, Person | None]:
    """Tell what sign_in would do, and to whom: known, joined or created. Raises what it would raise."""
    person = queries.person_by_key(session, identity.issuer, identity.name_id)
    outcome = "known"
    if person is None:
        person, outcome = _to_join(session, identity, rules), "joined"
    if person is None:
        _require_address(session, identity)
        return "created", None
    if not policy.may_sign_in(person):
        raise Refused("deactivated", f"person:{person.id}")
    return outcome, person


def _require_address(session: Session, identity: Identity) -> str:
    if identity.email is None:
        raise Refused("no_email", "the identity provider sends no e-mail address")
    if queries.person_by_email(session, identity.email) is not None:
        raise Refused("email_taken", "another person has this e-mail address")
    return identity.email


def _create(session: Session, identity: Identity) -> Person:
    email = _require_address(session, identity)
    guest = "guest" in identity.roles
    person = Person(
        uid=free_uid(session, identity.uid or email),
        email=email,
        display_name=identity.shown_name[:200],
        kind="guest" if guest else "employee",
        roles=frozenset({"guest"} if guest else ()),
        idp=identity.issuer,
        name_id=identity.name_id,
        created_at=clock.now(),
    )
    session.add(person)
    session.flush()
    audit.record(session, "person.create", actor_id=person.id, idp=identity.issuer)
    return person


def free_uid(session: Session, wanted: str) -> str:
    """Give a login that nobody has yet, made from a login or an address."""
    stem = names.login_stem(wanted)
    taken = queries.uids_like(session, stem)
    numbered = (f"{stem}{n}" for n in range(2, 10_000))
    return stem if stem not in taken else next(uid for uid in numbered if uid not in taken)


def _take_card(session: Session, person: Person, identity: Identity) -> None:
    """Take what the identity provider sends of the card; what it does not send stays as it is."""
    before = _card(person)
    for name, length in CARD.items():
        value = getattr(identity, name)
        if value is not None:
            setattr(person, name, value[:length])
    if identity.display_name or identity.given_name or identity.family_name:
        person.display_name = identity.shown_name[:200]
    if identity.email and identity.email != person.email:
        _take_email(session, person, identity.email)
    person.sort_name = names.sort_name(person.family_name, person.given_name, person.display_name)
    if _card(person) != before:
        person.version += 1


def _card(person: Person) -> tuple[str, ...]:
    return (person.email, person.display_name, person.sort_name, person.title, person.site)


def _take_email(session: Session, person: Person, email: str) -> None:
    if queries.person_by_email(session, email) is None:
        person.email = email[:254]


def _take_roles(session: Session, person: Person, identity: Identity, rules: Rules) -> None:
    """Give the roles that the provider decides about; with `full` take those that it does not send."""
    sent = frozenset(identity.roles) & rules.roles
    wanted = person.roles | sent
    if rules.mode == "full":
        wanted -= rules.roles - sent
        if keepers.ADMIN not in wanted and keepers.is_last(session, person):
            wanted |= {keepers.ADMIN}  # somebody has to be able to mend the mapping
    if wanted != person.roles:
        _note_roles(session, person, wanted, None)
        person.roles = wanted


def _note_roles(session: Session, person: Person, after: frozenset[str], actor_id: int | None) -> None:
    before, target = sorted(person.roles), f"person:{person.id}"
    audit.record(session, "roles", actor_id=actor_id, target=target, before=before, after=sorted(after))


def refused(session: Session, refusal: Refused, reference: str, **details: Any) -> None:
    """Note a refused sign-in under the reference that the person sees."""
    about = {"code": refusal.code, "detail": refusal.detail, "reference": reference, **details}
    audit.record(session, "signin.refused", **about)
    states.refused(session, refusal, reference, clock.now())


def signed_out(session: Session, person_id: int) -> None:
    """Note that a person has ended a session."""
    audit.record(session, "signout", actor_id=person_id)


def deactivate(session: Session, person: Person, actor_id: int | None = None) -> None:
    """Shut a person out at once: sessions and tokens end, what they wrote stays. Emits PersonDeactivated.

    Raises policy.Refused for the last administrator.
    """
    if person.status == "deactivated":
        return
    keepers.require_another(session, person)
    person.status = "deactivated"
    person.version += 1
    session.execute(delete(Signed).where(Signed.person_id == person.id))
    session.execute(delete(ApiToken).where(ApiToken.person_id == person.id))
    session.flush()
    audit.record(session, "person.deactivate", actor_id=actor_id, target=f"person:{person.id}")
    emit(session, PersonDeactivated(person.id))


def set_role(session: Session, person: Person, role: str, *, held: bool, actor_id: int | None = None) -> None:
    """Give a role to a person, or take it. Raises Invalid(role=...) for a role that does not exist.

    Raises policy.Refused when the last administrator would be none any more.
    """
    if not policy.is_role(role):
        raise Invalid(role=_("This role does not exist."))
    wanted = person.roles | {role} if held else person.roles - {role}
    if wanted != person.roles:
        if keepers.ADMIN not in wanted:
            keepers.require_another(session, person)
        _note_roles(session, person, wanted, actor_id)
        person.roles = wanted
        session.flush()


def create_token(
    session: Session,
    person: Person,
    scope: str,
    *,
    name: str = "",
    life: timedelta | None = None,
    actor_id: int | None = None,
    provider: str | None = None,
) -> str:
    """Make a token for a program and give it: it is shown this once. Raises Invalid(scope=...).

    `provider` names the identity provider that a token of scope scim is for. Emits TokenCreated.
    """
    if not policy.is_scope(scope):
        raise Invalid(scope=_("This scope does not exist."))
    token, now = f"rse_{secrets.token_urlsafe(32)}", clock.now()
    expires: datetime | None = now + life if life else None
    row = ApiToken(token_hash=digest(token), person_id=person.id, scope=scope, name=name, provider=provider)
    row.created_at, row.expires_at = now, expires
    session.add(row)
    session.flush()
    audit.record(session, "token.create", actor_id=actor_id, target=f"person:{person.id}", scope=scope)
    emit(session, TokenCreated(person.id, scope))
    return token
