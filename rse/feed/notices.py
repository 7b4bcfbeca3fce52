"""What happens in threads that somebody is told of: comments, answers, mentions, announcements."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer, group_token, readable
from rse.core.i18n import _, enumeration, lazy
from rse.core.model import encode_id
from rse.core.notice import Line, Noted, Notice, Told
from rse.feed.events import AnswerAccepted, CommentAdded, GroupMentioned, Mentioned, PostPublished
from rse.feed.models import Acceptance, Comment, Post
from rse.groups import mentioning, queries
from rse.groups import policy as groups
from rse.groups.models import Membership
from rse.people.models import Follow

EXCERPT, TITLE = 200, 80
FIRST = "first_post"
BROAD = ("announcement",)  # kinds of posts that everybody who reads them is told of


def thread_of(post_id: int) -> str:
    """Name the thread of a post."""
    return f"post:{post_id}"


def _standing(session: Session, post_id: int) -> Post | None:
    post = session.get(Post, post_id, populate_existing=True)
    return None if post is None or post.deleted_at else post


def _commented(session: Session, event: CommentAdded) -> tuple[Post, Comment] | None:
    post, comment = _standing(session, event.post_id), session.get(Comment, event.comment_id)
    return None if post is None or comment is None or comment.deleted_at else (post, comment)


def _of_comment(post: Post, comment: Comment, people: Iterable[int]) -> Told:
    return Told(
        f"comment:{comment.id}", thread_of(post.id), comment.id, comment.at, post.audience, people,
        comment.author_id, post.group_id,
    )  # fmt: skip


def _under_mine(session: Session, event: CommentAdded, *, question: bool) -> Iterator[Told]:
    """Tell the author of a post, or of a question, of what is written under it."""
    found = _commented(session, event)
    if found and (found[0].kind == "question") == question:
        yield _of_comment(*found, [found[0].author_id])


def tell_comment(session: Session, event: CommentAdded) -> Iterator[Told]:
    """Tell the author of a post of a comment."""
    yield from _under_mine(session, event, question=False)


def tell_answer(session: Session, event: CommentAdded) -> Iterator[Told]:
    """Tell who asked of an answer."""
    yield from _under_mine(session, event, question=True)


def tell_reply(session: Session, event: CommentAdded) -> Iterator[Told]:
    """Tell those who had written in the thread."""
    found = _commented(session, event)
    if found:
        here = (Comment.post_id == event.post_id, Comment.deleted_at.is_(None), Comment.id < event.comment_id)
        wrote = session.scalars(select(Comment.author_id).where(*here).distinct())
        yield _of_comment(*found, [person for person in wrote if person != found[0].author_id])


def tell_mention(session: Session, event: Mentioned) -> Iterator[Told]:
    """Tell who is named."""
    yield from _naming(session, event, [event.person_id])


def tell_group_mention(session: Session, event: GroupMentioned) -> Iterator[Told]:
    """Tell those who look after a group that is named, and nobody else in it."""
    yield from _naming(session, event, mentioning.staff_of(session, event.group_id))


def _naming(session: Session, event: Mentioned | GroupMentioned, people: Iterable[int]) -> Iterator[Told]:
    post = _standing(session, event.post_id)
    if post is None:
        return
    if event.kind == "comment":
        comment = session.get(Comment, event.object_id)
        if comment is not None and comment.deleted_at is None:
            yield _of_comment(post, comment, people)
    else:
        yield _of_post(post, people)


def _of_post(post: Post, people: Iterable[int] | None) -> Told:
    return Told(
        f"post:{post.id}", thread_of(post.id), post.id, post.at, post.audience, people, post.author_id,
        post.group_id,
    )  # fmt: skip


def tell_accepted(session: Session, event: AnswerAccepted) -> Iterator[Told]:
    """Tell whose answer was chosen."""
    post = _standing(session, event.post_id)
    held = session.get(Acceptance, event.post_id)
    if post is None or held is None or held.comment_id != event.comment_id:
        return
    comment = session.get_one(Comment, held.comment_id)
    yield Told(
        f"accepted:{comment.id}", thread_of(post.id), comment.id, event.at, post.audience,
        [comment.author_id], held.person_id, post.group_id,
    )  # fmt: skip


def tell_announced(session: Session, event: PostPublished) -> Iterator[Told]:
    """Tell everybody who reads it of an announcement."""
    post = _standing(session, event.post_id)
    if post and post.kind in BROAD and not post.historical:
        yield _of_post(post, None)


def tell_followed(session: Session, event: PostPublished) -> Iterator[Told]:
    """Tell those who follow the author of a post."""
    post = _standing(session, event.post_id)
    if post and not post.historical:
        followers = select(Follow.follower_id).where(Follow.person_id == event.author_id)
        yield _of_post(post, session.scalars(followers).all())


def tell_first_post(session: Session, event: PostPublished) -> Iterator[Told]:
    """Tell the owners of a group that somebody wrote there for the first time: they may welcome them."""
    post = _standing(session, event.post_id)
    if post is None or post.group_id is None or post.historical or post.data.get("unsigned"):
        return
    tie = session.get(Membership, (post.group_id, post.author_id))
    theirs = (Post.group_id == post.group_id, Post.author_id == post.author_id)
    before = select(Post.id).where(
        *theirs, or_(Post.at < post.at, and_(Post.at == post.at, Post.id < post.id))
    )
    if not groups.may_manage(tie) and session.scalar(before.limit(1)) is None:
        yield _of_post(post, mentioning.staff_of(session, post.group_id, ["owner"]))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the lines of some notifications are made of."""

    posts: Mapping[int, Post]
    comments: Mapping[int, Comment]
    names: Mapping[int, str]
    groups: Mapping[int, str]


