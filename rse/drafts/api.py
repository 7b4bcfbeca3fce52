"""Drafts for programs: kept, scheduled, read by others first, published."""

from typing import Any

from flask import Blueprint

from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.model import decode_id, encode_id
from rse.core.web import SIGNED_IN, viewer
from rse.drafts import queries, reading, service
from rse.drafts.models import Draft
from rse.drafts.schemas import DraftIn, DraftOut, Drafts, Later, ReaderNames, RemarkForm, RemarkOut
from rse.feed import documents
from rse.feed.documents import PostOut

blueprint = Blueprint("drafts_api", __name__)
ONE = "/drafts/<pid:draft_id>"


def _out(draft: Draft, writer_id: int, readers: list[reading.Reader]) -> dict[str, Any]:
    return {
        "id": encode_id(draft.id),
        "writer_id": encode_id(writer_id),
        "fields": draft.fields,
        "updated_at": draft.updated_at,
        "publish_at": draft.publish_at,
        "problem": draft.problem,
        "readers": [
            {"person_id": one.card.public_id, "asked_at": one.asked_at, "read_at": one.read_at}
            for one in readers
        ],
    }


def _shown(draft_id: int) -> dict[str, Any]:
    session, who = db.session(), viewer()
    if reading.reads(session, who, draft_id):
        return _out(queries.draft(session, who, draft_id), who.id, reading.readers(session, draft_id))
    found = reading.to_read(session, who, draft_id)
    return _out(found.draft, found.writer.id, [])


def _fields(given: DraftIn) -> service.Fields:
    listed = {name: [said] if isinstance(said, str) else said for name, said in given.fields.items()}
    return service.clean(listed)


@endpoint(blueprint, "/drafts", rule=SIGNED_IN, query=Drafts, returns=Listing)
def index(query: Drafts) -> dict[str, Any]:
    """List your drafts and what is scheduled, or the drafts that others have asked you to read."""
    session, who = db.session(), viewer()
    if query.which == "asked":
        items = [_out(one.draft, one.writer.id, []) for one in reading.asked(session, who)]
        return {"items": items, "next_cursor": None}
    later, kept = queries.mine(session, who)
    readers = reading.readers_of(session, [draft.id for draft in (*later, *kept)])
    items = [_out(draft, who.id, readers.get(draft.id, [])) for draft in (*later, *kept)]
    return {"items": items, "next_cursor": None}


@endpoint(
    blueprint, "/drafts", "POST", rule=SIGNED_IN, body=DraftIn, returns=DraftOut, status=201,
    limit="60/minute", again=lambda made: _shown(decode_id(made["id"])),
)  # fmt: skip
def create(body: DraftIn) -> dict[str, Any]:
    """Keep a draft. `fields` are those of a new post as texts: `kind`, `title`, `body`, `group`, `tags`..."""
    return _shown(service.put_aside(db.session(), viewer(), _fields(body)).id)


@endpoint(blueprint, ONE, rule=SIGNED_IN, returns=DraftOut)
def show(draft_id: int) -> dict[str, Any]:
    """Give a draft of yours, or one that you were asked to read."""
    return _shown(draft_id)


@endpoint(blueprint, ONE, "PATCH", rule=SIGNED_IN, body=DraftIn, returns=DraftOut, limit="60/minute")
def change(draft_id: int, body: DraftIn) -> dict[str, Any]:
    """Change a draft: its fields are those that are sent."""
    service.change(db.session(), viewer(), draft_id, _fields(body))
    return _shown(draft_id)


@endpoint(blueprint, ONE, "DELETE", rule=SIGNED_IN, status=204)
def discard(draft_id: int) -> None:
    """Delete a draft."""
    service.discard(db.session(), viewer(), draft_id)


@endpoint(
    blueprint, f"{ONE}/publish", "POST", rule=SIGNED_IN, returns=PostOut, status=201, limit="60/minute",
    again=lambda made, draft_id: documents.post(db.session(), viewer(), decode_id(made["id"])),
)  # fmt: skip
def publish(draft_id: int) -> Any:
    """Publish a draft now."""
    session, who = db.session(), viewer()
    return documents.post(session, who, service.publish(session, who, draft_id).id)


@endpoint(blueprint, f"{ONE}/schedule", "PUT", rule=SIGNED_IN, body=Later, returns=DraftOut)
def schedule(draft_id: int, body: Later) -> dict[str, Any]:
    """Have a draft published at a time, with your rights as they are then."""
    service.schedule(db.session(), viewer(), draft_id, body.publish_at)
    return _shown(draft_id)


@endpoint(blueprint, f"{ONE}/schedule", "DELETE", rule=SIGNED_IN, returns=DraftOut)
def unschedule(draft_id: int) -> dict[str, Any]:
    """Let what is scheduled be a draft again."""
    service.unschedule(db.session(), viewer(), draft_id)
    return _shown(draft_id)


@endpoint(
    blueprint, f"{ONE}/readers", "PUT", rule=SIGNED_IN, body=ReaderNames, returns=DraftOut, limit="30/minute"
)
def ask(draft_id: int, body: ReaderNames) -> dict[str, Any]:
    """Ask one or two colleagues, by login or id, to read a draft of yours first."""
    reading.ask(db.session(), viewer(), draft_id, [name.lstrip("@").lower() for name in body.readers])
    return _shown(draft_id)


@endpoint(blueprint, f"{ONE}/readers/<pid:person_id>", "DELETE", rule=SIGNED_IN, status=204)
def end(draft_id: int, person_id: int) -> None:
    """Show a draft of yours to somebody no more, or hand back one that you were asked to read."""
    reading.end(db.session(), viewer(), draft_id, person_id)


@endpoint(blueprint, f"{ONE}/read", "PUT", rule=SIGNED_IN, status=204)
def finish(draft_id: int) -> None:
    """Tell the writer that you have read a draft."""
    reading.finish(db.session(), viewer(), draft_id)


def _said(one: Any, author_id: int) -> dict[str, Any]:
    return {
        "id": encode_id(one.id), "author_id": encode_id(author_id), "body": one.body,
        "body_html": one.body_html, "created_at": one.at,
    }  # fmt: skip


def _remark(draft_id: int, remark_id: int) -> dict[str, Any]:
    session = db.session()
    reading.reads(session, viewer(), draft_id)
    return next(_said(o, o.card.id) for o in reading.remarks(session, draft_id) if o.id == remark_id)


@endpoint(blueprint, f"{ONE}/remarks", rule=SIGNED_IN, returns=Listing)
def remarks(draft_id: int) -> dict[str, Any]:
    """List what was said about a draft that you read, the first remark first."""
    session = db.session()
    reading.reads(session, viewer(), draft_id)
    items = [_said(one, one.card.id) for one in reading.remarks(session, draft_id)]
    return {"items": items, "next_cursor": None}


@endpoint(
    blueprint, f"{ONE}/remarks", "POST", rule=SIGNED_IN, body=RemarkForm, returns=RemarkOut, status=201,
    limit="30/minute", again=lambda made, draft_id: _remark(draft_id, decode_id(made["id"])),
)  # fmt: skip
def remark(draft_id: int, body: RemarkForm) -> dict[str, Any]:
    """Say something about a draft that you read."""
    made = reading.remark(db.session(), viewer(), draft_id, body.body)
    return _said(made, made.author_id)
