"""Forms of the feed: each answers a fragment to htmx, and 303 without JavaScript."""

from typing import Any

from flask import Response, request, url_for

from rse.core import db, kinds
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.policy import Action, Invalid, NotFound, Refused
from rse.core.web import SIGNED_IN, Form, is_fragment, page, read_form, route, see_other, viewer
from rse.feed import (
    attaching,
    cards,
    composing,
    editing,
    policy,
    queries,
    reacting,
    schemas,
    service,
    timeline,
)
from rse.feed.schemas import AddComment, EditComment, MarkAnswer, Toggle, of_kind
from rse.feed.views import blueprint, card_of, show_home, show_post
from rse.files import queries as files
from rse.files import service as file_service
from rse.files import taking
from rse.groups import queries as groups


def wrong(form: Form[Any], error: Invalid) -> Form[Any]:
    """Put what a service refused beside the fields of the form."""
    return Form(form.data, None, form.errors | error.errors)


@route(blueprint, "/posts", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def publish() -> Any:
    """Publish what the composer holds."""
    form = taking.read_posted(of_kind(request.form.get("kind") or kinds.USUAL))
    if form.value is None:
        return _compose_again(form)
    session, who = db.session(), viewer()
    given = form.input
    group = groups.find(session, who, given.group) if given.group else None
    try:
        made = attaching.publish(session, who, given, group, alts=taking.alts())
    except Invalid as error:
        db.rollback()
        return _compose_again(wrong(form, error))
    if not is_fragment():
        return see_other("feed.post", post_id=made.id)
    response = card_of(timeline.one(session, who, made.id))
    if kinds.of(made.kind).composer:  # the form begins anew: what this kind asked for goes
        response.data += b'<div id="kind-part" class="kind-part" hx-swap-oob="true"></div>'
    return response


def _compose_again(form: Form[Any]) -> Response:
    """Show the composer with what is wrong; nothing that was written is lost."""
    if not is_fragment():
        return show_home(422, form)
    session, who = db.session(), viewer()
    slug = form.data.get("group", "")
    fixed = groups.find(session, who, slug) if slug and "fixed" in request.args else None
    places = groups.mine(who)
    values = composing.composer(session, who, places, form=form, group=fixed)
    if values is None:
        raise Refused(Action.PUBLISH, _("You cannot publish there."))
    response = page("feed/_composer.html", 422, composer=values)
    response.headers["HX-Retarget"] = "#composer"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _after(post_id: int) -> Any:
    """Answer a small action on a post: its card, or back to where the form was."""
    if is_fragment():
        return card_of(timeline.one(db.session(), viewer(), post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/reactions", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def react(post_id: int) -> Any:
    """Give a reaction to a post, or take it back."""
    reacting.toggle(db.session(), viewer(), "post", post_id, read_form(Toggle).input.name)
    return _after(post_id)


@route(blueprint, "/posts/<pid:post_id>/bookmark", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def keep(post_id: int) -> Any:
    """Keep a post for later, or stop to."""
    session, who = db.session(), viewer()
    kept = queries.SAVED in queries.mine(session, who, [post_id]).get(post_id, ())
    reacting.bookmark(session, who, post_id, on=not kept)
    return _after(post_id)


@route(blueprint, "/posts/<pid:post_id>/edit", rule=SIGNED_IN)
def edit_form(post_id: int) -> Any:
    """Show the form to change one's own post."""
    found = _own_post(post_id)
    return _edit_page(200, Form(editing.held(db.session(), viewer(), found), None, {}), found)


def _edit_page(status: int, form: Form[Any], post: Any) -> Response:
    """Show the form of a post; one that is a text alone may become another such kind."""
    plain = [(kind.name, kind.label) for kind in kinds.known().values() if kind.plain]
    changeable = kinds.of(post.kind).plain
    return page(
        "feed/edit.html",
        status,
        form=form,
        post=post,
        kinds=plain if changeable else [],
        files=files.attached(db.session(), "post", [post.id] if post.files else []).get(post.id, ()),
        held=taking.held(form),
        part=kinds.of(post.kind).editor,
    )


def _own_post(post_id: int) -> Any:
    found = queries.post(db.session(), viewer(), post_id)
    if found.author_id != viewer().id:
        raise NotFound
    return found


@route(blueprint, "/posts/<pid:post_id>/edit", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def edit(post_id: int) -> Any:
    """Change one's own post; of its files those stay whose box is ticked."""
    form = taking.read_posted(schemas.editing(queries.post(db.session(), viewer(), post_id).kind))
    try:
        given = form.input
        given.attachments = given.attachments or ([] if "files_shown" in request.form else None)
        editing.edit_given(db.session(), viewer(), post_id, given)
        for file_id, alt in taking.alts().items():
            if file_id in (given.attachments or ()):
                file_service.describe(db.session(), viewer(), file_id, alt)
    except Invalid as error:
        db.rollback()
        return _edit_page(422, wrong(form, error), _own_post(post_id))
    return see_other("feed.post", post_id=post_id)


@route(blueprint, "/posts/<pid:post_id>/delete", rule=SIGNED_IN)
def delete_form(post_id: int) -> Any:
    """Ask before a post is taken back."""
    session, who = db.session(), viewer()
    found = queries.post(session, who, post_id)
    _group, tie = queries.place(session, who, found.group_id)
    if not (policy.may_delete(who, found.author_id, tie) or policy.may_remove_unsigned(who, found)):
        raise NotFound
    return page("feed/delete.html", thing=found, what="post", back=url_for("feed.post", post_id=post_id))


@route(blueprint, "/posts/<pid:post_id>/delete", rule=SIGNED_IN, methods=("POST",))
def delete(post_id: int) -> Any:
    """Take a post back."""
    service.delete(db.session(), viewer(), post_id)
    return see_other("feed.home")


@route(blueprint, "/posts/<pid:post_id>/comments", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def add_comment(post_id: int) -> Any:
    """Write under a post."""
    form = taking.read_posted(AddComment)
    session, who = db.session(), viewer()
    try:
        added = attaching.comment(session, who, post_id, form.input, alts=taking.alts())
    except Invalid as error:
        db.rollback()
        return _comment_again(post_id, wrong(form, error))
    if is_fragment():
        return comment_card(added.id)
    return see_other("feed.post", post_id=post_id, _anchor=f"comment-{encode_id(added.id)}")


def _comment_again(post_id: int, form: Form[Any]) -> Response:
    if not is_fragment():
        return show_post(post_id, 422, form)
    found = queries.post(db.session(), viewer(), post_id)
    response = page(
        "feed/_comment_form.html",
        422,
        post=found,
        form=form,
        reply_to=None,
        answerable=kinds.of(found.kind).answerable,
        held=taking.held(form),
    )
    response.headers["HX-Retarget"] = "#comment-form"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def comment_card(comment_id: int) -> Response:
    """Answer with one comment as its thread shows it."""
    session, who = db.session(), viewer()
    _comment, post = queries.comment(session, who, comment_id)
    group, tie = queries.place(session, who, post.group_id)
    shown = queries.comments_by_id(session, [comment_id])[comment_id]
    parents = queries.comments_by_id(session, [shown.parent_id]) if shown.parent_id else {}
    return page(
        "feed/_comments.html",
        post=post,
        comments=[shown],
        parents=parents,
        mine=queries.my_reactions(session, who, [comment_id]),
        files=files.attached(session, "comment", [comment_id] if shown.files else []),
        previews=files.links(session, [shown.link_id] if shown.link_id else []),
        reactions=cards.REACTIONS,
        may_write=policy.is_open(group),
        may_accept=kinds.of(post.kind).answerable and policy.may_accept(who, post.author_id, group, tie),
        may_moderate=policy.may_delete(who, 0, tie),
        answerable=kinds.of(post.kind).answerable,
    )


@route(blueprint, "/comments/<pid:comment_id>/card", rule=SIGNED_IN)
def comment_fragment(comment_id: int) -> Any:
    """Give a comment that an open thread fetches."""
    return comment_card(comment_id)


@route(
    blueprint, "/comments/<pid:comment_id>/reactions", rule=SIGNED_IN, methods=("POST",), limit="120/minute"
)
def react_to_comment(comment_id: int) -> Any:
    """Give a reaction to a comment, or take it back."""
    reacting.toggle(db.session(), viewer(), "comment", comment_id, read_form(Toggle).input.name)
    return comment_card(comment_id) if is_fragment() else see_other("feed.comment", comment_id=comment_id)


def _own_comment(comment_id: int) -> Any:
    found, _post = queries.comment(db.session(), viewer(), comment_id)
    if found.author_id != viewer().id:
        raise NotFound
    return found


@route(blueprint, "/comments/<pid:comment_id>/edit", rule=SIGNED_IN)
def edit_comment_form(comment_id: int) -> Any:
    """Show the form to change one's own comment."""
    found = _own_comment(comment_id)
    return page("feed/edit_comment.html", form=Form({"body": found.body}, None, {}), comment=found)


@route(blueprint, "/comments/<pid:comment_id>/edit", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def edit_comment(comment_id: int) -> Any:
    """Change one's own comment."""
    form = read_form(EditComment)
    try:
        attaching.edit_comment(db.session(), viewer(), comment_id, form.input)
    except Invalid as error:
        db.rollback()
        found = _own_comment(comment_id)
        return page("feed/edit_comment.html", 422, form=wrong(form, error), comment=found)
    return see_other("feed.comment", comment_id=comment_id)


@route(blueprint, "/comments/<pid:comment_id>/delete", rule=SIGNED_IN)
def delete_comment_form(comment_id: int) -> Any:
    """Ask before a comment is taken back."""
    session, who = db.session(), viewer()
    found, post = queries.comment(session, who, comment_id)
    _group, tie = queries.place(session, who, post.group_id)
    if not policy.may_delete(who, found.author_id, tie):
        raise NotFound
    back = url_for("feed.comment", comment_id=comment_id)
    return page("feed/delete.html", thing=found, what="comment", back=back)


@route(blueprint, "/comments/<pid:comment_id>/delete", rule=SIGNED_IN, methods=("POST",))
def delete_comment(comment_id: int) -> Any:
    """Take a comment back."""
    found = service.delete_comment(db.session(), viewer(), comment_id)
    return see_other("feed.post", post_id=found.post_id, _anchor="comments")


@route(blueprint, "/posts/<pid:post_id>/answer", rule=SIGNED_IN, methods=("POST",))
def accept(post_id: int) -> Any:
    """Mark the answer of a question, or take the mark back when it is on that comment already."""
    session, who = db.session(), viewer()
    asked = read_form(MarkAnswer).input
    held = queries.post(session, who, post_id).answer_id == asked.comment_id
    if asked.on is None or asked.on != held:  # pressed twice it stays as it was wished
        service.accept(session, who, post_id, None if held else asked.comment_id)
    return see_other("feed.post", post_id=post_id, _anchor="comments")


@route(blueprint, "/tags/<tag>/follow", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def follow_tag(tag: str) -> Any:
    """Follow a tag, or stop to."""
    session, who = db.session(), viewer()
    name = tag.lower()
    reacting.follow_tag(session, who, name, on=name not in timeline.follows(session, who)[1])
    return see_other("feed.tag", tag=name)
