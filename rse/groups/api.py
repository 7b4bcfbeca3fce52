"""Groups under /api/v1."""

from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.model import decode_id, encode_id
from rse.core.policy import NotFound
from rse.core.web import EMPLOYEE, SIGNED_IN, decode_cursor, encode_cursor, viewer
from rse.groups import documents, manners, policy, queries, service, suggesting
from rse.groups.models import Group
from rse.groups.schemas import GroupChanges, GroupsPage, Invitations, MembersPage, NewGroup, RoleChange

blueprint = Blueprint("groups_api", __name__)
MOST_SUGGESTED = 10
BASIC = ("name", "description", "visibility", "purpose")


class GroupOut(BaseModel):
    """A group."""

    id: str
    slug: str
    name: str
    description: str
    visibility: str
    purpose: str
    kind: str | None
    member_count: int
    archived: bool
    membership: str | None
    pages_by: str
    shade: int | None
    cover_url: str | None
    rules: str


def data_of(group: Group) -> dict[str, Any]:
    """Write a group as the caller sees it."""
    session = db.session()
    more = {"pages_by": group.pages_by, "shade": group.shade, "rules": manners.of(session, group.id).rules}
    more["cover_url"] = f"/groups/{group.slug}/cover/{group.cover}" if group.cover else None
    return documents.data(queries.card(session, viewer(), group)) | more


@endpoint(blueprint, "/groups", rule=SIGNED_IN, query=GroupsPage, returns=Listing)
def index(query: GroupsPage) -> dict[str, Any]:
    """List the groups that exist for you."""
    session, who = db.session(), viewer()
    if query.mine:
        return {
            "items": [documents.data(card) for card in queries.my_groups(session, who)],
            "next_cursor": None,
        }
    after = decode_cursor(query.cursor, str, int)
    found = queries.directory(session, who, q=query.q, purpose=query.purpose, after=after, limit=query.limit)
    last = found[query.limit - 1] if len(found) > query.limit else None
    items = [documents.data(card) for card in found[: query.limit]]
    return {"items": items, "next_cursor": encode_cursor(last.name, last.id) if last else None}


@endpoint(blueprint, "/me/suggested-groups", rule=SIGNED_IN, returns=Listing)
def suggestions() -> dict[str, Any]:
    """List groups that may interest you, each with the reason, the fittest first."""
    found = suggesting.suggested(db.session(), viewer(), MOST_SUGGESTED)
    items = [documents.data(one.card) | {"reason": {"code": one.code, "label": one.reason}} for one in found]
    return {"items": items, "next_cursor": None}


@endpoint(
    blueprint, "/groups", "POST", rule=EMPLOYEE, body=NewGroup, returns=GroupOut, status=201, limit="60/hour",
    again=lambda made: data_of(queries.by_id(db.session(), viewer(), decode_id(made["id"]))),
)  # fmt: skip
def create(body: NewGroup) -> dict[str, Any]:
    """Create a group; you own it."""
    return data_of(manners.found(db.session(), viewer(), **body.model_dump()))


@endpoint(blueprint, "/groups/<slug>", rule=SIGNED_IN, returns=GroupOut)
def show(slug: str) -> dict[str, Any]:
    """Give a group."""
    return data_of(queries.find(db.session(), viewer(), slug))


@endpoint(blueprint, "/groups/<slug>", "PATCH", rule=SIGNED_IN, body=GroupChanges, returns=GroupOut)
def edit(slug: str, body: GroupChanges) -> dict[str, Any]:
    """Change a group that you own."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    service.edit(session, who, group, **body.model_dump(include={*BASIC}))
    given = body.model_dump(exclude={*BASIC, "archived"}, exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None or name == "shade"}
    if given:
        manners.change(session, who, group, given)
    if body.archived is not None:
        service.archive(session, who, group, archived=body.archived)
    return data_of(group)


@endpoint(blueprint, "/groups/<slug>", "DELETE", rule=SIGNED_IN, status=204)
def archive(slug: str) -> None:
    """Archive a group: it is closed to writing, what was written stays."""
    service.archive(db.session(), viewer(), queries.find(db.session(), viewer(), slug))


@endpoint(blueprint, "/groups/<slug>/membership", "PUT", rule=SIGNED_IN, limit="120/hour")
def join(slug: str) -> dict[str, Any]:
    """Join, accept an invitation, or ask to enter a closed group."""
    return {"state": service.join(db.session(), viewer(), queries.find(db.session(), viewer(), slug))}


@endpoint(blueprint, "/groups/<slug>/membership", "DELETE", rule=SIGNED_IN, status=204)
def leave(slug: str) -> None:
    """Leave a group, take back a request, decline an invitation."""
    service.leave(db.session(), viewer(), queries.find(db.session(), viewer(), slug))


@endpoint(blueprint, "/groups/<slug>/members", rule=SIGNED_IN, query=MembersPage, returns=Listing)
def members(slug: str, query: MembersPage) -> dict[str, Any]:
    """List members by name; who asks or is invited is listed for the group's staff."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    if not policy.may_see_members(who, group):
        raise NotFound
    if query.state != "active":
        service.require_staff(session, who, group)
    after = decode_cursor(query.cursor, str, int)
    found = queries.members(session, group.id, state=query.state, after=after, limit=query.limit)
    cursor = None
    if len(found) > query.limit:
        cursor = encode_cursor(*queries.sort_key(session, found[query.limit - 1].person.id))
    return {"items": [_member(m) for m in found[: query.limit]], "next_cursor": cursor}


def _member(member: queries.Member) -> dict[str, Any]:
    person = {
        "id": member.person.public_id,
        "uid": member.person.uid,
        "display_name": member.person.display_name,
    }
    return {"person": person, "role": member.role, "state": member.state, "since": member.at}


def _invited_before(said: Any, slug: str) -> Any:
    queries.find(db.session(), viewer(), slug)
    return said


@endpoint(
    blueprint, "/groups/<slug>/members", "POST", rule=SIGNED_IN, body=Invitations, limit="120/hour",
    again=_invited_before,
)  # fmt: skip
def invite(slug: str, body: Invitations) -> dict[str, Any]:
    """Invite people, or let in those who asked."""
    session, who = db.session(), viewer()
    return {"invited": service.invite(session, who, queries.find(session, who, slug), body.person_ids)}


@endpoint(blueprint, "/groups/<slug>/members/<pid:person_id>", "PATCH", rule=SIGNED_IN, body=RoleChange)
def set_role(slug: str, person_id: int, body: RoleChange) -> dict[str, Any]:
    """Change a member's role."""
    session, who = db.session(), viewer()
    service.set_role(session, who, queries.find(session, who, slug), person_id, body.role)
    return {"id": encode_id(person_id), "role": body.role}


@endpoint(blueprint, "/groups/<slug>/members/<pid:person_id>", "DELETE", rule=SIGNED_IN, status=204)
def remove(slug: str, person_id: int) -> None:
    """Put somebody out, or refuse their request."""
    session, who = db.session(), viewer()
    service.remove(session, who, queries.find(session, who, slug), person_id)
