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
from sqlalchemy import ColumnElement, Select, insert, or_, select
from sqlalchemy.orm import Session

from rse.accounts import audit, service
from rse.accounts.models import Person
from rse.accounts.names import login_stem
from rse.core import clock
from rse.core.events import emit
from rse.core.model import new_id
from rse.people.events import PersonChanged
from rse.people.models import Profile
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


def create(session: Session, client: Client, sent: User) -> tuple[ScimUser, dict[str, Any] | None]:
    """Make a person, or let in again one whom this provider had deleted; gives the document of who is new.

    Raises UniquenessException when userName, externalId or address is somebody else's.
    """
    doc, person_id = _document(sent), new_id()
    email, stem = account.address(person_id, doc), login_stem(doc["userName"])
    near = session.execute(
        select(Person.id, Person.email).where((Person.email == email) | (Person.uid == stem))
    )
    people = near.all()
    holder = next((one.id for one in people if one.email == email), None)
    same = _named_so(client, doc) | (ScimUser.person_id == holder) if holder else _named_so(client, doc)
    rows = session.scalars(select(ScimUser).where(same).with_for_update()).all()
    deleted = next((row for row in rows if row.provider == client.provider and not row.listed), None)
    if deleted is not None:
        deleted.listed = True
        doc.setdefault("active", True)
        _change(session, client, deleted, lambda _before: doc, "restored")
        return deleted, None
    if rows or holder is not None:
        raise UniquenessException(detail="userName, externalId or e-mail address is in use")
    uid = service.free_uid(session, stem) if people else stem
    person, _profile = _account(session, person_id, email, uid, doc)  # held, so that nobody reads them again
    row, held = scim_people.add(session, person, client.provider, doc)
    _apply(session, client, row, {}, "created")
    account.tie_waiting(session, row, held.data)
    return row, held.data


def _account(
    session: Session, person_id: int, email: str, uid: str, doc: Mapping[str, Any]
) -> tuple[Person, Profile]:
    """Store the account and the profile of somebody new."""
    guest = account.is_guest(doc)
    person = Person(
        id=person_id, uid=uid, email=email,
        **account.fields(doc), sort_name=account.sorted_by(doc), kind="guest" if guest else "employee",
        status="active", roles=frozenset({"guest"} if guest else ()), created_at=clock.now(), version=1,
    )  # fmt: skip
    session.add(person)
    session.flush()
    profile = Profile(
        person_id=person_id, languages=[], imported={}, preferences={}, about="", phone="",
        locked=account.owned(doc), source=account.SOURCE, welcome_step=1,
        department_id=account.first_department(session, doc),
    )  # fmt: skip
    session.add(profile)
    return person, profile


def _named_so(client: Client, doc: Mapping[str, Any]) -> ColumnElement[bool]:
    """Give the criterion of the people who have this userName or externalId."""
    same: ColumnElement[bool] = ScimUser.user_name == fold(doc["userName"])
    if not doc.get("externalId"):
        return same
    mine = (ScimUser.provider == client.provider) & (ScimUser.external_id == exact(doc["externalId"]))
    return or_(same, mine)


def _require_unique(session: Session, client: Client, doc: Mapping[str, Any], person_id: int) -> None:
    """Raise UniquenessException when userName or externalId is somebody else's."""
    holders = session.scalars(select(ScimUser.person_id).where(_named_so(client, doc)).limit(2))
    if set(holders) - {person_id}:
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


_WRITTEN = insert(ScimWrite)
Change = Callable[[dict[str, Any]], dict[str, Any]]


def _change(session: Session, client: Client, row: ScimUser, change: Change, what: str) -> None:
    held = session.get_one(ScimDocument, row.person_id, with_for_update=True)
    before = held.data
    doc = change(before)
    _require_unique(session, client, doc, row.person_id)
    if row.provider == client.provider and doc == before and what in {"patched", "replaced"}:
        return
    row.provider = client.provider
    scim_people.store(session, row, held, doc)
    _apply(session, client, row, before, what)


def _apply(session: Session, client: Client, row: ScimUser, before: Mapping[str, Any], what: str) -> None:
    """Bring account and profile in line with the document just stored, and note what was done."""
    held = session.get_one(ScimDocument, row.person_id)
    work = account.Account(session, client, row, dict(held.data), new=what == "created")
    with scim_people.writing(session, row.person_id):
        work.apply(before)
        if work.doc != held.data:
            scim_people.store(session, row, held, work.doc)
        _note(session, client, work, before, what)
        emit(session, PersonChanged(row.person_id))


def _note(
    session: Session, client: Client, work: account.Account, before: Mapping[str, Any], what: str
) -> None:
    person_id = work.person.id
    changed = sorted(n for n in {*before, *work.doc} if before.get(n) != work.doc.get(n))
    names = [name if name != ENTERPRISE else "enterprise" for name in changed]
    about = {"provider": client.provider, "fields": names, "notes": work.notes}
    action, target = f"scim.user.{what}", f"person:{person_id}"
    audit.record(session, action, actor_id=client.actor_id, target=target, **about)
    detail = "; ".join(filter(None, [", ".join(names), *work.notes]))[:DETAIL]
    written = {"provider": client.provider, "at": clock.now(), "action": f"user.{what}", "detail": detail}
    session.connection().execute(_WRITTEN, {**written, "person_id": person_id, "failed": False})
