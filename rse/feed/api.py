"""The feed for programs: posts, comments, reactions, answers."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request

from rse.core import db, kinds
from rse.core.api import Page, endpoint, paginate
from rse.core.i18n import _
from rse.core.model import decode_id
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, decode_cursor, viewer
from rse.feed import attaching, choosing, documents, queries, reacting, service, timeline
from rse.feed.documents import CommentOut, CommentPage, PostOut, PostPage
from rse.feed.schemas import AddComment, ChooseAnswer, EditComment, EditPost, FeedPage, PublishPost
from rse.groups import queries as groups

blueprint = Blueprint("feed_api", __name__)


def _listed(
    entries: list[timeline.Entry], limit: int, scope: str | None = None, why: Any = None
) -> dict[str, Any]:
    shown, cursor = paginate(entries, limit, lambda entry: entry.position)
    items = documents.posts(db.session(), viewer(), shown, scope=scope, why=why)
    return {"items": items, "next_cursor": cursor}


def _position(page: Page) -> Any:
    return decode_cursor(page.cursor, datetime, int)


@endpoint(blueprint, "/feed", rule=SIGNED_IN, query=FeedPage, returns=PostPage)
def feed(query: FeedPage) -> Any:
    """List the home feed, newest first; in the scope "for_you" the nearest first, each with its reason."""
    entries, why = choosing.feed(
        db.session(), viewer(), query.scope, purpose=query.purpose, before=_position(query), limit=query.limit
    )
    return _listed(entries, query.limit, query.scope, why)


@endpoint(blueprint, "/groups/<slug>/posts", rule=SIGNED_IN, query=Page, returns=PostPage)
def group_posts(slug: str, query: Page) -> Any:
    """List the posts of a group, newest first."""
    session, who = db.session(), viewer()
    group = groups.find(session, who, slug)
    entries = timeline.of_group(session, who, group.id, before=_position(query), limit=query.limit)
    return _listed(entries, query.limit)


@endpoint(
    blueprint,
    "/posts",
    "POST",
    rule=SIGNED_IN,
    body=PublishPost,
    returns=PostOut,
    status=201,
    limit="60/minute",
    again=lambda made: show(decode_id(made["id"])),
)
def publish(body: PublishPost) -> Any:
    """Publish a post to the company or to a group."""
    session, who = db.session(), viewer()
    group = groups.find(session, who, body.group) if body.group else None
    declared = kinds.of(body.kind)
    if declared.unsigned(body) and "Idempotency-Key" in request.headers:
        raise Invalid(**{"Idempotency-Key": _("A key is kept with who sent it: leave it out here.")})
    made = attaching.publish(session, who, body, group)
    return documents.post(session, who, made.id) | dict(declared.once(body))


@endpoint(blueprint, "/posts/<pid:post_id>", rule=SIGNED_IN, returns=PostOut)
def show(post_id: int) -> Any:
    """Give a post."""
    return documents.post(db.session(), viewer(), post_id)


@endpoint(blueprint, "/posts/<pid:post_id>", "PATCH", rule=SIGNED_IN, body=EditPost, returns=PostOut)
def edit(post_id: int, body: EditPost) -> Any:
    """Change one's own post."""
    session, who = db.session(), viewer()
    attaching.edit(session, who, post_id, body, **body.model_dump(exclude={"attachments"}))
    return documents.post(session, who, post_id)


@endpoint(blueprint, "/posts/<pid:post_id>", "DELETE", rule=SIGNED_IN, status=204)
def delete(post_id: int) -> None:
    """Take a post back."""
    service.delete(db.session(), viewer(), post_id)


@endpoint(blueprint, "/posts/<pid:post_id>/comments", rule=SIGNED_IN, query=Page, returns=CommentPage)
def comments(post_id: int, query: Page) -> Any:
    """List the comments under a post, oldest first."""
    session, who = db.session(), viewer()
    queries.post(session, who, post_id)
    found = queries.comments_after(session, post_id, _position(query), query.limit)
    shown, cursor = paginate(found, query.limit, lambda comment: (comment.at, comment.id))
    return {"items": documents.comments(session, who, post_id, shown), "next_cursor": cursor}


def _comment(post_id: int, comment_id: int) -> dict[str, Any]:
    session = db.session()
    shown = queries.comments_by_id(session, [comment_id])
    return documents.comments(session, viewer(), post_id, shown.values())[0]


def _read_comment(comment_id: int) -> dict[str, Any]:
    found, post = queries.comment(db.session(), viewer(), comment_id)
    return _comment(post.id, found.id)


@endpoint(
    blueprint, "/posts/<pid:post_id>/comments", "POST", rule=SIGNED_IN, body=AddComment, returns=CommentOut,
    status=201, limit="120/minute", again=lambda made, post_id: _read_comment(decode_id(made["id"])),
)  # fmt: skip
def add_comment(post_id: int, body: AddComment) -> Any:
    """Write a comment under a post."""
    added = attaching.comment(db.session(), viewer(), post_id, body)
    return _comment(post_id, added.id)


@endpoint(
    blueprint, "/comments/<pid:comment_id>", "PATCH", rule=SIGNED_IN, body=EditComment, returns=CommentOut
)
def edit_comment(comment_id: int, body: EditComment) -> Any:
    """Change one's own comment."""
    changed = attaching.edit_comment(db.session(), viewer(), comment_id, body)
    return _comment(changed.post_id, changed.id)


@endpoint(blueprint, "/comments/<pid:comment_id>", "DELETE", rule=SIGNED_IN, status=204)
def delete_comment(comment_id: int) -> None:
    """Take a comment back."""
    service.delete_comment(db.session(), viewer(), comment_id)


@endpoint(blueprint, "/posts/<pid:post_id>/reactions/<name>", "PUT", rule=SIGNED_IN, status=204)
def react(post_id: int, name: str) -> None:
    """Give a reaction to a post: thanks, agree, insight, support or celebrate."""
    reacting.react(db.session(), viewer(), "post", post_id, name)


@endpoint(blueprint, "/posts/<pid:post_id>/reactions/<name>", "DELETE", rule=SIGNED_IN, status=204)
def unreact(post_id: int, name: str) -> None:
    """Take a reaction to a post back."""
    reacting.react(db.session(), viewer(), "post", post_id, name, on=False)


@endpoint(blueprint, "/comments/<pid:comment_id>/reactions/<name>", "PUT", rule=SIGNED_IN, status=204)
def react_to_comment(comment_id: int, name: str) -> None:
    """Give a reaction to a comment."""
    reacting.react(db.session(), viewer(), "comment", comment_id, name)


@endpoint(blueprint, "/comments/<pid:comment_id>/reactions/<name>", "DELETE", rule=SIGNED_IN, status=204)
def unreact_to_comment(comment_id: int, name: str) -> None:
    """Take a reaction to a comment back."""
    reacting.react(db.session(), viewer(), "comment", comment_id, name, on=False)


@endpoint(blueprint, "/posts/<pid:post_id>/answer", "PUT", rule=SIGNED_IN, body=ChooseAnswer, returns=PostOut)
def accept(post_id: int, body: ChooseAnswer) -> Any:
    """Mark the comment that answers a question."""
    session, who = db.session(), viewer()
    service.accept(session, who, post_id, body.comment_id)
    return documents.post(session, who, post_id)


@endpoint(blueprint, "/posts/<pid:post_id>/answer", "DELETE", rule=SIGNED_IN, status=204)
def unaccept(post_id: int) -> None:
    """Take the mark of the answer back."""
    service.accept(db.session(), viewer(), post_id, None)
