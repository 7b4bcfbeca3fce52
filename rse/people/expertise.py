"""Writes about skills: those that a person declares, and those that colleagues confirm."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, require
from rse.people import policy
from rse.people.events import PersonChanged, SkillEndorsed
from rse.people.models import Endorsement, PersonSkill
from rse.people.vocabulary import Vocabulary

MOST = 100


def set_skills(session: Session, viewer: Viewer, skills: Sequence[tuple[str, int]]) -> None:
    """Declare exactly these (label, level); endorsements of those that stay are kept. Flushes."""
    vocabulary = Vocabulary(session, viewer.locale)
    levels: dict[int, int] = {}
    for label, level in skills:
        levels[vocabulary.ids([label])[0]] = level
    held = _held(session, viewer.id)
    for skill_id in held.keys() - levels.keys():
        _drop(session, viewer.id, skill_id)
    for skill_id, level in levels.items():
        _declare(session, viewer.id, skill_id, level, held.get(skill_id))
    _changed(session, viewer.id)


def add_skill(session: Session, viewer: Viewer, label: str, level: int) -> None:
    """Declare one skill more, or another level of one. Raises Invalid beyond a hundred."""
    skill_id = Vocabulary(session, viewer.locale).ids([label])[0]
    held = _held(session, viewer.id)
    if skill_id not in held and len(held) >= MOST:
        raise Invalid(label=_("A hundred skills are enough: take one away first."))
    _declare(session, viewer.id, skill_id, level, held.get(skill_id))
    _changed(session, viewer.id)


def set_level(session: Session, viewer: Viewer, skill_id: int, level: int) -> None:
    """Change the level of a declared skill. Raises NotFound."""
    held = _held(session, viewer.id).get(skill_id)
    if held is None:
        raise NotFound
    held.level = level
    _changed(session, viewer.id)


def remove_skill(session: Session, viewer: Viewer, skill_id: int) -> None:
    """Take a skill away, with its endorsements."""
    _drop(session, viewer.id, skill_id)
    _changed(session, viewer.id)


def _held(session: Session, person_id: int) -> dict[int, PersonSkill]:
    rows = session.scalars(select(PersonSkill).where(PersonSkill.person_id == person_id))
    return {row.skill_id: row for row in rows}


def _declare(session: Session, person_id: int, skill_id: int, level: int, held: PersonSkill | None) -> None:
    if held is not None:
        held.level = level
        return
    session.add(
        PersonSkill(person_id=person_id, skill_id=skill_id, level=level, since=clock.now().date()),
    )


def _drop(session: Session, person_id: int, skill_id: int) -> None:
    for table in (Endorsement, PersonSkill):
        session.execute(delete(table).where(table.person_id == person_id, table.skill_id == skill_id))


def _changed(session: Session, person_id: int) -> None:
    session.flush()
    emit(session, PersonChanged(person_id))


def endorse(session: Session, viewer: Viewer, person: Person, skill_id: int) -> None:
    """Confirm a skill that a colleague declares; once is enough. Raises Refused and NotFound."""
    reason = _("Colleagues confirm each other's skills; nobody their own.")
    require(policy.may_endorse(viewer, person.id, person.status), Action.ENDORSE, reason)
    if session.get(PersonSkill, (person.id, skill_id)) is None:
        raise NotFound
    if session.get(Endorsement, (person.id, skill_id, viewer.id)) is not None:
        return
    session.add(Endorsement(person_id=person.id, skill_id=skill_id, by_id=viewer.id, at=clock.now()))
    _changed(session, person.id)
    emit(session, SkillEndorsed(person.id, skill_id, viewer.id))


def revoke(session: Session, viewer: Viewer, person_id: int, skill_id: int) -> None:
    """Take one's endorsement back."""
    held = session.get(Endorsement, (person_id, skill_id, viewer.id))
    if held is not None:
        session.delete(held)
        _changed(session, person_id)
