"""Pages that show posts: home, a post, a tag, what one keeps; and the fragments that they fetch."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for

from rse.core import db, kinds
from rse.core.i18n import _
from rse.core.model import decode_id, encode_id
from rse.core.policy import NotFound
from rse.core.web import SIGNED_IN, Form, decode_cursor, encode_cursor, page, route, see_other, viewer
from rse.feed import cards, choosing, composing, leaving_out, policy, queries, silencing, timeline
from rse.feed.choosing import Reason
from rse.feed.opened import opened
from rse.feed.timeline import Entry
from rse.files import queries as files
from rse.files import taking
from rse.groups import queries as groups

blueprint = Blueprint("feed", __name__)
PAGE = 20
COMMENTS, AROUND = 50, 5  # on a page of a thread; before the one that a link leads to
BEGUN = 500  # characters of a post that a link may begin
SCOPES = ("all", "for_you", "following", "groups")
PURPOSES = ("professional", "social")


def before() -> tuple[datetime, int] | None:
    """Read the position that a page goes on from."""
    found: Any = decode_cursor(request.args.get("cursor"), datetime, int)
    return (found[0], found[1]) if found else None


def listed(
    entries: Sequence[Entry],
    more: Callable[[str], str],
    moderated: frozenset[int],
    why: Mapping[int, Reason] | None = None,
) -> dict[str, Any]:
    """Render a page of posts, and the address of the next one: values for `feed/_list.html`."""
    html = cards.render(db.session(), viewer(), entries[:PAGE], moderated=moderated, why=why)
    last = entries[PAGE - 1] if len(entries) > PAGE else None
    return {"cards": html, "more": more(encode_cursor(*last.position)) if last else None}


@route(blueprint, "/", rule=SIGNED_IN)
def home() -> Any:
    """Show the home feed; a link may begin the composer with `kind`, `body` and `group`."""
    begun = {name: request.args[name][:BEGUN] for name in ("kind", "body", "group") if name in request.args}
    return show_home(form=Form(begun, None, {}) if begun else None)


def _purpose() -> str | None:
    purpose = request.args.get("purpose")
    return purpose if purpose in PURPOSES else None


def show_home(status: int = 200, form: Any = None) -> Response:
    """Show the home feed; `form` is what was posted and could not be taken, or what a link begins."""
    session, who = db.session(), viewer()
    scope = request.args.get("scope", "all")
    scope = scope if scope in SCOPES else "all"
    purpose = _purpose()
    entries, why = choosing.feed(session, who, scope, purpose=purpose, before=before(), limit=PAGE)
    places = groups.mine(who)

    def more(cursor: str) -> str:
        return url_for("feed.home", cursor=cursor, scope=None if scope == "all" else scope, purpose=purpose)

    values = listed(entries, more, composing.moderated(places), why)
    if "cursor" not in request.args:
        values["composer"] = composing.render(who, composing.composer(session, who, places, form=form))
    return page(
        "feed/home.html",
        status,
        scope=scope,
        purpose=purpose,
        picky=bool(purpose or silencing.silenced(who)),
        **values,
    )


@route(blueprint, "/home/beside", rule=SIGNED_IN)
def beside() -> Any:
    """Give the right column of the home page, which fetches it once it is seen."""
    return page("feed/_beside.html")


@route(blueprint, "/tags/<tag>", rule=SIGNED_IN)
def tag(tag: str) -> Any:
    """Show the posts with a tag that the viewer may read."""
    session, who = db.session(), viewer()
    name = tag.lower()
    entries = timeline.tag(session, who, name, before=before(), limit=PAGE)
    moderated = composing.moderated(groups.mine(who))
    values = listed(entries, lambda cursor: url_for("feed.tag", tag=name, cursor=cursor), moderated)
    followed = name in timeline.follows(session, who)[1]
    return page("feed/tag.html", tag=name, followed=followed, **values)


@route(blueprint, "/saved", rule=SIGNED_IN)
def saved() -> Any:
    """Show the posts that the viewer keeps."""
    session, who = db.session(), viewer()
    entries = timeline.saved(session, who, before=before(), limit=PAGE)
    moderated = composing.moderated(groups.mine(who))
    return page(
        "feed/saved.html", **listed(entries, lambda cursor: url_for("feed.saved", cursor=cursor), moderated)
    )


@route(blueprint, "/posts/audience", rule=SIGNED_IN)
def audience() -> Any:
    """Spell out who would read a post, for the group that the composer has chosen."""
    session, who = db.session(), viewer()
    slug = request.args.get("group", "")
    group = groups.find(session, who, slug) if slug else None
    return page("feed/_audience.html", reach=composing.reach(session, who, group))


@route(blueprint, "/posts/kind", rule=SIGNED_IN)
def kind() -> Any:
    """Give what the composer asks for when a kind of post is chosen."""
    name = request.args.get("kind", "")
    return page("feed/_kind.html", composer={"part": kinds.of(name).composer, "form": None})


@route(blueprint, "/posts/<pid:post_id>/card", rule=SIGNED_IN)
def card(post_id: int) -> Any:
    """Give a card that a list fetches: 404 when it is not for the viewer, 204 when not for their scope."""
    session, who = db.session(), viewer()
    scope = request.args.get("scope", "all")
    entry = timeline.one(session, who, post_id)
    if scope in ("following", "groups") and not timeline.in_scope(session, who, scope, post_id):
        return Response(status=204)
    if "new" in request.args and not leaving_out.lets_in(
        session, who, entry, _purpose(), quiet=scope != "following"
    ):
        return Response(status=204)
    return card_of(entry)


def card_of(entry: Entry) -> Response:
    """Answer with one card: whole where the page that asks is the post's own."""
    session, who = db.session(), viewer()
    folded = urlsplit(request.headers.get("HX-Current-URL", "")).path != f"/posts/{encode_id(entry.id)}"
    moderated = composing.moderated(groups.mine(who))
    html = cards.render(session, who, [entry], moderated=moderated, folded=folded)
    return page("feed/_one.html", card=html[0])


