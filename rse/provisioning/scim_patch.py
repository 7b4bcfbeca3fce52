"""PATCH as Okta and Microsoft Entra send it, brought to the form that RFC 7644 (section 3.5.2) has.

scim2-models takes most of it as it is meant (capitalised `op`, `"False"`, dotted keys, unmatched value
paths). What it does not: a manager as a bare text, and value paths as keys of a value.
"""

from collections.abc import Mapping
from typing import Any

from scim2_models import Context, InvalidSyntaxException, PatchOp

from rse.provisioning.scim_schema import ENTERPRISE, POLICY, User

MANAGER = f"{ENTERPRISE}:manager".lower()
MAX_OPERATIONS = 1000


def operations(payload: Any) -> list[dict[str, Any]]:
    """Give the operations of a message, each an object. Raises InvalidSyntaxException."""
    found = next((v for k, v in payload.items() if k.lower() == "operations"), None)
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise InvalidSyntaxException(detail="Operations: a list of objects is expected")
    if len(found) > MAX_OPERATIONS:
        raise InvalidSyntaxException(detail=f"Operations: at most {MAX_OPERATIONS}")
    return [{str(k).lower(): v for k, v in one.items()} for one in found]


def for_user(payload: Mapping[str, Any]) -> PatchOp[User]:
    """Read the operations on a person. Raises pydantic's ValidationError, or a SCIM exception."""
    plain = [op for one in operations(payload) for op in _split(one)]
    message = {"schemas": payload.get("schemas"), "Operations": [_plain(op) for op in plain]}
    return PatchOp[User].model_validate(message, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY)


def _split(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Make an operation of its own of each value path that stands as a key in the value."""
    value = operation.get("value")
    if operation.get("path") or not isinstance(value, dict) or not any("[" in str(key) for key in value):
        return [operation]
    rest = {key: item for key, item in value.items() if "[" not in str(key)}
    paths = [{**operation, "path": key, "value": item} for key, item in value.items() if "[" in str(key)]
    return ([{**operation, "value": rest}] if rest else []) + paths


def _plain(operation: dict[str, Any]) -> dict[str, Any]:
    """Write the manager as an object, in the value or at the path; an empty one is removed."""
    path = str(operation.get("path") or "").lower()
    value = operation.get("value")
    if path in {MANAGER, f"{MANAGER}.value"}:
        manager = _manager(value)
        if str(operation.get("op", "")).lower() == "remove" or manager is None:
            return {"op": "remove", "path": f"{ENTERPRISE}:manager"}
        return {**operation, "path": f"{ENTERPRISE}:manager", "value": manager}
    if isinstance(value, dict):
        return {**operation, "value": {key: _in_value(path, key, item) for key, item in value.items()}}
    return operation


def _in_value(path: str, key: str, item: Any) -> Any:
    whole = f"{path}:{key}".lower().strip(":")
    if whole == MANAGER:
        return _manager(item)
    if whole == ENTERPRISE.lower() and isinstance(item, dict):
        return {k: _manager(v) if str(k).lower() == "manager" else v for k, v in item.items()}
    return item


def _manager(value: Any) -> Any:
    """Give a manager as an object; None for an empty one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str | int) and not isinstance(value, bool):
        return {"value": str(value)} if str(value).strip() else None
    if isinstance(value, dict):
        given = {str(k).lower(): v for k, v in value.items()}
        return {"value": str(given["value"])} if given.get("value") else None
    return value


def tidy_user(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manager of a whole resource as an object."""
    return {key: _in_value("", key, item) for key, item in payload.items()}
