"""Reads of SCIM: one resource, and bounded pages whose criteria, order and bounds are all SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, cast

from scim2_models import InvalidPathException, InvalidValueException, Path
from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, select
from sqlalchemy.orm import Session

from rse.provisioning import scim_filter
from rse.provisioning.scim_client import Client, version
from rse.provisioning.scim_models import UNMANAGED, ScimDocument, ScimGroup, ScimMember, ScimUser
from rse.provisioning.scim_schema import ENTERPRISE, USER, User

MAX_COUNT, USUAL_COUNT = 200, 100
_SHOWN = (
    ScimUser.person_id, ScimUser.public_id, ScimUser.created_at, ScimUser.modified_at, ScimUser.version,
    ScimDocument.data,
)  # fmt: skip
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@dataclass(frozen=True)
class Query:
    """What a list asks for."""

    filter: str = ""
    sort_by: str = ""
    descending: bool = False
    start: int = 1
    count: int = USUAL_COUNT
    attributes: frozenset[str] = field(default_factory=frozenset)
    excluded: frozenset[str] = field(default_factory=frozenset)

    def wants(self, name: str) -> bool:
        """Tell whether a top attribute is to be read at all."""
        whole = {one.rpartition(":")[2].partition(".")[0] for one in self.attributes}
        return name.lower() in whole if self.attributes else name.lower() not in self.excluded


@dataclass(frozen=True)
class Order:
    """A column by which a list is ordered; the whole order, the key at its end, can be walked backwards."""

    column: Any
    descending: bool = False

    def clause(self) -> Any:
        """Write it."""
        if not self.column.nullable:
            return self.column.desc() if self.descending else self.column.asc()
        return self.column.desc().nulls_first() if self.descending else self.column.asc().nulls_last()


def instant(value: datetime) -> str:
    """Write a time as RFC 3339, in UTC."""
    return value.isoformat().replace("+00:00", "Z")


def envelope(resources: Sequence[Any], total: int, start: int) -> dict[str, Any]:
    """Write a list."""
    return {
        "schemas": [LIST], "totalResults": total, "itemsPerPage": len(resources), "startIndex": start,
        "Resources": list(resources),
    }  # fmt: skip


def users(session: Session, client: Client, base: str, query: Query) -> dict[str, Any]:
    """Give a page of the people that a client may see; four queries however long it is."""
    seen = (ScimUser.provider.in_([client.provider, UNMANAGED]), ScimUser.listed)
    criteria = [*seen, *([scim_filter.users(query.filter)] if query.filter else [])]
    found, total = page(session, ScimUser.person_id, criteria, _order(query), query)
    return envelope(written(session, base, found, query), total, query.start)


def page(
    session: Session, key: Any, criteria: list[Any], order: list[Order], query: Query
) -> tuple[list[int], int]:
    """Give (ids of the page, how many there are in all). Who has no value comes last, or first descending.

    A page past the middle is read from the end, so that an index is walked over half of it at most.
    """
    steps = [*order, Order(key, descending=any(one.descending for one in order))]
    if query.count and query.start <= query.count:
        found = _walk(session, key, criteria, steps, slice(query.start - 1, query.start - 1 + query.count))
        if found and len(found) < query.count:
            return found, query.start - 1 + len(found)
        return found, _count(session, key, criteria)
    total = _count(session, key, criteria)
    before = query.start - 1
    wanted = min(query.count, max(0, total - before))
    if not wanted:
        return [], total
    if before <= total // 2:
        return _walk(session, key, criteria, steps, slice(before, before + wanted)), total
    back = [Order(one.column, descending=not one.descending) for one in steps]
    rest = total - before - wanted
    return _walk(session, key, criteria, back, slice(rest, rest + wanted))[::-1], total


def _count(session: Session, key: Any, criteria: list[Any]) -> int:
    return session.scalar(select(func.count()).select_from(key.class_).where(*criteria)) or 0


def _walk(session: Session, key: Any, criteria: list[Any], steps: list[Order], part: slice) -> list[int]:
    query = select(key).where(*criteria).order_by(*(step.clause() for step in steps))
    return list(session.scalars(query.slice(part.start, part.stop)))


def _order(query: Query) -> list[Order]:
    """Give the order asked for."""
    if not query.sort_by:
        return []
    try:
        binding = Path[User](query.sort_by).resolve()
    except InvalidPathException as error:
        raise InvalidValueException(detail=f"sortBy: {error.detail}") from error
    urn = binding.urn if binding else ""
    urn = f"{USER}:emails.value" if urn == f"{USER}:emails" else urn
    if urn not in scim_filter.SORTABLE_USERS:
        raise InvalidPathException(detail=f"{query.sort_by} cannot be sorted by")
    return [Order(scim_filter.SORTABLE_USERS[urn], query.descending)]


def written(session: Session, base: str, ids: Sequence[int], query: Query) -> list[dict[str, Any]]:
    """Write people as SCIM does, in this order; rights are the caller's."""
    if not ids:
        return []
    rows = select(*_SHOWN).join(ScimDocument, ScimDocument.person_id == ScimUser.person_id)
    by_id = {
        row.person_id: row for row in session.execute(rows.where(among(session, ScimUser.person_id, ids)))
    }
    groups = groups_of(session, base, ids) if query.wants("groups") else {}
    return [
        project(resource(base, by_id[i], by_id[i].data, groups.get(i, [])), query) for i in ids if i in by_id
    ]


