"""A SCIM document applied to the account, the profile, the department and the reporting line of a person."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from scim2_models import InvalidValueException, UniquenessException
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from rse.accounts import lifecycle, service
from rse.accounts.attributes import EMAIL
from rse.accounts.models import Person
from rse.accounts.names import sort_name
from rse.core import clock
from rse.core.model import encode_id
from rse.people.departments import HAND, SEPARATOR, Tree, place, split_path
from rse.people.models import Department, DepartmentMembership, Profile
from rse.people.reporting import set_manager
from rse.people.service import MAX_PHONE, profile_of
from rse.provisioning.scim_client import Client
from rse.provisioning.scim_keys import exact, fold, preferred
from rse.provisioning.scim_models import ScimDocument, ScimUser
from rse.provisioning.scim_schema import ENTERPRISE

SOURCE = "scim"
NOWHERE = "users.invalid"  # RFC 6761: the domain of who has no address
LOCALES = ("fr", "en")
ZONES = available_timezones()


def address(person_id: int, doc: Mapping[str, Any]) -> str:
    """Give the one address of the network: of `emails`, else the userName. Raises InvalidValueException."""
    chosen = preferred(doc.get("emails", [])).lower()
    if chosen:
        if not EMAIL.fullmatch(chosen):
            raise InvalidValueException(detail="emails: not an e-mail address")
        return chosen
    name = doc["userName"].lower()
    return name if EMAIL.fullmatch(name) else f"{encode_id(person_id)}@{NOWHERE}"


def shown_name(doc: Mapping[str, Any]) -> str:
    """Give the name that people see."""
    name = doc.get("name", {})
    parts = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    return (doc.get("displayName") or name.get("formatted") or parts or doc["userName"])[:200]


def site(doc: Mapping[str, Any]) -> str:
    """Give the place of work: the locality, else a short address on one line (Entra: the office)."""
    addresses = doc.get("addresses", [])
    whole = preferred(addresses, "formatted")
    found = preferred(addresses, "locality") or ("" if "\n" in whole else whole)
    return found[:100]


def fields(doc: Mapping[str, Any]) -> dict[str, str]:
    """Give what the card shows; empty where the document says nothing."""
    name = doc.get("name", {})
    return {
        "given_name": name.get("givenName", "")[:100],
        "family_name": name.get("familyName", "")[:100],
        "display_name": shown_name(doc),
        "title": doc.get("title", "")[:200],
        "site": site(doc),
    }


def sorted_by(doc: Mapping[str, Any]) -> str:
    """Give what the person is sorted by."""
    said = fields(doc)
    return sort_name(said["family_name"], said["given_name"], said["display_name"])


def owned(doc: Mapping[str, Any]) -> dict[str, str]:
    """Give the fields of the profile that the provider owns while its document stands."""
    work = doc.get(ENTERPRISE, {})
    said = {name for name, value in fields(doc).items() if value} | {"email"}
    said |= {"phone"} if preferred(doc.get("phoneNumbers", [])) else set()
    said |= {name for name in ("department", "manager") if work.get(name)}
    return dict.fromkeys(sorted(said), SOURCE)


_PLACED = insert(DepartmentMembership)


class Account:
    """One person while a document is applied; `doc` may be corrected, `notes` say what was not taken."""

    def __init__(
        self, session: Session, client: Client, row: ScimUser, doc: dict[str, Any], *, new: bool = False
    ) -> None:
        self.session, self.client, self.row, self.doc, self.new = session, client, row, doc, new
        self.person = session.get_one(Person, row.person_id)
        self.profile = profile_of(session, row.person_id)
        self.notes: list[str] = []

    def apply(self, before: Mapping[str, Any]) -> None:
        """Bring all of it in line. Raises UniquenessException for an address of somebody else. Flushes."""
        self._card()
        self._kind(before)
        gone = {n for n, source in self.profile.locked.items() if source == SOURCE} - owned(self.doc).keys()
        self._profile(gone)
        self._department(gone)
        self._manager(gone)
        self._active()
        self.session.flush()

    def _card(self) -> None:
        doc, person = self.doc, self.person
        email = address(person.id, doc)
        if email != person.email:
            require_free(self.session, email, person.id)
        wanted = fields(doc) | {"email": email}
        changed = {name: value for name, value in wanted.items() if getattr(person, name) != value}
        for name, value in changed.items():
            setattr(person, name, value)
        person.sort_name = sorted_by(doc)
        person.version += bool(changed)
        if doc.get("timezone") in ZONES and person.timezone is None:
            person.timezone = doc["timezone"]
        spoken = str(doc.get("preferredLanguage") or doc.get("locale") or "")[:2].lower()
        if spoken in LOCALES and person.locale is None:
            person.locale = spoken

    def _kind(self, before: Mapping[str, Any]) -> None:
        """Make a guest of an employee or the reverse when the provider changes its mind; services stay so."""
        person = self.person
        if before.get("userType") == self.doc.get("userType") or person.kind == "service":
            return
        guest = is_guest(self.doc)
        if guest != (person.kind == "guest"):
            person.kind = "guest" if guest else "employee"
            person.roles = person.roles | {"guest"} if guest else person.roles - {"guest"}

    def _profile(self, gone: set[str]) -> None:
        profile = self.profile
        held = {name: source for name, source in profile.locked.items() if source != SOURCE}
        profile.locked = held | owned(self.doc)
        profile.source = profile.source or SOURCE
        phone = preferred(self.doc.get("phoneNumbers", []))
        if phone or "phone" in gone:
            profile.phone = phone[:MAX_PHONE]

    def _department(self, gone: set[str]) -> None:
        path, profile = self.doc.get(ENTERPRISE, {}).get("department"), self.profile
        if not path and "department" not in gone:
            return
        if not self.new or profile.department_id is None:
            try:
                profile.department_id = department_named(self.session, path or "")
            except ValueError:
                self.notes.append("department: the path is too long, left as it was")
                return
        if self.person.status == "active":
            self._place(profile.department_id)

    def _place(self, department_id: int | None) -> None:
        if self.new and department_id is not None:
            first = {"department_id": department_id, "from_date": None, "to_date": None}
            self.session.connection().execute(_PLACED, {"person_id": self.person.id, **first})
            return
        day = clock.now().date()
        place(self.session, self.person.id, department_id, day, self.profile.start_date)

    def _manager(self, gone: set[str]) -> None:
        said = self.doc.get(ENTERPRISE, {}).get("manager", {}).get("value")
        if not said:
            if "manager" in gone:
                set_manager(self.session, self.profile, None)
            return
        manager_id = named(self.session, self.client.provider, said)
        if manager_id is None:
            self.notes.append("manager: not known yet, tied as soon as they are")
        elif set_manager(self.session, self.profile, manager_id):
            work = {**self.doc[ENTERPRISE], "manager": {"value": encode_id(manager_id)}}
            self.doc[ENTERPRISE] = work
        else:
            self.notes.append("manager: the line would go in a circle, left as it was")

    def _active(self) -> None:
        """Shut out or let in; whom an administrator or a directory has shut out is not let in by SCIM."""
        wanted, active = self.doc.get("active", True), self.person.status == "active"
        if active and not wanted:
            self.row.shut_out = True
            service.deactivate(self.session, self.person, self.client.actor_id)
            self._place(None)
            self.notes.append("deactivated")
        elif wanted and not active and self.row.shut_out:
            self.row.shut_out = False
            lifecycle.reactivate(self.session, self.person, self.client.actor_id)
            self._place(self.profile.department_id)
            self.notes.append("reactivated")
        elif wanted and not active:
            self.doc["active"] = False
            self.notes.append("active: somebody else has shut this person out, and may let them in")


def department_named(session: Session, path: str) -> int | None:
    """Give a department, made when it is missing: of one spelled as it is stored, without reading all.

    Raises ValueError for a path that is too long.
    """
    same = select(Department.id).where(Department.path == SEPARATOR.join(split_path(path)))
    same = same.where(Department.source != HAND, Department.ended_on.is_(None))
    return session.scalar(same) or Tree(session, SOURCE).find_or_add(path)


def first_department(session: Session, doc: Mapping[str, Any]) -> int | None:
    """Give the department of somebody new; None without one, and for a path that is too long."""
    path = doc.get(ENTERPRISE, {}).get("department")
    try:
        return department_named(session, path) if path else None
    except ValueError:
        return None


def require_free(session: Session, email: str, person_id: int | None = None) -> None:
    """Raise UniquenessException when somebody else has the address."""
    holder = session.scalar(select(Person.id).where(Person.email == email))
    if holder is not None and holder != person_id:
        raise UniquenessException(detail="another person has this e-mail address")


def is_guest(doc: Mapping[str, Any]) -> bool:
    """Tell whether the provider calls them a guest, as Entra does by `userType`."""
    return str(doc.get("userType", "")).lower() == "guest"


def named(session: Session, provider: str, said: str) -> int | None:
    """Give the person that a provider means: by id, by its own id, by userName, or by address."""
    key = fold(said)
    query = select(ScimUser.person_id, ScimUser.public_id, ScimUser.external_id, ScimUser.user_name)
    own = (ScimUser.provider == provider) & (ScimUser.external_id == exact(said))
    either = or_(ScimUser.public_id == said, ScimUser.user_name == key, ScimUser.email == key, own)
    rows = session.execute(query.where(either).limit(8)).all()
    ranked = sorted(rows, key=lambda r: (r.public_id != said, r.external_id != said, r.user_name != key))
    return ranked[0].person_id if ranked else None


def tie_waiting(session: Session, row: ScimUser, doc: Mapping[str, Any]) -> None:
    """Tie those whose manager was announced before they came."""
    names = {doc["userName"], doc.get("externalId"), preferred(doc.get("emails", []))} - {None, ""}
    query = select(ScimUser, ScimDocument, Profile).where(ScimUser.manager.in_(names))
    query = query.join(ScimDocument, ScimDocument.person_id == ScimUser.person_id)
    query = query.join(Profile, Profile.person_id == ScimUser.person_id)
    for below, held, profile in session.execute(query.where(ScimUser.provider == row.provider)).all():
        if set_manager(session, profile, row.person_id):
            value = {"value": row.public_id}
            held.data = {**held.data, ENTERPRISE: {**held.data.get(ENTERPRISE, {}), "manager": value}}
            below.manager, below.version = row.public_id, below.version + 1
