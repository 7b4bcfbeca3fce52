"""Posts and comments in the search index; what comes back from it is read again under the viewer's rights."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import kinds, text
from rse.core.audience import Viewer, readable
from rse.core.feature import Document, Hit, IndexSource
from rse.core.model import encode_id
from rse.feed import events
from rse.feed.models import Comment, Post
from rse.files.queries import words
from rse.groups.models import Group

TITLE = 80  # characters of the text, where a post has no title


def _title(title: str | None, body: str) -> str:
    return title or text.excerpt(text.plain(body), TITLE)


def _words_of_kinds(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    """Give what else the kinds let the search find their posts by."""
    found: dict[int, str] = {}
    for name in {post.kind for post in posts}:
        more = kinds.of(name).words
        if more is not None:
            found.update(more(session, [post.id for post in posts if post.kind == name]))
    return found


def load_posts(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of posts; deleted ones are left out."""
    posts = session.scalars(select(Post).where(Post.id.in_(ids), Post.deleted_at.is_(None))).all()
    more = _words_of_kinds(session, posts)
    files = words(session, "post", [post.id for post in posts if post.files])
    for post in posts:
        yield Document(
            key=f"post:{post.id}",
            kind="post",
            audience=post.audience,
            title=post.title or "",
            body=f"{text.plain(post.body_html)} {more.get(post.id, '')} {files.get(post.id, '')}".strip(),
            at=post.at,
            version=post.version,
            author_id=post.author_id,
            group_id=post.group_id,
            post_kind=post.kind,
            tags=post.tags,
            marks=_marks(post),
        )


def _marks(post: Post) -> list[str]:
    marks = ["file"] if post.files else []
    if post.kind == "question":
        marks += ["question"] if post.answer_id else ["question", "unanswered"]
    return marks


def load_comments(session: Session, ids: Sequence[int]) -> Iterable[Document]:
    """Give the present state of comments, with the audience of their post."""
    query = (
        select(Comment, Post.audience, Post.group_id, Post.kind, Post.tags, Post.answer_id, Post.version)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.id.in_(ids), Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
    )
    rows = session.execute(query).all()
    files = words(session, "comment", [row[0].id for row in rows if row[0].files])
    for comment, audience, group_id, kind, tags, answer_id, version in rows:
        yield Document(
            key=f"comment:{comment.id}",
            kind="comment",
            audience=audience,
            title="",
            body=f"{text.plain(comment.body_html)} {files.get(comment.id, '')}".strip(),
            at=comment.at,
            version=comment.version + version,
            root=f"post:{comment.post_id}",
            author_id=comment.author_id,
            group_id=group_id,
            post_kind=kind,
            tags=tags,
            accepted=answer_id == comment.id,
            marks=["file"] if comment.files else (),
        )


def _ids(model: type[Post | Comment]) -> Any:
    def ids(session: Session, after: int, limit: int) -> Sequence[int]:
        query = select(model.id).where(model.id > after, model.deleted_at.is_(None))
        return session.scalars(query.order_by(model.id).limit(limit)).all()

    return ids


def _post_stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    query = select(Post.id, Post.version, Post.audience).where(Post.id > after, Post.deleted_at.is_(None))
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(Post.id).limit(limit))]


def _comment_stamps(session: Session, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
    query = (
        select(Comment.id, Comment.version + Post.version, Post.audience)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.id > after, Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(Comment.id).limit(limit))]


def post_hits(session: Session, ids: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show posts to a viewer who may read them."""
    query = (
        select(Post.id, Post.title, Post.body_html, Post.at, Post.kind, Person.display_name, Group.name)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Post.id.in_(ids), Post.deleted_at.is_(None), readable(Post.audience, viewer))
    )
    return {
        row[0]: Hit(
            key=f"post:{row[0]}",
            title=_title(row[1], row[2]),
            text=text.plain(row[2]),
            url=f"/posts/{encode_id(row[0])}",
            at=row[3],
            subtitle=row[6] or "",
            author=row[5],
            extra={"kind": row[4]},
        )
        for row in session.execute(query)
    }


def comment_hits(session: Session, ids: Sequence[int], viewer: Viewer) -> Mapping[int, Hit]:
    """Show comments to a viewer who may read their posts."""
    query = (
        select(
            Comment.id, Post.title, Post.body_html, Comment.at, Post.kind, Person.display_name, Group.name,
            Comment.body_html, Post.answer_id,
        )
        .join(Post, Post.id == Comment.post_id)
        .join(Person, Person.id == Comment.author_id)
        .outerjoin(Group, Group.id == Post.group_id)
        .where(Comment.id.in_(ids), Comment.deleted_at.is_(None), Post.deleted_at.is_(None))
        .where(readable(Post.audience, viewer))
    )  # fmt: skip
    return {
        row[0]: Hit(
            key=f"comment:{row[0]}",
            title=_title(row[1], row[2]),
            text=text.plain(row[7]),
            url=f"/comments/{encode_id(row[0])}",
            at=row[3],
            subtitle=row[6] or "",
            author=row[5],
            extra={"kind": row[4], "accepted": row[8] == row[0]},
        )
        for row in session.execute(query)
    }


posts = IndexSource(
    kind="post",
    events={
        events.PostPublished: lambda e: [e.post_id],
        events.PostChanged: lambda e: [e.post_id],
        events.PostDeleted: lambda e: [e.post_id],
        events.PostMoved: lambda e: [e.post_id],
        events.AnswerAccepted: lambda e: [e.post_id],
        events.ThreadsImported: lambda e: e.post_ids,
    },
    load=load_posts,
    ids=_ids(Post),
    hits=post_hits,
    stamps=_post_stamps,
)
comments = IndexSource(
    kind="comment",
    events={
        events.CommentAdded: lambda e: [e.comment_id],
        events.CommentChanged: lambda e: [e.comment_id],
        events.PostDeleted: lambda e: e.comment_ids,
        events.PostMoved: lambda e: e.comment_ids,
        events.AnswerAccepted: lambda e: [c for c in (e.comment_id, e.before_id) if c],
        events.ThreadsImported: lambda e: e.comment_ids,
    },
    load=load_comments,
    ids=_ids(Comment),
    hits=comment_hits,
    stamps=_comment_stamps,
)
