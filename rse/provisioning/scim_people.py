"""The rows by which SCIM finds people: kept in step with accounts and profiles, whoever changes them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.accounts.policy import ERASED
from rse.core import clock
from rse.core.model import encode_id
from rse.people.models import Department, Profile
from rse.provisioning.scim_keys import columns, email_rows, fold, tidy
from rse.provisioning.scim_models import UNMANAGED, ScimDocument, ScimEmail, ScimUser
from rse.provisioning.scim_schema import ENTERPRISE

BATCH = 200
WRITING = "scim_writing"
_EMAILS = insert(ScimEmail)
_PERSON = (
    Person.id, Person.uid, Person.email, Person.display_name, Person.given_name, Person.family_name,
    Person.title, Person.site, Person.status, Person.created_at,
    Profile.phone, Profile.manager_id, Department.path,
)  # fmt: skip


def mirror(session: Session, person_ids: Collection[int]) -> None:
    """Bring the rows of these people up to date with their accounts. Flushes.

    Of people whom a provider manages only `active` follows: the rest is what the provider said. Whom SCIM
    itself is writing (`writing`) is left alone.
    """
    person_ids = set(person_ids) - session.info.get(WRITING, set())
    if not person_ids:
        return
    query = select(*_PERSON).outerjoin(Profile, Profile.person_id == Person.id)
    query = query.outerjoin(Department, Department.id == Profile.department_id)
    query = query.where(Person.id.in_(person_ids), Person.kind != "service", ~ERASED)
    people = session.execute(query).all()
    known = {row.person_id: row for row in session.scalars(_rows(person_ids))}
    documents = {d.person_id: d for d in session.scalars(_documents(known))} if known else {}
    taken = _taken(session, people)
    fresh = []
    for person in people:
        row = known.get(person.id)
        if row is None:
            fresh.append((person, described(person, taken)))
        elif row.provider == UNMANAGED:
            _correct(session, row, documents[person.id], described(person, taken))
        else:
            _follow(session, row, documents[person.id], active=person.status == "active")
    _insert(session, fresh)
    session.flush()


@contextmanager
def writing(session: Session, person_id: int) -> Iterator[None]:
    """Keep the events of a write of SCIM from reading back what it has just stored."""
    own: set[int] = session.info.setdefault(WRITING, set())
    own.add(person_id)
    try:
        yield
    finally:
        own.discard(person_id)


def _rows(person_ids: Iterable[int]) -> Any:
    return select(ScimUser).where(ScimUser.person_id.in_(list(person_ids)))


def _documents(person_ids: Iterable[int]) -> Any:
    return select(ScimDocument).where(ScimDocument.person_id.in_(list(person_ids)))


def _taken(session: Session, people: Sequence[Any]) -> dict[str, int]:
    """Give who holds the names that these people would have."""
    wanted = {fold(name) for person in people for name in (person.email, person.uid)}
    query = select(ScimUser.user_name, ScimUser.person_id).where(ScimUser.user_name.in_(wanted))
    return {row.user_name: row.person_id for row in session.execute(query)}


def described(person: Any, taken: dict[str, int]) -> dict[str, Any]:
    """Describe somebody whom no provider manages, as SCIM does; their userName is the e-mail address."""
    names = (person.email, person.uid, encode_id(person.id))
    name = next(n for n in names if taken.get(fold(n) or "", person.id) == person.id)
    taken[fold(name) or ""] = person.id
    manager = {"value": encode_id(person.manager_id)} if person.manager_id else None
    doc: dict[str, Any] = tidy(
        {
            "userName": name,
            "displayName": person.display_name,
            "name": {"givenName": person.given_name, "familyName": person.family_name},
            "title": person.title,
            "active": person.status == "active",
            "emails": [{"value": person.email, "type": "work", "primary": True}],
            "phoneNumbers": [{"value": person.phone, "type": "work"}] if person.phone else [],
            "addresses": [{"locality": person.site, "type": "work"}] if person.site else [],
            ENTERPRISE: {"department": person.path, "manager": manager},
        }
    )
    return doc


def _insert(session: Session, fresh: list[tuple[Any, dict[str, Any]]]) -> None:
    if not fresh:
        return
    now = clock.now()
    rows = [
        {**columns(p.id, doc), "person_id": p.id, "created_at": p.created_at, "modified_at": now}
        for p, doc in fresh
    ]
    session.execute(insert(ScimUser), rows)
    session.execute(insert(ScimDocument), [{"person_id": p.id, "data": doc} for p, doc in fresh])
    emails = [row for p, doc in fresh for row in email_rows(p.id, doc)]
    if emails:
        session.connection().execute(_EMAILS, emails)


def _correct(session: Session, row: ScimUser, held: ScimDocument, doc: dict[str, Any]) -> None:
    if held.data != doc:
        store(session, row, held, doc)


def _follow(session: Session, row: ScimUser, held: ScimDocument, *, active: bool) -> None:
    said = held.data.get("active", True)
    if said != active:
        row.shut_out = False
        store(session, row, held, {**held.data, "active": active})


def store(session: Session, row: ScimUser, held: ScimDocument, doc: dict[str, Any]) -> None:
    """Keep another document of a person, with its keys, as a new version. Flushes."""
    before = held.data
    for name, value in columns(row.person_id, doc).items():
        setattr(row, name, value)
    row.version, row.modified_at = row.version + 1, clock.now()
    held.data = doc
    session.flush()
    if before.get("emails") != doc.get("emails"):
        session.execute(delete(ScimEmail).where(ScimEmail.person_id == row.person_id))
        emails = email_rows(row.person_id, doc)
        if emails:
            session.connection().execute(_EMAILS, emails)


def add(
    session: Session, person: Person, provider: str, doc: dict[str, Any]
) -> tuple[ScimUser, ScimDocument]:
    """Keep the document of somebody who is new. Flushes."""
    row = ScimUser(
        person_id=person.id, provider=provider, listed=True, shut_out=False, version=1,
        created_at=person.created_at, modified_at=person.created_at, **columns(person.id, doc),
    )  # fmt: skip
    held = ScimDocument(person_id=person.id, data=doc)
    session.add_all([row, held])
    session.flush()
    emails = email_rows(person.id, doc)
    if emails:
        session.connection().execute(_EMAILS, emails)
    return row, held


def complete(session: Session) -> int:
    """Make the rows of everybody who has none (before the first token of SCIM); gives how many."""
    missing = select(Person.id).outerjoin(ScimUser, ScimUser.person_id == Person.id)
    missing = missing.where(ScimUser.person_id.is_(None), Person.kind != "service", ~ERASED)
    ids = iter(session.scalars(missing).all())
    made = 0
    while part := list(islice(ids, BATCH)):
        mirror(session, part)
        made += len(part)
    return made
