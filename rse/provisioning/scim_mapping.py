"""What a group of a provider gives here: memberships of a group of the network, or a department; or nothing.

Only what the mapping gave is taken away again: a membership that somebody had before, or a role that they
were given since, stays.
"""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.core import clock
from rse.core.events import emit_all
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.groups import provided
from rse.groups.models import Group
from rse.people.departments import place
from rse.people.events import PersonChanged
from rse.people.models import Department, Profile
from rse.people.service import profile_of
from rse.provisioning.scim_models import ScimGroup, ScimMember, ScimUser

SOURCE = "scim"
PART = 500


def map_to(session: Session, group: ScimGroup, kind: str, target_id: int | None, actor_id: int) -> None:
    """Give a group another target, or none (kind ""), with what follows for its members. Flushes.

    Raises Invalid(target=...) for a target that does not exist.
    """
    if kind and not _exists(session, kind, target_id):
        raise Invalid(target=_("This group or department does not exist."))
    members = ids_of(session, group.id)
    took(session, group, members)
    group.target_kind, group.target_id = kind, target_id if kind else None
    session.flush()
    gave(session, group, members)
    about = {"provider": group.provider, "kind": kind, "to": target_id}
    audit.record(
        session, "scim.group.mapped", actor_id=actor_id, target=f"scim_group:{group.public_id}", **about
    )


def _exists(session: Session, kind: str, target_id: int | None) -> bool:
    model = {"group": Group, "department": Department}.get(kind)
    return model is not None and target_id is not None and session.get(model, target_id) is not None


def ids_of(session: Session, group_id: int) -> set[int]:
    """Give the people in a group of the provider."""
    return set(session.scalars(select(ScimMember.person_id).where(ScimMember.group_id == group_id)))


def gave(session: Session, group: ScimGroup, person_ids: Collection[int]) -> None:
    """Give these members what the group is mapped to, and remember to whom it was new."""
    if not person_ids or not group.target_id:
        return
    new: set[int] = set()
    if group.target_kind == "group":
        target = session.get(Group, group.target_id)
        new = provided.let_in(session, target, person_ids) if target else set()
    elif group.target_kind == "department":
        new = _enter_department(session, group.target_id, person_ids)
    _mark(session, group.id, new, gave=True)


def took(session: Session, group: ScimGroup, person_ids: Collection[int]) -> None:
    """Take from these people what the group gave them, unless another group with that target gives it too."""
    if not person_ids or not group.target_id:
        return
    given = _given(session, group.id, person_ids)
    for person_id, other_id in _others(session, group, given).items():
        _mark(session, other_id, {person_id}, gave=True)
        given.discard(person_id)
    if group.target_kind == "group":
        target = session.get(Group, group.target_id)
        if target is not None:
            provided.take_out(session, target, given)
    elif group.target_kind == "department":
        _leave_department(session, group.target_id, given)
    _mark(session, group.id, set(person_ids), gave=False)


def _given(session: Session, group_id: int, person_ids: Collection[int]) -> set[int]:
    rows = select(ScimMember.person_id).where(ScimMember.group_id == group_id, ScimMember.gave)
    return set(session.scalars(rows)) & set(person_ids)


def _others(session: Session, group: ScimGroup, person_ids: Collection[int]) -> dict[int, int]:
    """Give {person: another group that gives them the same}."""
    query = select(ScimMember.person_id, ScimMember.group_id)
    query = query.join(ScimGroup, ScimGroup.id == ScimMember.group_id).where(ScimGroup.id != group.id)
    same = (ScimGroup.target_kind == group.target_kind, ScimGroup.target_id == group.target_id)
    wanted = set(person_ids)
    return {person: other for person, other in session.execute(query.where(*same)) if person in wanted}


def _mark(session: Session, group_id: int, person_ids: Collection[int], *, gave: bool) -> None:
    ids = sorted(person_ids)
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        theirs = (ScimMember.group_id == group_id, ScimMember.person_id.in_(part))
        session.execute(update(ScimMember).where(*theirs).values(gave=gave))


def _enter_department(session: Session, department_id: int, person_ids: Collection[int]) -> set[int]:
    """Move people to a department; whose provider names one itself stays there."""
    ids, day = sorted(person_ids), clock.now().date()
    said = ScimUser.person_id.in_(ids) & ScimUser.department.is_not(None) & (ScimUser.provider != "")
    own = set(session.scalars(select(ScimUser.person_id).where(said)))
    new = set()
    for person_id in ids:
        profile = profile_of(session, person_id)
        if person_id in own or profile.department_id == department_id:
            continue
        profile.department_id = department_id
        profile.locked = {**profile.locked, "department": SOURCE}
        place(session, person_id, department_id, day, profile.start_date)
        new.add(person_id)
    emit_all(session, [PersonChanged(person_id) for person_id in sorted(new)])
    return new


def _leave_department(session: Session, department_id: int, person_ids: Collection[int]) -> None:
    day = clock.now().date()
    gone = []
    for person_id in sorted(person_ids):
        profile = session.get(Profile, person_id)
        if profile is None or profile.department_id != department_id:
            continue  # somebody has moved them since
        profile.department_id = None
        profile.locked = {name: owner for name, owner in profile.locked.items() if name != "department"}
        place(session, person_id, None, day)
        gone.append(person_id)
    emit_all(session, [PersonChanged(person_id) for person_id in gone])