def among(session: Session, column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Give the criterion of these ids: PostgreSQL takes them as one value, which is read much faster."""
    if session.get_bind().dialect.name != "postgresql":
        return cast("ColumnElement[bool]", column.in_(ids))
    return cast("ColumnElement[bool]", column == any_(literal(list(ids), ARRAY(BigInteger))))


def groups_of(session: Session, base: str, ids: Sequence[int]) -> Mapping[int, list[dict[str, str]]]:
    """Give the groups of the provider that people are in."""
    query = select(ScimMember.person_id, ScimGroup.public_id, ScimGroup.name)
    query = query.join(ScimGroup, ScimGroup.id == ScimMember.group_id).order_by(ScimGroup.id)
    found: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    rows = session.execute(query.where(among(session, ScimMember.person_id, ids)))
    for person_id, public_id, name in rows:
        entry = {"value": public_id, "$ref": f"{base}/Groups/{public_id}", "display": name}
        found[person_id].append(entry)
    return found


def resource(base: str, row: Any, doc: Mapping[str, Any], groups: list[Any]) -> dict[str, Any]:
    """Write one person."""
    out: dict[str, Any] = {"schemas": [USER], "id": row.public_id, **doc}
    work = doc.get(ENTERPRISE)
    if work:
        out["schemas"] = [USER, ENTERPRISE]
        manager = work.get("manager")
        if manager:
            tied = {**manager, "$ref": f"{base}/Users/{manager['value']}"}
            out[ENTERPRISE] = {**work, "manager": tied}
    if groups:
        out["groups"] = groups
    out["meta"] = meta(base, "User", row)
    return out


def meta(base: str, kind: str, row: Any) -> dict[str, Any]:
    """Write what the server says of a resource."""
    return {
        "resourceType": kind,
        "created": instant(row.created_at),
        "lastModified": instant(row.modified_at),
        "location": f"{base}/{kind}s/{row.public_id}",
        "version": version(row.version),
    }


def project(out: dict[str, Any], query: Query) -> dict[str, Any]:
    """Keep the attributes asked for; `schemas` and `id` always are (RFC 7644, section 3.9)."""
    if query.attributes:
        kept = _kept(out, query.attributes, "") if _deep(query.attributes) else _plain(out, query.attributes)
        return {"schemas": out["schemas"], "id": out["id"], **kept}
    if query.excluded:
        dropped = query.excluded
        left = _left(out, dropped, "") if _deep(dropped) else _plain(out, dropped, inside=False)
        return {"schemas": out["schemas"], "id": out["id"], **left}
    return out


def _deep(names: frozenset[str]) -> bool:
    """Tell whether one of these is more than the plain name of an attribute of the resource."""
    return any("." in name or ":" in name for name in names)


def _plain(out: Mapping[str, Any], names: frozenset[str], *, inside: bool = True) -> dict[str, Any]:
    """Keep the attributes that are among these, or those that are not; nothing below them is looked at."""
    return {name: value for name, value in out.items() if (name.lower() in names) == inside}


def _names(prefix: str, name: str) -> set[str]:
    """Give the spellings of an attribute, lower case: with its schema and without."""
    if name.startswith("urn:"):
        return {name.lower()}
    if prefix.startswith("urn:"):
        return {_path(prefix, name).lower()}
    whole = f"{prefix}.{name}".strip(".").lower()
    return {whole, f"{USER}:{whole}".lower(), f"{USER[:-4]}Group:{whole}".lower()}


def _kept(out: Mapping[str, Any], wanted: frozenset[str], prefix: str) -> dict[str, Any]:
    kept = {}
    for name, value in out.items():
        if _names(prefix, name) & wanted:
            kept[name] = value
            continue
        inner = _inner(value, partial(_kept, wanted=wanted, prefix=_path(prefix, name)))
        if inner:
            kept[name] = inner
    return kept


def _left(out: Mapping[str, Any], excluded: frozenset[str], prefix: str) -> dict[str, Any]:
    left = {}
    for name, value in out.items():
        if _names(prefix, name) & excluded:
            continue
        inner = _inner(value, partial(_left, excluded=excluded, prefix=_path(prefix, name)))
        left[name] = value if inner is None else inner
    return left


def _path(prefix: str, name: str) -> str:
    if prefix.startswith("urn:"):
        return f"{prefix}:{name}" if prefix.count(":") == ENTERPRISE.count(":") else f"{prefix}.{name}"
    return name if name.startswith("urn:") else f"{prefix}.{name}".strip(".")


def _inner(value: Any, change: Any) -> Any:
    """Apply a choice to a complex value, or to each of several; None for a plain one."""
    if isinstance(value, Mapping):
        return change(value)
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [part for part in map(change, value) if part]
    return None


def user(session: Session, base: str, person_id: int) -> dict[str, Any]:
    """Write one person whom the caller has found, with everything."""
    return written(session, base, [person_id], Query())[0]


def groups_by_id(session: Session, ids: Sequence[int]) -> Sequence[ScimGroup]:
    """Give groups; rights are the caller's."""
    return session.scalars(select(ScimGroup).where(ScimGroup.id.in_(ids))).all() if ids else []
