"""Pages of groups under /api/v1."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel
from werkzeug.exceptions import Conflict

from rse.accounts.cards import Card
from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, viewer
from rse.feed import queries as feed
from rse.pages import policy, promoting, queries, service, showing
from rse.pages.models import Page
from rse.pages.queries import Place
from rse.pages.schemas import FromThreadCall, NewPage, PageChanges, PagesPage, Restored, VersionsPage

blueprint = Blueprint("pages_api", __name__)


class PageOut(BaseModel):
    """A page of a group. `number` is that of its version: name it as `base` when you save."""

    id: str
    slug: str
    group: str
    title: str
    body: str
    body_html: str
    number: int
    created_at: datetime
    edited_at: datetime
    edited_by: dict[str, str] | None
    post_id: str | None
    url: str


class VersionOut(BaseModel):
    """What a page said as one of its versions."""

    number: int
    title: str
    body: str
    note: str
    at: datetime
    author: dict[str, str] | None
    restored: int | None


def _person(card: Card | None) -> dict[str, str] | None:
    return {"id": card.public_id, "uid": card.uid, "display_name": card.display_name} if card else None


def _out(place: Place, one: Page) -> dict[str, Any]:
    session, who = db.session(), viewer()
    may_write = policy.may_write(place.group, place.tie)
    thread = queries.thread(session, who, one)
    return {
        "id": encode_id(one.id),
        "slug": one.slug,
        "group": place.group.slug,
        "title": one.title,
        "body": one.body,
        "body_html": showing.shown(session, place.group, one.body_html, may_write=may_write),
        "number": one.number,
        "created_at": one.created_at,
        "edited_at": one.edited_at,
        "edited_by": _person(queries.author(session, one.edited_by)),
        "post_id": encode_id(thread.id) if thread else None,
        "url": f"/groups/{place.group.slug}/pages/{one.slug}",
    }


def _place(slug: str) -> Place:
    return queries.place(db.session(), viewer(), slug)


def _one(slug: str, name: str) -> dict[str, Any]:
    place = _place(slug)
    return _out(place, queries.page(db.session(), viewer(), place.group, name))


@endpoint(blueprint, "/groups/<slug>/pages", rule=SIGNED_IN, query=PagesPage, returns=Listing)
def index(slug: str, query: PagesPage) -> dict[str, Any]:
    """List the pages of a group by title, without their texts."""
    place = _place(slug)
    after: Any = decode_cursor(query.cursor, str, int)
    found = queries.listed(db.session(), viewer(), place.group, q=query.q, after=after, limit=query.limit)
    last = found[query.limit - 1] if len(found) > query.limit else None
    items = [
        {
            "id": encode_id(one.id),
            "slug": one.slug,
            "title": one.title,
            "edited_at": one.at,
            "edited_by": _person(one.by),
        }
        for one in found[: query.limit]
    ]
    return {"items": items, "next_cursor": encode_cursor(last.key, last.id) if last else None}


@endpoint(
    blueprint, "/groups/<slug>/pages", "POST", rule=SIGNED_IN, body=NewPage, returns=PageOut, status=201,
    limit="60/hour", again=lambda made, slug: _one(slug, made["slug"]),
)  # fmt: skip
def create(slug: str, body: NewPage) -> dict[str, Any]:
    """Write a new page."""
    place = _place(slug)
    return _out(place, service.create(db.session(), viewer(), place, **body.model_dump()))


@endpoint(blueprint, "/groups/<slug>/pages/<name>", rule=SIGNED_IN, returns=PageOut)
def show(slug: str, name: str) -> dict[str, Any]:
    """Give a page."""
    return _one(slug, name)


@endpoint(
    blueprint, "/groups/<slug>/pages/<name>", "PATCH", rule=SIGNED_IN, body=PageChanges, returns=PageOut
)
def save(slug: str, name: str, body: PageChanges) -> dict[str, Any]:
    """Save a page; 409 when somebody else has saved it since the version named as `base`."""
    place = _place(slug)
    try:
        one = service.edit(db.session(), viewer(), place, name, **body.model_dump())
    except service.Overtaken as error:
        number = error.page.number
        db.rollback()
        said = _("Somebody else has saved this page: it is at version %(n)s now.", n=number)
        raise Conflict(said) from error
    return _out(place, one)


@endpoint(blueprint, "/groups/<slug>/pages/<name>", "DELETE", rule=SIGNED_IN, status=204)
def delete(slug: str, name: str) -> None:
    """Delete a page; the group's owners and moderators can bring it back for some weeks."""
    service.delete(db.session(), viewer(), _place(slug), name)


@endpoint(
    blueprint, "/groups/<slug>/pages/<name>/versions", rule=SIGNED_IN, query=VersionsPage, returns=Listing
)
def versions(slug: str, name: str, query: VersionsPage) -> dict[str, Any]:
    """List the versions of a page, newest first, without their texts."""
    session, place = db.session(), _place(slug)
    one = queries.page(session, viewer(), place.group, name)
    position = decode_cursor(query.cursor, int)
    found = queries.versions(session, one, before=position[0] if position else None, limit=query.limit)
    more = encode_cursor(found[query.limit - 1].number) if len(found) > query.limit else None
    items = [
        {"number": v.number, "title": v.title, "note": v.note, "at": v.at, "restored": v.restored}
        | {"author": _person(v.by), "size": v.size}
        for v in found[: query.limit]
    ]
    return {"items": items, "next_cursor": more}


@endpoint(blueprint, "/groups/<slug>/pages/<name>/versions/<int:number>", rule=SIGNED_IN, returns=VersionOut)
def version(slug: str, name: str, number: int) -> dict[str, Any]:
    """Give what a page said as one of its versions."""
    session = db.session()
    one = queries.page(session, viewer(), _place(slug).group, name)
    found = queries.version(session, one, number)
    values = {field: getattr(found, field) for field in ("number", "title", "body", "note", "at", "restored")}
    return values | {"author": _person(queries.author(session, found.author_id))}


@endpoint(
    blueprint, "/groups/<slug>/pages/<name>/restore", "POST", rule=SIGNED_IN, body=Restored, returns=PageOut,
    again=lambda _made, slug, name: _one(slug, name),
)  # fmt: skip
def restore(slug: str, name: str, body: Restored) -> dict[str, Any]:
    """Let an older version stand again, as a new one."""
    place = _place(slug)
    return _out(place, service.restore(db.session(), viewer(), place, name, body.number))


def _made_again(made: Any, post_id: int) -> dict[str, Any]:
    feed.post(db.session(), viewer(), post_id)
    return _one(made["group"], made["slug"])


@endpoint(
    blueprint, "/posts/<pid:post_id>/page", "POST", rule=SIGNED_IN, body=FromThreadCall, returns=PageOut,
    status=201, limit="30/minute", again=_made_again,
)  # fmt: skip
def promote(post_id: int, body: FromThreadCall) -> dict[str, Any]:
    """Make a page of a solved question, with its answer and the comments named."""
    session, who = db.session(), viewer()
    one = promoting.make(session, who, post_id, title=body.title, body=body.body, ids=body.comment_ids)
    return _out(queries.of_page(session, who, one), one)
