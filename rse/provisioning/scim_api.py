"""SCIM 2.0 at /scim/v2: people, and what the service says of itself. Groups are in scim_group_api."""

from typing import Any

from flask import abort, request
from scim2_models import Context

from rse.core import db
from rse.provisioning import scim_read, scim_write
from rse.provisioning.scim_client import number
from rse.provisioning.scim_discovery import CONFIG, RESOURCE_TYPES, SCHEMAS, located
from rse.provisioning.scim_http import base, blueprint, body, call, client
from rse.provisioning.scim_patch import for_user, tidy_user
from rse.provisioning.scim_query import answer, asked
from rse.provisioning.scim_read import envelope
from rse.provisioning.scim_schema import POLICY, User

EVERY = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _answer(person_id: int, status: int = 200) -> Any:
    """Write a person as they are now."""
    full = scim_read.user(db.session(), base(), person_id)
    return answer(full, asked(), status)


def _sent() -> User:
    context = (
        Context.RESOURCE_CREATION_REQUEST
        if request.method == "POST"
        else Context.RESOURCE_REPLACEMENT_REQUEST
    )
    return User.model_validate(tidy_user(body()), scim_ctx=context, scim_policy=POLICY)


@call("/Users", "GET")
def list_users() -> Any:
    """List people: filter, order, pages."""
    return scim_read.users(db.session(), client(), base(), asked()), 200, {}


@call("/Users/.search", "POST")
def users_search() -> Any:
    """List people; the query is in the body."""
    return scim_read.users(db.session(), client(), base(), asked(body())), 200, {}


@call("/Users", "POST")
def create_user() -> Any:
    """Make a person."""
    row, made = scim_write.create(db.session(), client(), _sent())
    if made is None:
        return _answer(row.person_id, 201)
    return answer(scim_read.resource(base(), row, made, []), asked(), 201)  # who is new is in no group


@call("/Users/<public_id>", "GET")
def get_user(public_id: str) -> Any:
    """Give a person."""
    return _answer(scim_write.find(db.session(), client(), public_id).person_id)


@call("/Users/<public_id>", "PUT")
def put_user(public_id: str) -> Any:
    """Put other attributes in place of all."""
    scim_write.replace(db.session(), client(), public_id, _sent(), request.headers.get("If-Match"))
    return _answer(number(public_id))


@call("/Users/<public_id>", "PATCH")
def patch_user(public_id: str) -> Any:
    """Apply operations, all or none."""
    if_match = request.headers.get("If-Match")
    scim_write.patch(db.session(), client(), public_id, for_user(body()), if_match)
    return _answer(number(public_id))


@call("/Users/<public_id>", "DELETE")
def delete_user(public_id: str) -> Any:
    """Delete for SCIM; what the person wrote stays."""
    scim_write.remove(db.session(), client(), public_id, request.headers.get("If-Match"))
    return None, 204, {}


@call("/ServiceProviderConfig", "GET")
def config() -> Any:
    """Say what the service can do."""
    return located(CONFIG, base()), 200, {}


@call("/<any(Schemas,ResourceTypes):kind>", "GET")
def list_discovery(kind: str) -> Any:
    """List schemas or resource types; they cannot be filtered (RFC 7644, section 4)."""
    if request.args.get("filter"):
        abort(403)
    found = [located(item, base()) for item in (SCHEMAS if kind == "Schemas" else RESOURCE_TYPES).values()]
    return envelope(found, len(found), 1), 200, {}


@call("/<any(Schemas,ResourceTypes):kind>/<path:name>", "GET")
def get_discovery(kind: str, name: str) -> Any:
    """Give one schema or resource type."""
    found = (SCHEMAS if kind == "Schemas" else RESOURCE_TYPES).get(name)
    if found is None:
        abort(404)
    return located(found, base()), 200, {}


@call("/Me", *EVERY)
def me() -> Any:
    """Refuse: a token is an identity provider's, not a person's."""
    abort(501)


@call("/Bulk", "POST")
def bulk() -> Any:
    """Refuse: ServiceProviderConfig says so."""
    abort(501)


@call("/.search", "POST")
def search() -> Any:
    """Refuse: people and groups are searched each at their own address."""
    abort(501)


@call("/", *EVERY)
def root() -> Any:
    """Refuse: there is nothing here."""
    abort(404)


@call("/<path:rest>", *EVERY)
def nothing(rest: str) -> Any:
    """Answer for every other address in SCIM's form: 405 where another method is taken."""
    top = rest.partition("/")[0]
    known = {"Users", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes", "Bulk"}
    abort(405 if top in known and request.method != "GET" else 404)


__all__ = ["blueprint"]
