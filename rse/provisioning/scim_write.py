"""Writes of SCIM to people: create, replace, patch, delete. Whole or not at all, each in the audit log."""

from collections.abc import Callable, Mapping
from typing import Any

from scim2_models import (
    Context,
    InvalidValueException,
    NotFoundException,
    PatchOp,
    UniquenessException,
)
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from rse.accounts import audit, service
from rse.accounts.models import Person
from rse.accounts.names import login_stem
from rse.core import clock
from rse.core.events import emit
from rse.core.model import new_id
from rse.people.events import PersonChanged
from rse.people.service import profile_of
from rse.provisioning import scim_account as account
from rse.provisioning import scim_people
from rse.provisioning.scim_client import Client, check_version, number
from rse.provisioning.scim_keys import document as kept
from rse.provisioning.scim_keys import exact, fold
from rse.provisioning.scim_models import DETAIL, UNMANAGED, ScimDocument, ScimUser, ScimWrite
from rse.provisioning.scim_schema import ENTERPRISE, POLICY, USER, User


def find(session: Session, client: Client, public_id: str, *, lock: bool = False) -> ScimUser:
    """Give the row of a person that this client may see. Raises NotFoundException."""
    query = visible(client, public_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFoundException(detail="no such user")
    return row


def visible(client: Client, public_id: str) -> Select[ScimUser]:
    """Give the query of a person that a client may see: its own, and those whom no provider manages."""
    mine = ScimUser.provider.in_([client.provider, UNMANAGED])
    return select(ScimUser).where(ScimUser.person_id == number(public_id), ScimUser.listed, mine)


def _document(resource: User) -> dict[str, Any]:
    """Give what is kept of a resource. Raises InvalidValueException without a userName."""
    doc = kept(resource.model_dump(scim_ctx=Context.DEFAULT))
    if "userName" not in doc:
        raise InvalidValueException(detail="userName is required")
    return doc


def create(session: Session, client: Client, sent: User) -> int:
    """Make a person, or let in again one whom this provider had deleted; gives their id.

    Raises UniquenessException when userName, externalId or address is somebody else's.
    """
    doc = _document(sent)
    row = _deleted(session, client, doc)
    if row is not None:
        row.listed = True
        doc.setdefault("active", True)
        return _change(session, client, row, lambda _before: doc, "restored")
    _require_unique(session, client, doc)
    person = _person(session, doc)
    session.add(person)
    session.flush()
    profile_of(session, person.id).welcome_step = 1
    row = scim_people.add(session, person, client.provider, doc)
    _apply(session, client, row, {}, "created")
    account.tie_waiting(session, row, doc)
    return person.id


def _person(session: Session, doc: Mapping[str, Any]) -> Person:
    """Make the account; its login comes from the userName."""
    person_id, guest = new_id(), account.is_guest(doc)
    stem = login_stem(doc["userName"])
    taken = session.scalar(select(Person.id).where(Person.uid == stem)) is not None
    email = account.address(person_id, doc)
    account.require_free(session, email)
    return Person(
        id=person_id, uid=service.free_uid(session, stem) if taken else stem, email=email,
        display_name=account.shown_name(doc), kind="guest" if guest else "employee", status="active",
        roles=frozenset({"guest"} if guest else ()), created_at=clock.now(), version=1,
    )  # fmt: skip


def _deleted(session: Session, client: Client, doc: Mapping[str, Any]) -> ScimUser | None:
    """Give the row of whom this provider deleted under the same userName, externalId or address."""
    email = account.address(0, doc)
    holder = select(Person.id).where(Person.email == email)
    same = or_(ScimUser.user_name == fold(doc["userName"]), ScimUser.person_id.in_(holder))
    if doc.get("externalId"):
        same = or_(same, ScimUser.external_id == exact(doc["externalId"]))
    mine = (ScimUser.provider == client.provider, ScimUser.listed.is_(False))
    return session.scalars(select(ScimUser).where(*mine, same).with_for_update().limit(1)).first()


def _require_unique(
    session: Session, client: Client, doc: Mapping[str, Any], person_id: int | None = None
) -> None:
    """Raise UniquenessException when userName or externalId is somebody else's."""
    names: list[ColumnElement[bool]] = [ScimUser.user_name == fold(doc["userName"])]
    if doc.get("externalId"):
        mine = (ScimUser.provider == client.provider) & (ScimUser.external_id == exact(doc["externalId"]))
        names.append(mine)
    for criterion in names:
        holder = session.scalar(select(ScimUser.person_id).where(criterion).limit(1))
        if holder is not None and holder != person_id:
            raise UniquenessException(detail="userName or externalId is in use")


def replace(session: Session, client: Client, public_id: str, sent: User, if_match: str | None) -> None:
    """Put other attributes in place of all; without `active` the person stays as they are."""
    row = find(session, client, public_id, lock=True)
    check_version(if_match, row.version)
    doc = _document(sent)

    def replaced(before: dict[str, Any]) -> dict[str, Any]:
        return {"active": before["active"]} | doc if "active" in before else doc

    _change(session, client, row, replaced, "replaced")


def patch(
    session: Session, client: Client, public_id: str, operations: PatchOp[User], if_match: str | None
) -> None:
    """Apply operations, all or none."""
    row = find(session, client, public_id, lock=True)
    check_version(if_match, row.version)

    def patched(before: dict[str, Any]) -> dict[str, Any]:
        resource = User.model_validate({"schemas": [USER, ENTERPRISE], **before}, scim_policy=POLICY)
        operations.patch(resource, scim_policy=POLICY)
        return _document(resource)

    _change(session, client, row, patched, "patched")


def remove(session: Session, client: Client, public_id: str, if_match: str | None) -> None:
    """Delete for SCIM: shut out for good, unseen by the provider from now on; what they wrote stays."""
    row = find(session, client, public_id, lock=True)
    check_version(if_match, row.version)
    _change(session, client, row, lambda before: {**before, "active": False}, "deleted")
    row.listed = False
    session.flush()


Change = Callable[[dict[str, Any]], dict[str, Any]]


def _change(session: Session, client: Client, row: ScimUser, change: Change, what: str) -> int:
    held = session.get_one(ScimDocument, row.person_id, with_for_update=True)
    before = held.data
    doc = change(before)
    _require_unique(session, client, doc, row.person_id)
    if row.provider == client.provider and doc == before and what in {"patched", "replaced"}:
        return row.person_id
    row.provider = client.provider
    scim_people.store(session, row, held, doc)
    _apply(session, client, row, before, what)
    return row.person_id


def _apply(session: Session, client: Client, row: ScimUser, before: Mapping[str, Any], what: str) -> None:
    """Bring account and profile in line with the document just stored, and note what was done."""
    held = session.get_one(ScimDocument, row.person_id)
    work = account.Account(session, client, row, dict(held.data))
    work.apply(before)
    if work.doc != held.data:
        scim_people.store(session, row, held, work.doc)
    changed = sorted(n for n in {*before, *work.doc} if before.get(n) != work.doc.get(n))
    names = [name if name != ENTERPRISE else "enterprise" for name in changed]
    about = {"provider": client.provider, "fields": names, "notes": work.notes}
    target = f"person:{row.person_id}"
    audit.record(session, f"scim.user.{what}", actor_id=client.actor_id, target=target, **about)
    detail = "; ".join(filter(None, [", ".join(names), *work.notes]))[:DETAIL]
    written = {"provider": client.provider, "at": clock.now(), "action": f"user.{what}", "detail": detail}
    session.add(ScimWrite(**written, person_id=row.person_id, failed=False))
    session.flush()
    emit(session, PersonChanged(row.person_id))
