"""What administrators, directories and jobs do to an account: let in again, end sessions, revoke tokens."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.accounts.events import PersonReactivated
from rse.accounts.models import ApiToken, Person
from rse.accounts.models import Session as Signed
from rse.accounts.policy import is_erased
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, NotFound, require


def reactivate(session: Session, person: Person, actor_id: int | None = None) -> None:
    """Let a person in again who was shut out. Sessions and tokens stay ended. Emits PersonReactivated.

    Raises Refused for who was erased: nobody is left.
    """
    if person.status == "active":
        return
    require(not is_erased(person), Action.ADMINISTER, _("This person was erased: nothing is left to open."))
    person.status = "active"
    person.version += 1
    session.flush()
    audit.record(session, "person.reactivate", actor_id=actor_id, target=f"person:{person.id}")
    emit(session, PersonReactivated(person.id))


def end_sessions(
    session: Session, person_id: int, session_id: int | None = None, *, actor_id: int | None = None
) -> list[int]:
    """End one session of a person, or all of them, and give their ids: the caller puts out their sockets.

    Raises NotFound for a session that is not theirs.
    """
    criteria = [Signed.person_id == person_id]
    if session_id is not None:
        criteria.append(Signed.id == session_id)
    ids = list(session.scalars(select(Signed.id).where(*criteria)))
    if session_id is not None and not ids:
        raise NotFound
    session.execute(delete(Signed).where(Signed.id.in_(ids)))
    if ids:
        audit.record(
            session, "session.end", actor_id=actor_id, target=f"person:{person_id}", sessions=len(ids)
        )
    return ids


def revoke_token(session: Session, token_id: int, person_id: int, *, actor_id: int | None = None) -> None:
    """End a token of a person at once. Raises NotFound for one that is not theirs."""
    row = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == person_id))
    if row is None:
        raise NotFound
    about = {"name": row.name, "scope": row.scope}
    session.delete(row)
    session.flush()
    audit.record(session, "token.revoke", actor_id=actor_id, target=f"person:{person_id}", **about)