@route(blueprint, "/posts/<pid:post_id>", rule=SIGNED_IN)
def post(post_id: int) -> Any:
    """Show a post with its comments, newest at the end; `?comment=` shows the page that holds one."""
    return show_post(post_id)


def show_post(post_id: int, status: int = 200, form: Any = None) -> Response:
    """Show a post; `form` is a comment that could not be taken."""
    session, who = db.session(), viewer()
    whole = opened(session, who, post_id)
    found, group, tie, closed = whole.post, whole.group, whole.tie, whole.closed
    declared = kinds.of(found.kind)
    moderated = frozenset({found.group_id or 0}) if policy.may_delete(who, 0, tie) else frozenset()
    shown, earlier, later = _comments(post_id)
    parents = _named(shown, found.answer_id)
    answer = parents.get(found.answer_id or 0)
    everyone = list({one.id: one for one in (*shown, *([answer] if answer else []))}.values())
    return page(
        "feed/post.html",
        status,
        post=found,
        group=group,
        card=cards.render(session, who, [whole.entry], moderated=moderated, folded=False)[0],
        comments=shown,
        earlier=earlier,
        later=later,
        answer=answer,
        parents=parents,
        mine=queries.my_reactions(session, who, [comment.id for comment in everyone]),
        reactions=cards.REACTIONS,
        files=files.attached(session, "comment", [comment.id for comment in everyone if comment.files]),
        previews=files.links(session, {comment.link_id for comment in shown if comment.link_id}),
        held=taking.held(form),
        may_write=policy.is_open(group) and closed is None,
        closed=closed,
        may_steer=policy.may_steer(who, found, tie),
        may_accept=declared.answerable and policy.may_accept(who, found.author_id, group, tie),
        may_moderate=bool(moderated),
        reply_to=_reply_to(shown),
        form=form,
        answerable=declared.answerable,
    )


