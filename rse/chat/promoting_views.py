"""Pages and forms that make a post of a message, and the requests to do so."""

from typing import Any

from flask import request

from rse.accounts.cards import cards
from rse.chat import message_views, promoting, queries, shapes
from rse.chat.models import Message, Promotion
from rse.chat.promoting_schemas import KINDS, post_of
from rse.chat.schemas import AskPromotion
from rse.chat.views import blueprint
from rse.core import db
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, flash, page, read_form, route, see_other, viewer
from rse.groups import queries as groups

ON = message_views.ON + "/promote"
ANSWER = "/messages/promotions/<pid:promotion_id>"
FIELDS = ("kind", "title", "body", "group")


def _given() -> Any:
    """Read the fields of the post. Raises Invalid with the errors per field."""
    data = {name: request.form[name] for name in FIELDS if request.form.get(name, "").strip()}
    if data.setdefault("kind", "message") not in KINDS:
        raise Invalid(kind=_("This value is not valid."))
    return post_of(data)


def _form(message: Message, promotion: Promotion | None, errors: Any = None) -> Any:
    """Show the post that would be made of a message, to be changed by its author."""
    session = db.session()
    usual = {"kind": promotion.kind if promotion else "message", "body": message.body}
    (shown,) = shapes.messages(session, [message])
    return page(
        "chat/promote.html",
        422 if errors else 200,
        message=shown,
        promotion=promotion,
        asker=cards(session, [promotion.asked_by])[promotion.asked_by] if promotion else None,
        data={name: request.form.get(name, usual.get(name, "")) for name in FIELDS},
        errors=errors or {},
        places=[(place.slug, place.name) for place in groups.mine(viewer()) if not place.archived],
        href=f"/messages/{shown['conversation_id']}",
    )


@route(blueprint, ON, rule=SIGNED_IN)
def promote_page(conversation_id: int, message_id: int) -> Any:
    """Show how a message becomes a post: one's own at once, another's when its author accepts."""
    _place, message = message_views.found(conversation_id, message_id)
    if message.deleted_at is not None:
        raise NotFound
    if message.author_id == viewer().id:
        return _form(message, None)
    (shown,) = shapes.messages(db.session(), [message])
    known = promoting.asked(db.session(), viewer(), message_id)
    href = f"/messages/{shown['conversation_id']}"
    return page("chat/ask_promotion.html", message=shown, promotion=known, href=href)


@route(blueprint, ON, rule=SIGNED_IN, methods=("POST",), limit="20/hour")
def promote(conversation_id: int, message_id: int) -> Any:
    """Publish one's own message as a post, or ask the author of another's."""
    _place, message = message_views.found(conversation_id, message_id)
    if message.author_id != viewer().id:
        promoting.ask(db.session(), viewer(), message_id, read_form(AskPromotion).input.kind)
        flash(_("The author has been asked. Nothing is published unless they accept."), "ok")
        return see_other("chat.room", conversation_id=conversation_id, at=message.seq)
    try:
        post = promoting.publish_own(db.session(), viewer(), message_id, _given())
    except Invalid as error:
        db.rollback()
        return _form(queries.message(db.session(), viewer(), message_id), None, error.errors)
    return see_other("feed.post", post_id=post.id)


@route(blueprint, ANSWER, rule=SIGNED_IN)
def promotion_page(promotion_id: int) -> Any:
    """Show the author what somebody asks of their message."""
    promotion, message = promoting.of_author(db.session(), viewer(), promotion_id)
    return _form(message, promotion)


@route(blueprint, ANSWER, rule=SIGNED_IN, methods=("POST",), limit="20/hour")
def answer_promotion(promotion_id: int) -> Any:
    """Publish it as its author wants it, or refuse."""
    if request.form.get("answer") == "refuse":
        promoting.refuse(db.session(), viewer(), promotion_id)
        flash(_("Nothing is published."), "ok")
        return see_other("chat.index")
    try:
        post = promoting.accept(db.session(), viewer(), promotion_id, _given())
    except Invalid as error:
        db.rollback()
        promotion, message = promoting.of_author(db.session(), viewer(), promotion_id)
        return _form(message, promotion, error.errors)
    return see_other("feed.post", post_id=post.id)


def href(promotion_id: int) -> str:
    """Give the address of what is asked of an author."""
    return f"/messages/promotions/{encode_id(promotion_id)}"
