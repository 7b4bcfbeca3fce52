"""REST of posts that are made of messages: one's own at once, another's when its author accepts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rse.accounts.cards import cards
from rse.chat import promoting, queries, shapes
from rse.chat.api import blueprint
from rse.chat.models import Message, Promotion
from rse.chat.promoting_schemas import ListPromotions, PromotionOut, PublishMessage, post_of
from rse.chat.schemas import AskPromotion
from rse.core import db
from rse.core.api import Listing, endpoint, paginate
from rse.core.model import decode_id, encode_id
from rse.core.render import iso
from rse.core.web import SIGNED_IN, decode_cursor, viewer
from rse.feed import documents
from rse.feed.documents import PostOut

RARELY = "20/hour"  # as the forms
ONE = "/promotions/<pid:promotion_id>"


def _shown(rows: Sequence[tuple[Promotion, Message]]) -> list[dict[str, Any]]:
    session = db.session()
    people = cards(session, {i for one, _message in rows for i in (one.author_id, one.asked_by)})
    seen = promoting.posts_read(session, viewer(), [one.post_id for one, _message in rows if one.post_id])
    return [
        {
            "id": encode_id(one.id),
            "message_id": encode_id(one.message_id),
            "conversation_id": encode_id(message.conversation_id),
            "kind": one.kind,
            "state": one.state,
            "author": shapes.person(people[one.author_id]),
            "asked_by": shapes.person(people[one.asked_by]),
            "asked_at": iso(one.asked_at),
            "answered_at": iso(one.answered_at) if one.answered_at else None,
            "post_id": encode_id(one.post_id) if one.post_id in seen else None,
        }
        for one, message in rows
    ]


def _one(promotion_id: int) -> dict[str, Any]:
    return _shown([promoting.found(db.session(), viewer(), promotion_id)])[0]


def _post(post_id: int) -> dict[str, Any]:
    return documents.post(db.session(), viewer(), post_id)


def _said(body: PublishMessage, message: Message) -> Any:
    """Give the post to be made: with the words of the message where none are given."""
    return post_of({**body.model_dump(exclude_none=True), "body": body.body or message.body})


@endpoint(
    blueprint, "/messages/<pid:message_id>/post", "POST", rule=SIGNED_IN, body=PublishMessage,
    returns=PostOut, status=201, limit=RARELY, again=lambda made, **_: _post(decode_id(made["id"])),
)  # fmt: skip
def publish_message(message_id: int, body: PublishMessage) -> Any:
    """Make a post of the caller's own message."""
    session = db.session()
    message = queries.message(session, viewer(), message_id)
    return _post(promoting.publish_own(session, viewer(), message_id, _said(body, message)).id)


@endpoint(
    blueprint, "/messages/<pid:message_id>/promotion", "POST", rule=SIGNED_IN, body=AskPromotion,
    returns=PromotionOut, status=201, limit=RARELY, again=lambda made, **_parts: _one(decode_id(made["id"])),
)  # fmt: skip
def ask_promotion(message_id: int, body: AskPromotion) -> Any:
    """Ask the author of a message to make a post of it; asked before, the same request is given (200)."""
    session = db.session()
    known = promoting.asked(session, viewer(), message_id)
    made = promoting.ask(session, viewer(), message_id, body.kind)
    return _one(made.id), 200 if known else 201


@endpoint(blueprint, "/promotions", rule=SIGNED_IN, query=ListPromotions, returns=Listing)
def list_promotions(query: ListPromotions) -> Any:
    """List requests to make posts of messages, made to the caller or by the caller, the last one first."""
    before = decode_cursor(query.cursor, datetime, int)
    rows = promoting.listed(db.session(), viewer(), query.role, before=before, limit=query.limit)
    rows, cursor = paginate(rows, query.limit, lambda row: (row[0].asked_at, row[0].id))
    return {"items": _shown(rows), "next_cursor": cursor}


@endpoint(blueprint, ONE, rule=SIGNED_IN, returns=PromotionOut)
def get_promotion(promotion_id: int) -> Any:
    """Give a request, to who made it and to the author of the message."""
    return _one(promotion_id)


@endpoint(
    blueprint, ONE + "/post", "POST", rule=SIGNED_IN, body=PublishMessage, returns=PostOut, status=201,
    limit=RARELY, again=lambda made, **_parts: _post(decode_id(made["id"])),
)  # fmt: skip
def accept_promotion(promotion_id: int, body: PublishMessage) -> Any:
    """Accept as the author: publish the post with these words, in this place."""
    session = db.session()
    _promotion, message = promoting.of_author(session, viewer(), promotion_id)
    return _post(promoting.accept(session, viewer(), promotion_id, _said(body, message)).id)


@endpoint(blueprint, ONE + "/refusal", "PUT", rule=SIGNED_IN, status=204)
def refuse_promotion(promotion_id: int) -> None:
    """Refuse as the author; who asked is told, without a reason."""
    promoting.refuse(db.session(), viewer(), promotion_id)
