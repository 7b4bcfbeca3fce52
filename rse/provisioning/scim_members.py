"""Which people a message about a group means, and who is in it."""

from collections.abc import Collection, Sequence
from typing import Any

from scim2_models import InvalidFilterException, InvalidPathException, InvalidValueException, ScimFilter
from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.provisioning import scim_filter
from rse.provisioning.scim_client import Client
from rse.provisioning.scim_models import UNMANAGED, ScimMember, ScimUser

PART = 500


def known(session: Session, client: Client, entries: Sequence[Any], *, strict: bool = True) -> set[int]:
    """Give the people that entries name by id. Raises InvalidValueException for one that is not there.

    Without `strict` (to remove somebody) who is not there is left out.
    """
    wanted = [_value(entry) for entry in entries]
    found: dict[str, int] = {}
    mine = (ScimUser.provider.in_([client.provider, UNMANAGED]), ScimUser.listed)
    query = select(ScimUser.public_id, ScimUser.person_id)
    for start in range(0, len(wanted), PART):
        named = ScimUser.public_id.in_(wanted[start : start + PART])
        found |= {row.public_id: row.person_id for row in session.execute(query.where(named, *mine))}
    missing = [value for value in wanted if value not in found]
    if missing and strict:
        raise InvalidValueException(detail=f"members: there is no user {missing[0][:80]}")
    return set(found.values())


def _value(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    given = {str(k).lower(): v for k, v in entry.items()} if isinstance(entry, dict) else {}
    if str(given.get("type") or "User").lower() != "user":
        raise InvalidValueException(detail="members: groups within groups are not kept")
    if not isinstance(given.get("value"), str):
        raise InvalidValueException(detail="members: each one has a value, the id of a user")
    return str(given["value"])


def listed(session: Session, group_id: int, person_ids: Collection[int]) -> set[int]:
    """Give those of these people who are in a group."""
    ids, found = sorted(person_ids), set[int]()
    query = select(ScimMember.person_id).where(ScimMember.group_id == group_id)
    for start in range(0, len(ids), PART):
        found.update(session.scalars(query.where(ScimMember.person_id.in_(ids[start : start + PART]))))
    return found


def chosen(session: Session, group_id: int, text: str) -> set[int]:
    """Give the members that the filter of a path means. Raises InvalidPathException."""
    try:
        criterion = scim_filter.entries(ScimFilter(text).ast)
    except InvalidFilterException as error:
        raise InvalidPathException(detail=f"members: {error.detail}") from error
    query = select(ScimMember.person_id).join(ScimUser, ScimUser.person_id == ScimMember.person_id)
    return set(session.scalars(query.where(ScimMember.group_id == group_id, criterion)))


def written(session: Session, base: str, group_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """Give the members of groups as SCIM writes them."""
    query = select(ScimMember.group_id, ScimUser.public_id)
    query = query.join(ScimUser, ScimUser.person_id == ScimMember.person_id)
    query = query.where(ScimUser.listed)
    found: dict[int, list[dict[str, str]]] = {group_id: [] for group_id in group_ids}
    rows = session.execute(query.where(ScimMember.group_id.in_(group_ids)).order_by(ScimUser.person_id))
    for group_id, public_id in rows:
        entry = {"value": public_id, "$ref": f"{base}/Users/{public_id}", "type": "User"}
        found[group_id].append(entry)
    return found
