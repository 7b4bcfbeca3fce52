"""SCIM 2.0 at /scim/v2/Groups."""

from typing import Any

from flask import request
from scim2_models import Context, InvalidPathException, InvalidValueException, Path

from rse.core import db
from rse.provisioning import scim_filter, scim_groups, scim_members, scim_patch, scim_read
from rse.provisioning.scim_http import base, body, call, client
from rse.provisioning.scim_models import ScimGroup
from rse.provisioning.scim_query import answer, asked
from rse.provisioning.scim_read import Order, Query
from rse.provisioning.scim_schema import GROUP, POLICY, Group


def _written(groups: list[ScimGroup], query: Query) -> list[dict[str, Any]]:
    """Write groups; members are read only when they are asked for, Entra never does."""
    wanted = [group.id for group in groups] if query.wants("members") else []
    members = scim_members.written(db.session(), base(), wanted) if wanted else {}
    return [scim_read.project(_one(group, members.get(group.id, [])), query) for group in groups]


def _one(group: ScimGroup, members: list[dict[str, str]]) -> dict[str, Any]:
    out: dict[str, Any] = {"schemas": [GROUP], "id": group.public_id, "displayName": group.name}
    if group.external_id:
        out["externalId"] = group.external_id
    if members:
        out["members"] = members
    out["meta"] = scim_read.meta(base(), "Group", group)
    return out


def _answer(group: ScimGroup, status: int = 200) -> Any:
    query = asked()
    reading = Query(attributes=query.attributes | {"meta"}) if query.attributes else query
    return answer(_written([group], reading)[0], query, status)


def _order(query: Query) -> list[Order]:
    if not query.sort_by:
        return []
    try:
        binding = Path[Group](query.sort_by).resolve()
    except InvalidPathException as error:
        raise InvalidValueException(detail=f"sortBy: {error.detail}") from error
    column = scim_filter.GROUPS.get(binding.urn if binding else "")
    if column is None:
        raise InvalidPathException(detail=f"{query.sort_by} cannot be sorted by")
    return [Order(column, query.descending)]


def _list(query: Query) -> Any:
    session = db.session()
    criteria: list[Any] = [ScimGroup.provider == client().provider]
    criteria += [scim_filter.groups(query.filter)] if query.filter else []
    ids, total = scim_read.page(session, ScimGroup.id, criteria, _order(query), query)
    found = {group.id: group for group in scim_read.groups_by_id(session, ids)}
    page = _written([found[i] for i in ids if i in found], query)
    return scim_read.envelope(page, total, query.start), 200, {}


def _sent() -> Group:
    creation = Context.RESOURCE_CREATION_REQUEST
    context = creation if request.method == "POST" else Context.RESOURCE_REPLACEMENT_REQUEST
    return Group.model_validate(body(), scim_ctx=context, scim_policy=POLICY)


@call("/Groups", "GET")
def list_groups() -> Any:
    """List groups: filter, order, pages."""
    return _list(asked())


@call("/Groups/.search", "POST")
def groups_search() -> Any:
    """List groups; the query is in the body."""
    return _list(asked(body()))


@call("/Groups", "POST")
def create_group() -> Any:
    """Make a group; it gives nothing until an administrator maps it."""
    return _answer(scim_groups.create(db.session(), client(), _sent()), 201)


@call("/Groups/<public_id>", "GET")
def get_group(public_id: str) -> Any:
    """Give a group."""
    return _answer(scim_groups.find(db.session(), client(), public_id))


@call("/Groups/<public_id>", "PUT")
def put_group(public_id: str) -> Any:
    """Put another name and other members in place of all."""
    if_match = request.headers.get("If-Match")
    return _answer(scim_groups.replace(db.session(), client(), public_id, _sent(), if_match))


@call("/Groups/<public_id>", "PATCH")
def patch_group(public_id: str) -> Any:
    """Apply operations, all or none."""
    operations, if_match = scim_patch.operations(body()), request.headers.get("If-Match")
    return _answer(scim_groups.patch(db.session(), client(), public_id, operations, if_match))


@call("/Groups/<public_id>", "DELETE")
def delete_group(public_id: str) -> Any:
    """Delete a group, and take what it gave."""
    scim_groups.remove(db.session(), client(), public_id, request.headers.get("If-Match"))
    return None, 204, {}
