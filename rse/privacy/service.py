"""Writes of privacy: asking for a copy of one's data, and erasing a person. They never commit."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts import service as accounts
from rse.accounts.models import Person
from rse.accounts.policy import NOWHERE, is_erased
from rse.core import clock
from rse.core.events import emit
from rse.core.feature import Export
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Action, Refused
from rse.people.events import PersonChanged
from rse.privacy import queries
from rse.privacy.events import ExportAsked, ExportReady, LeftBehind
from rse.privacy.models import PersonalExport

KEPT_DAYS = 7


def ask(session: Session, person_id: int) -> PersonalExport:
    """Ask for a copy of one's own data; one that is being made is given again. Emits ExportAsked. Flushes."""
    held = queries.latest(session, person_id)
    if held is not None and held.state == "waiting":
        return held
    forget(session, person_id)
    wanted = PersonalExport(person_id=person_id, state="waiting", asked_at=clock.now())
    session.add(wanted)
    session.flush()
    audit.record(session, "export.ask", actor_id=person_id, target=f"person:{person_id}")
    emit(session, ExportAsked(wanted.id, person_id))
    return wanted


def finish(session: Session, export_id: int, file: str, size: int) -> bool:
    """Note that a copy is made; False when nobody waits for it any more. Emits ExportReady. Flushes."""
    row = session.get(PersonalExport, export_id, populate_existing=True)
    if row is None or row.state == "ready":
        return False
    now = clock.now()
    row.state, row.file, row.size = "ready", file, size
    row.ready_at, row.expires_at = now, now + timedelta(days=KEPT_DAYS)
    session.flush()
    emit(session, ExportReady(row.id, row.person_id))
    return True


def fail(session: Session, export_id: int) -> None:
    """Note that a copy could not be made: its owner may ask again. Flushes."""
    row = session.get(PersonalExport, export_id, populate_existing=True)
    if row is not None and row.state == "waiting":
        row.state = "failed"
        session.flush()


def forget(session: Session, person_id: int) -> None:
    """Forget the copies of a person; their files follow. Flushes."""
    rows = session.scalars(select(PersonalExport).where(PersonalExport.person_id == person_id)).all()
    files = tuple(row.file for row in rows if row.file)
    session.execute(delete(PersonalExport).where(PersonalExport.person_id == person_id))
    session.expire_all()
    if files:
        emit(session, LeftBehind(person_id, files))


def erase(session: Session, person: Person, exports: Sequence[Export], *, actor_id: int | None) -> None:
    """Erase a person: every feature removes what it keeps of them, and the account loses its name.

    What they wrote for others stands under that account, without a name. Nothing brings it back. Emits
    PersonDeactivated and PersonChanged. Raises Refused for the last administrator, for an account of the
    application, and for somebody who is erased already.
    """
    if person.kind == "service" or is_erased(person):
        raise Refused(Action.ADMINISTER, _("This account holds nobody’s data."))
    accounts.deactivate(session, person, actor_id)
    for export in exports:
        export.erase(session, person.id)
    session.flush()
    photo = person.photo
    _without_name(person)
    session.flush()
    audit.record(session, "person.erase", actor_id=actor_id, target=f"person:{person.id}")
    emit(session, PersonChanged(person.id))
    if photo:
        emit(session, LeftBehind(person.id, (), (photo,)))


def _without_name(person: Person) -> None:
    """Leave an account that says nothing of anybody, under a login that cannot come again."""
    name = f"erased-{encode_id(person.id)}"
    person.uid, person.email = name, f"{name}@{NOWHERE}"
    person.given_name = person.family_name = person.title = person.site = ""
    person.display_name, person.sort_name = _("Erased account"), name
    person.idp = person.name_id = person.locale = person.timezone = person.photo = None
    person.signed_in_at = None
    person.roles, person.is_manager = frozenset(), False
    person.version += 1
