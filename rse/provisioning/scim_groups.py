"""Writes of SCIM to groups: create, replace, patch, delete. Members are rows: no group is loaded whole."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from scim2_models import (
    InvalidPathException,
    InvalidValueException,
    MutabilityException,
    NoTargetException,
    NotFoundException,
    Path,
    UniquenessException,
)
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.core import clock
from rse.core.model import encode_id, new_id
from rse.provisioning import scim_mapping
from rse.provisioning.scim_client import Client, check_version, number
from rse.provisioning.scim_keys import exact, fold
from rse.provisioning.scim_members import chosen, known, listed
from rse.provisioning.scim_models import DETAIL, ScimGroup, ScimMember, ScimWrite
from rse.provisioning.scim_schema import Group

PART, MAX_NAME = 500, 400


def find(session: Session, client: Client, public_id: str, *, lock: bool = False) -> ScimGroup:
    """Give a group of this client. Raises NotFoundException."""
    query = select(ScimGroup).where(ScimGroup.id == number(public_id), ScimGroup.provider == client.provider)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFoundException(detail="no such group")
    return found


class Edit:
    """Changes of one group in one request: what it is called, and who came and went."""

    def __init__(self, session: Session, client: Client, group: ScimGroup) -> None:
        self.session, self.client, self.group = session, client, group
        self.came: set[int] = set()
        self.left: set[int] = set()
        self.changed: set[str] = set()

    def rename(self, name: Any) -> None:
        """Give the group another name. Raises InvalidValueException without one."""
        if not isinstance(name, str) or not name.strip() or len(name.strip()) > MAX_NAME:
            raise InvalidValueException(detail="displayName: a text of 1 to 400 characters is expected")
        if name.strip() != self.group.name:
            self.group.name, self.group.display_name = name.strip(), fold(name.strip()) or ""
            self.changed.add("displayName")

    def identify(self, external_id: Any) -> None:
        """Give the group the id that the provider has for it, or none. Raises UniquenessException."""
        if external_id is not None and not isinstance(external_id, str):
            raise InvalidValueException(detail="externalId: a text is expected")
        wanted = exact((external_id or "").strip())
        if wanted == self.group.external_id:
            return
        require_unique(self.session, self.client, wanted)
        self.group.external_id = wanted
        self.changed.add("externalId")

    def add(self, person_ids: Collection[int]) -> None:
        """Let people in who are not in."""
        fresh = sorted(set(person_ids) - listed(self.session, self.group.id, person_ids))
        for start in range(0, len(fresh), PART):
            rows = [{"group_id": self.group.id, "person_id": p} for p in fresh[start : start + PART]]
            self.session.execute(insert(ScimMember), [{**row, "gave": False} for row in rows])
        scim_mapping.gave(self.session, self.group, fresh)
        self.came.update(fresh)

    def remove(self, person_ids: Collection[int]) -> None:
        """Take people out who are in."""
        gone = sorted(listed(self.session, self.group.id, person_ids))
        scim_mapping.took(self.session, self.group, gone)
        for start in range(0, len(gone), PART):
            theirs = ScimMember.person_id.in_(gone[start : start + PART])
            self.session.execute(delete(ScimMember).where(ScimMember.group_id == self.group.id, theirs))
        self.left.update(gone)

    def put(self, person_ids: Collection[int]) -> None:
        """Let exactly these people be in."""
        held = scim_mapping.ids_of(self.session, self.group.id)
        self.remove(held - set(person_ids))
        self.add(set(person_ids) - held)

    def close(self, what: str) -> None:
        """Note what was done, as a new version. Flushes."""
        group = self.group
        if what == "patched" and not (self.changed or self.came or self.left):
            return
        if what != "created":
            group.version, group.modified_at = group.version + 1, clock.now()
        self.session.flush()
        about = {"fields": sorted(self.changed), "came": len(self.came), "left": len(self.left)}
        write_down(self.session, self.client, group, what, about)


def write_down(session: Session, client: Client, group: ScimGroup, what: str, about: dict[str, Any]) -> None:
    """Put a write in the audit log and on the administration page."""
    target = f"scim_group:{group.public_id}"
    action, said = f"scim.group.{what}", {"provider": client.provider, **about}
    audit.record(session, action, actor_id=client.actor_id, target=target, **said)
    parts = [group.name, ", ".join(about.get("fields", []))]
    parts += [f"+{about.get('came', 0)} -{about.get('left', 0)}"]
    detail = "; ".join(filter(None, parts))[:DETAIL]
    values = {"provider": client.provider, "at": clock.now(), "action": f"group.{what}", "detail": detail}
    session.add(ScimWrite(**values, failed=False))
    session.flush()


def require_unique(session: Session, client: Client, external_id: str | None) -> None:
    """Raise UniquenessException when another group of the provider has this externalId."""
    if external_id is None:
        return
    same = (ScimGroup.provider == client.provider, ScimGroup.external_id == external_id)
    if session.scalar(select(ScimGroup.id).where(*same)) is not None:
        raise UniquenessException(detail="externalId is in use")


def create(session: Session, client: Client, sent: Group) -> ScimGroup:
    """Make a group, mapped to nothing. Raises UniquenessException, or InvalidValueException for a member."""
    group_id, now = new_id(), clock.now()
    external_id = exact((sent.external_id or "").strip())
    require_unique(session, client, external_id)
    name = (sent.display_name or "").strip()
    group = ScimGroup(
        id=group_id, provider=client.provider, public_id=encode_id(group_id), external_id=external_id,
        name=name, display_name=fold(name) or "", target_kind="", created_at=now, modified_at=now, version=1,
    )  # fmt: skip
    session.add(group)
    session.flush()
    edit = Edit(session, client, group)
    edit.rename(name)
    edit.add(known(session, client, _sent_members(sent)))
    edit.close("created")
    return group


def _sent_members(sent: Group) -> list[dict[str, Any]]:
    return [{"value": member.value, "type": member.type} for member in sent.members or []]


def replace(session: Session, client: Client, public_id: str, sent: Group, if_match: str | None) -> ScimGroup:
    """Put another name and other members in place of all."""
    group = find(session, client, public_id, lock=True)
    check_version(if_match, group.version)
    edit = Edit(session, client, group)
    edit.rename(sent.display_name)
    edit.identify(sent.external_id)
    edit.put(known(session, client, _sent_members(sent)))
    edit.close("replaced")
    return group


def remove(session: Session, client: Client, public_id: str, if_match: str | None) -> None:
    """Delete a group, and take what it gave."""
    group = find(session, client, public_id, lock=True)
    check_version(if_match, group.version)
    edit = Edit(session, client, group)
    edit.put(())
    edit.close("deleted")
    session.delete(group)
    session.flush()


def patch(
    session: Session,
    client: Client,
    public_id: str,
    operations: Iterable[Mapping[str, Any]],
    if_match: str | None,
) -> ScimGroup:
    """Apply operations, all or none (the caller's transaction)."""
    group = find(session, client, public_id, lock=True)
    check_version(if_match, group.version)
    edit = Edit(session, client, group)
    for operation in operations:
        _operate(edit, operation)
    edit.close("patched")
    return group


def _operate(edit: Edit, operation: Mapping[str, Any]) -> None:
    op, path = str(operation.get("op", "")).lower(), operation.get("path")
    if op not in {"add", "remove", "replace"}:
        raise InvalidValueException(detail="op: add, remove or replace is expected")
    if path is not None and not isinstance(path, str):
        raise InvalidPathException(detail="path: a text is expected")
    if path:
        _at(edit, op, path, operation)
        return
    if op == "remove":
        raise NoTargetException(detail="a remove needs a path")
    value = operation.get("value")
    if not isinstance(value, Mapping):
        raise InvalidValueException(detail="value: an object is expected where there is no path")
    for name, item in value.items():
        if str(name).lower() not in {"schemas", "id", "meta"}:
            _at(edit, op, str(name), {"value": item})


def _at(edit: Edit, op: str, path: str, operation: Mapping[str, Any]) -> None:
    parsed: Any = Path[Group](path)
    binding, value = parsed.resolve(), operation.get("value")
    name = binding.field_name if binding else ""
    if name in {"id", "meta"}:
        raise MutabilityException(detail=f"{path} is read-only")
    if op != "remove" and "value" not in operation:
        raise InvalidValueException(detail=f"{path}: a value is expected")
    if name == "display_name":
        if op == "remove":
            raise MutabilityException(detail="displayName is required")
        edit.rename(value)
    elif name == "external_id":
        edit.identify(None if op == "remove" else value)
    elif name == "members":
        _members(edit, op, parsed, value)
    # what is not declared is left out, as for people


def _members(edit: Edit, op: str, parsed: Any, value: Any) -> None:
    if parsed.value_filter is not None:
        picked = chosen(edit.session, edit.group.id, str(parsed.value_filter))
        if op != "remove":
            raise MutabilityException(detail="a member is added or removed, not changed")
        edit.remove(picked)
    elif op == "remove" and value in (None, "", []):
        edit.put(())
    elif op == "remove":
        edit.remove(known(edit.session, edit.client, _entries(value), strict=False))
    elif op == "add":
        edit.add(known(edit.session, edit.client, _entries(value)))
    else:
        edit.put(known(edit.session, edit.client, _entries(value)))


def _entries(value: Any) -> list[Any]:
    """Give members as a list: one object, one id, or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