def _comments(post_id: int) -> tuple[list[queries.Shown], str | None, str | None]:
    """Give a page of comments, and the addresses of the earlier and the later ones."""
    session = db.session()
    asked = request.args.get("comment", "")
    position: Any = decode_cursor(request.args.get("after"), datetime, int)
    has_earlier = None
    if asked:
        position, has_earlier = _position_of(post_id, asked)
    if position:
        rows = queries.comments_after(session, post_id, position, COMMENTS)
        shown, has_later = rows[:COMMENTS], len(rows) > COMMENTS
        if has_earlier is None:
            has_earlier = bool(queries.comments_before(session, post_id, _start(shown, position), 0))
    else:
        rows = queries.comments_before(session, post_id, before(), COMMENTS)
        has_earlier, has_later = len(rows) > COMMENTS, "cursor" in request.args
        shown = rows[-COMMENTS:]
    if not shown:
        return [], None, None
    first, last = shown[0], shown[-1]
    back = url_for("feed.post", post_id=post_id, cursor=encode_cursor(first.at, first.id))
    on = url_for("feed.post", post_id=post_id, after=encode_cursor(last.at, last.id))
    return shown, back if has_earlier else None, on if has_later else None


def _start(shown: Sequence[queries.Shown], position: tuple[datetime, int]) -> tuple[datetime, int]:
    return (shown[0].at, shown[0].id) if shown else position


def _position_of(post_id: int, asked: str) -> tuple[tuple[datetime, int] | None, bool]:
    """Give the position just before a comment of this post and a few others, and whether more come before.

    None for a comment of another post: its time may be none of the viewer's.
    """
    try:
        comment_id = decode_id(asked)
    except ValueError as error:
        raise NotFound from error
    found = queries.comments_up_to(db.session(), post_id, comment_id, AROUND + 2)
    if not found or found[-1].id != comment_id:
        return None, False
    first = found[-AROUND - 1 :][0]
    return (first.at, first.id - 1), len(found) > AROUND + 1


def _named(shown: Sequence[queries.Shown], answer_id: int | None) -> dict[int, queries.Shown]:
    """Give these comments, those that they answer and the accepted answer, on whichever page they are."""
    here = {comment.id: comment for comment in shown}
    wanted = {one for one in (answer_id, *(c.parent_id for c in shown)) if one and one not in here}
    return here | (queries.comments_by_id(db.session(), wanted) if wanted else {})


def _reply_to(shown: Sequence[queries.Shown]) -> queries.Shown | None:
    """Give the comment that the form will answer."""
    asked = request.args.get("reply", "")
    return next((comment for comment in shown if asked and comment.id == _read(asked)), None)


def _read(text: str) -> int:
    try:
        return decode_id(text)
    except ValueError:
        return 0


@route(blueprint, "/comments/<pid:comment_id>", rule=SIGNED_IN)
def comment(comment_id: int) -> Any:
    """Go to a comment in its thread."""
    found, post = queries.comment(db.session(), viewer(), comment_id)
    key = url_for("feed.comment", comment_id=found.id).rsplit("/", 1)[1]
    return see_other("feed.post", post_id=post.id, comment=key, _anchor=f"comment-{key}")


@route(blueprint, "/posts/<pid:post_id>/history", rule=SIGNED_IN)
def history(post_id: int) -> Any:
    """Show to those who read a post what it said before; of one without an author, nothing."""
    found = queries.post(db.session(), viewer(), post_id)
    if found.data.get("unsigned"):
        raise NotFound
    back = url_for("feed.post", post_id=post_id)
    return _history("post", found, back, _("Earlier versions of this post"))


@route(blueprint, "/comments/<pid:comment_id>/history", rule=SIGNED_IN)
def comment_history(comment_id: int) -> Any:
    """Show to those who read a comment what it said before."""
    found, _post = queries.comment(db.session(), viewer(), comment_id)
    back = url_for("feed.comment", comment_id=comment_id)
    return _history("comment", found, back, _("Earlier versions of this comment"))


def _history(kind: str, found: Any, back: str, title: str) -> Response:
    revisions = queries.revisions(db.session(), kind, found.id)
    return page("feed/history.html", title=title, back=back, revisions=revisions, now=found)
