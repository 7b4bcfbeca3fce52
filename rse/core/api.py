"""The REST side: endpoints with schemas, problem documents, idempotency keys, and the OpenAPI document."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Annotated, Any

import orjson
from flask import Blueprint, Response, g, request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError
from sqlalchemy import BigInteger, String, Text, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from rse.core import clock, db, rates
from rse.core.i18n import _
from rse.core.model import MAX_ID, Base, decode_id, encode_id
from rse.core.policy import Invalid
from rse.core.schema import errors_of, storable
from rse.core.web import Rule, encode_cursor, guarded, viewer_id

PREFIX = "/api/v1"
MAX_KEY = 80
ONCE = re.compile(r'("secret":)"[^"]*"')  # shown once: not kept with the answer
ID_SCHEMA = {"type": "string", "pattern": "^[0-9a-z]{1,13}$"}


def _read_id(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ID:
        return value
    try:
        return decode_id(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("public_id", "not an id") from error


PublicId = Annotated[
    int,
    BeforeValidator(_read_id),
    PlainSerializer(encode_id, return_type=str),
    WithJsonSchema(ID_SCHEMA),
]


class Schema(BaseModel):
    """Base of every input schema: unknown fields are refused, texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        if not storable(value):
            raise PydanticCustomError("not_storable", "not a text that can be kept")
        return value


class Page(Schema):
    """Query of a list: where to go on, and how many."""

    cursor: str | None = None
    limit: int = Field(20, ge=1, le=100)


class Listing(BaseModel):
    """Answer of a list."""

    items: list[Any]
    next_cursor: str | None = None


class Nothing(Schema):
    """No query parameters, no body."""


class IdempotencyKey(Base):
    """What a POST with an Idempotency-Key answered, so that the same key gives the same result once."""

    __tablename__ = "idempotency_key"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Endpoint:
    """One documented call."""

    path: str
    method: str
    rule: Rule
    body: type[BaseModel] | None
    query: type[BaseModel]
    returns: Any
    status: int
    summary: str
    tag: str
    form: type[BaseModel] | None = None
    sends: str = "application/json"


endpoints: dict[tuple[str, str], Endpoint] = {}


def endpoint(
    blueprint: Blueprint,
    path: str,
    method: str = "GET",
    *,
    rule: Rule,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] = Nothing,
    returns: Any = None,
    status: int = 200,
    limit: str | None = None,
    again: Callable[..., Any] | None = None,
    form: type[BaseModel] | None = None,
    sends: str = "application/json",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a call under /api/v1. The function gets `body`, `query` if it names them, and the path's parts.

    It returns plain data (dict, list, dataclass, pydantic model or None), or a pair of data and status.
    An unsafe call is committed after it; its docstring's first line is the summary in the document.
    `again` gives what a repeated Idempotency-Key answers, from (the first answer, **the path's parts): it
    reads anew, so that it refuses what the caller may not read any more. `form` describes a multipart body.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        wanted = inspect.signature(function).parameters

        @wraps(function)
        def call(**parts: Any) -> Response:
            arguments = dict(parts)
            read = _read_query(query)
            if "query" in wanted:
                arguments["query"] = read
            if body is not None:
                arguments["body"] = _read_body(body)
            anew = partial(again, **parts) if again else None
            return _answer(function, arguments, status, anew)

        doc = (inspect.getdoc(function) or "").split("\n")[0]
        endpoints[(blueprint.name + "." + function.__name__, method)] = Endpoint(
            PREFIX + path,
            method,
            rule,
            body,
            query,
            returns,
            status,
            doc,
            blueprint.name.removesuffix("_api"),
            form,
            sends,
        )
        view = guarded(call, rule=rule, limit=limit or rates.usual(method), api=True)
        blueprint.add_url_rule(PREFIX + path, function.__name__, view, methods=[method])
        return function

    return register


def _answer(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    status: int,
    again: Callable[[Any], Any] | None,
) -> Response:
    """Run the call once for its idempotency key, commit, and write the answer."""
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if not key:
        response = respond(function(**arguments), status)
        if request.method not in db.SAFE:
            db.commit()
        return response
    if len(key) > MAX_KEY:
        raise Invalid(**{"Idempotency-Key": _("At most 80 characters.")})
    session, person = db.session(), viewer_id()
    fingerprint = hashlib.sha256(request.full_path.encode() + b"\n" + request.get_data()).hexdigest()
    known = session.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.status, IdempotencyKey.body).where(
            IdempotencyKey.person_id == person,
            IdempotencyKey.key == key,
        ),
    ).first()
    if known is not None:
        if known.fingerprint != fingerprint:
            raise Invalid(**{"Idempotency-Key": _("This key has been used for another request.")})
        made = orjson.loads(known.body) if known.body else None
        return respond(again(made) if again and made else made, known.status)
    response = respond(function(**arguments), status)
    values = {"person_id": person, "key": key, "fingerprint": fingerprint, "at": clock.now()}
    values |= {"status": response.status_code, "body": ONCE.sub(r'\1""', response.get_data(as_text=True))}
    session.execute(insert(IdempotencyKey).values(values))
    db.commit()
    return response


def respond(result: Any, status: int = 200) -> Response:
    """Write plain data as a JSON response; None is 204."""
    if isinstance(result, Response):
        return result
    if isinstance(result, tuple):
        result, status = result
    if result is None:
        return Response(status=204)
    return Response(dumps(result), status, mimetype="application/json")


def dumps(data: Any) -> bytes:
    """Write JSON: times in RFC 3339 UTC."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)  # lazy texts


def _read_query(schema: type[BaseModel]) -> BaseModel:
    values: dict[str, Any] = {}
    for name, items in request.args.lists():
        field = schema.model_fields.get(name)
        many = field is not None and "list" in str(field.annotation)
        values[name] = items if many else items[-1]
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise BadInput(errors_of(error)) from error


def _read_body(schema: type[BaseModel]) -> BaseModel:
    if not request.is_json:
        raise BadInput({"body": [_("Send JSON, with Content-Type: application/json.")]})
    try:
        data = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise BadInput({"body": [_("This is not valid JSON.")]}) from error
    if not isinstance(data, dict):
        raise BadInput({"body": [_("A JSON object is expected.")]})
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise BadInput(errors_of(error)) from error


class BadInput(Invalid):
    """Input that does not fit its schema: 422 with the texts per field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


def problem(
    status: int, title: str, detail: str = "", errors: dict[str, list[str]] | None = None
) -> Response:
    """Answer an error as RFC 9457 problem document."""
    data: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        data["detail"] = detail
    if errors:
        data["errors"] = errors
    if g.get("request_id"):
        data["instance"] = f"urn:request:{g.request_id}"
    return Response(dumps(data), status, mimetype="application/problem+json")


def paginate(
    rows: list[Any], limit: int, key: Callable[[Any], tuple[Any, ...]]
) -> tuple[list[Any], str | None]:
    """Cut `limit + 1` rows to a page and give the cursor of the next one."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(*key(rows[limit - 1]))
