"""The OpenAPI 3.1 document of every declared call, made from the schemas that check the input."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rse.core.api import ID_SCHEMA, MAX_KEY, Endpoint, endpoints


def document(title: str, version: str) -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of every declared call."""
    models: list[tuple[type[BaseModel], Any]] = []
    for call in endpoints.values():
        models += [(m, "validation") for m in (call.body, call.form) if m]
        models += [
            (m, "serialization") for m in (call.returns,) if isinstance(m, type) and issubclass(m, BaseModel)
        ]
    refs, definitions = models_json_schema(
        list(dict.fromkeys(models)), ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for (name, method), call in sorted(endpoints.items(), key=lambda item: item[1].path):
        path = re.sub(r"<(?:[a-z_]+:)?(\w+)>", r"{\1}", call.path)
        paths.setdefault(path, {})[method.lower()] = _operation(name, call, refs)
    schemas = definitions.get("$defs", {}) | {"Problem": PROBLEM}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}


def _operation(name: str, call: Endpoint, refs: Mapping[Any, Any]) -> dict[str, Any]:
    parameters = [
        {
            "name": part,
            "in": "path",
            "required": True,
            "schema": ID_SCHEMA if kind == "pid" else {"type": "string"},
        }
        for kind, part in re.findall(r"<(?:([a-z_]+):)?(\w+)>", call.path)
    ]
    for field, schema in call.query.model_json_schema().get("properties", {}).items():
        parameters.append({"name": field, "in": "query", "required": False, "schema": schema})
    if call.method == "POST":
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": MAX_KEY},
            }
        )
    known = isinstance(call.returns, type) and issubclass(call.returns, BaseModel)
    content = {call.sends: {"schema": refs[(call.returns, "serialization")] if known else {}}}
    done: dict[str, Any] = {"description": "Done"}
    if call.status != HTTPStatus.NO_CONTENT:
        done["content"] = content
    failed = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    operation: dict[str, Any] = {
        "operationId": name.replace(".", "_"),
        "tags": [call.tag],
        "summary": call.summary,
        "parameters": parameters,
        "responses": {str(call.status): done, "4XX": failed},
    }
    for taken, media in ((call.body, "application/json"), (call.form, "multipart/form-data")):
        if taken:
            schema = refs[(taken, "validation")]
            operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    return operation