def _post_id(noted: Noted) -> int:
    return int(noted.thread.removeprefix("post:"))


def _see(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> _Seen:
    """Read the posts that the viewer may read now, the comments under them, and names; four queries."""
    ids = {_post_id(n) for n in noted}
    query = select(Post).where(Post.id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, viewer))
    posts = {post.id: post for post in session.scalars(query)}
    comments = _comments(session, {n.object_id for n in noted} - ids)
    parents = _comments(session, {c.parent_id for c in comments.values() if c.parent_id})
    actors = {n.by_id for n in noted if n.by_id}
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(actors)))
    first = {posts[_post_id(n)].group_id for n in noted if n.kind == FIRST and _post_id(n) in posts}
    places = queries.brief(session, [group_id for group_id in first if group_id])
    named = {group_id: name for group_id, (_slug, name, *_rest) in places.items()}
    return _Seen(posts, comments | parents, {row[0]: row[1] for row in rows}, named)


def _comments(session: Session, ids: Collection[int]) -> dict[int, Comment]:
    if not ids:
        return {}
    query = select(Comment).where(Comment.id.in_(ids), Comment.deleted_at.is_(None))
    return {comment.id: comment for comment in session.scalars(query)}


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say the notifications of threads; those whose post or comment cannot be read are left out."""
    seen, found = _see(session, viewer, noted), {}
    for note in noted:
        post, comment = seen.posts.get(_post_id(note)), seen.comments.get(note.object_id)
        in_comment = note.object_id != _post_id(note)
        if post is None or (in_comment and (comment is None or comment.post_id != post.id)):
            continue
        said = _said(note, post, comment, seen, viewer)
        if said:
            written = comment.body_html if comment else post.body_html
            url = f"/comments/{encode_id(comment.id)}" if comment else f"/posts/{encode_id(post.id)}"
            found[note.id] = Line(said, url, subject(post), text.excerpt(text.plain(written), EXCERPT))
    return found


def subject(post: Post) -> str:
    """Name a thread: its title, else its first words."""
    return post.title or text.excerpt(text.plain(post.body_html), TITLE) or _("A post")


def _said(note: Noted, post: Post, comment: Comment | None, seen: _Seen, viewer: Viewer) -> str:
    name = seen.names.get(note.by_id or 0, _("Somebody"))
    parent = seen.comments.get(comment.parent_id or 0) if comment else None
    match note.kind:
        case "comment":
            said = _("%(name)s commented on your post", name=name)
        case "answer":
            said = _("%(name)s answered your question", name=name)
        case "mention":
            said = _("%(name)s mentioned you", name=name)
        case "group_mention":
            said = _mentioned_group(name, comment.body_html if comment else post.body_html, viewer)
        case "accepted":
            chosen = comment is not None and post.answer_id == comment.id
            said = _("%(name)s chose your answer", name=name) if chosen else ""
        case "reply" if parent and parent.author_id == viewer.id:
            said = _("%(name)s replied to you", name=name)
        case "reply":
            said = _("%(name)s wrote in a thread that you follow", name=name)
        case "first_post":
            group = seen.groups.get(post.group_id or 0, "")
            said = _(
                "%(name)s wrote in “%(group)s” for the first time: a word of welcome?", name=name, group=group
            )
        case "announcement":
            said = _("%(name)s announces", name=name)
        case _:
            said = _("%(name)s published", name=name)
    return said


def _mentioned_group(name: str, html: str, viewer: Viewer) -> str:
    """Say which of the viewer's groups a text names; "" once it names none of them any more."""
    mine = [group for number, group in mentioning.in_html(html).items() if viewer.holds(group_token(number))]
    return _("%(name)s mentioned “%(group)s”", name=name, group=enumeration(mine)) if mine else ""


# The first that fits a person is what they are told: the order matters.
NOTICES = (
    Notice("mention", lazy("Somebody mentions me"), "at-sign", (Mentioned,), tell_mention, lines),
    Notice(
        "group_mention", lazy("Somebody mentions a group that I look after"), "users-round",
        (GroupMentioned,), tell_group_mention, lines,
    ),
    Notice("comment", lazy("Comments on my posts"), "message-square", (CommentAdded,), tell_comment, lines),
    Notice(
        "answer", lazy("Answers to my questions"), "message-circle-question-mark", (CommentAdded,),
        tell_answer, lines,
    ),
    Notice("accepted", lazy("My answer is chosen"), "circle-check", (AnswerAccepted,), tell_accepted, lines),
    Notice(
        "reply", lazy("Replies in threads where I have written"), "reply", (CommentAdded,), tell_reply, lines
    ),
    Notice("announcement", lazy("Announcements"), "megaphone", (PostPublished,), tell_announced, lines),
    Notice(
        FIRST, lazy("Somebody writes for the first time in a group of mine"), "hand-helping",
        (PostPublished,), tell_first_post, lines, mailed=False,
    ),
    Notice(
        "followed", lazy("Posts of the people I follow"), "user-check", (PostPublished,), tell_followed,
        lines, mailed=False,
    ),
)  # fmt: skip
