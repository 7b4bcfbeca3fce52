"""What a call asks for, by its address or its body, and the answer of one resource with its version."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request
from scim2_models import InvalidValueException

from rse.provisioning.scim_http import names, whole
from rse.provisioning.scim_read import MAX_COUNT, USUAL_COUNT, Query, project


def asked(values: Mapping[str, Any] | None = None) -> Query:
    """Read what a list asks for: from the address, or from the body of a search."""
    given: Mapping[str, Any] = request.args if values is None else values
    attributes, excluded = names(given.get("attributes")), names(given.get("excludedAttributes"))
    if attributes and excluded:
        raise InvalidValueException(detail="attributes and excludedAttributes exclude each other")
    order = str(given.get("sortOrder") or "ascending")
    if order not in {"ascending", "descending"}:
        raise InvalidValueException(detail="sortOrder: ascending or descending")
    count = whole(_text(given, "count"), USUAL_COUNT, "count")
    return Query(
        filter=str(given.get("filter") or "").strip(),
        sort_by=str(given.get("sortBy") or "").strip(),
        descending=order == "descending",
        start=max(1, whole(_text(given, "startIndex"), 1, "startIndex")),
        count=max(0, min(count, MAX_COUNT)),
        attributes=attributes,
        excluded=excluded,
    )


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return None if value is None else str(value)


def answer(full: dict[str, Any], query: Query, status: int = 200) -> Any:
    """Answer one resource, the attributes asked for, with its version; 304 when the caller has it."""
    meta = full["meta"]
    headers = {"ETag": meta["version"], "Content-Location": meta["location"]}
    if status == HTTPStatus.CREATED:
        headers["Location"] = meta["location"]
    if request.method == "GET" and _has(meta["version"]):
        return Response(status=304, headers=headers)
    return project(full, query), status, headers


def _has(version: str) -> bool:
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    return version in known or version.removeprefix("W/") in known or "*" in known
