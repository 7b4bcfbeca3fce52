"""A solved question becomes a page of its group: which words of the thread it takes over, and whose."""

from collections.abc import Collection, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rse.accounts import unsigned
from rse.accounts.models import Person
from rse.core import text
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.feed import queries as feed
from rse.feed.models import Post
from rse.feed.queries import Shown
from rse.groups.models import Group
from rse.pages import policy, queries, service
from rse.pages.events import PageMade
from rse.pages.models import Page, PageCredit
from rse.pages.queries import Place

COMMENTS = 100  # of a thread, offered to be taken over
TITLE = 80


def solved(session: Session, viewer: Viewer, post_id: int, *, lock: bool = False) -> tuple[Post, Place]:
    """Give a solved question that the viewer may make a page of. Raises NotFound, Refused, Invalid."""
    post = feed.post(session, viewer, post_id, lock=lock)
    if not policy.is_solved(post):
        raise NotFound
    place = queries.of_group(session, viewer, session.get_one(Group, post.group_id))
    service.require_writer(place)
    if queries.made_of(session, post) is not None:
        raise Invalid(title=_("This question is a page of the group already."))
    return post, place


def comments(session: Session, post: Post) -> list[Shown]:
    """Give the comments of a question, its answer first."""
    found = feed.comments_after(session, post.id, None, COMMENTS)[:COMMENTS]
    if post.answer_id and all(one.id != post.answer_id for one in found):
        found += feed.comments_by_id(session, [post.answer_id]).values()
    return sorted(found, key=lambda one: one.id != post.answer_id)


def title_of(post: Post) -> str:
    """Give the title that a page begins with."""
    return (post.title or text.excerpt(text.plain(post.body_html), TITLE))[:120]


def body_of(post: Post, chosen: Sequence[Shown]) -> str:
    """Give the text that a page begins with: the question, its answer, what else was chosen."""
    parts = [post.body.strip()]
    answers = [one.body.strip() for one in chosen if one.id == post.answer_id]
    others = [one.body.strip() for one in chosen if one.id != post.answer_id]
    for heading, texts in ((_("The answer"), answers), (_("From the discussion"), others)):
        if texts:
            parts += [f"## {heading}", *texts]
    return "\n\n".join(part for part in parts if part)


def chosen(found: Sequence[Shown], ids: Collection[int], post: Post) -> list[Shown]:
    """Give those comments that were chosen; without a choice the answer."""
    wanted: set[int | None] = {*ids} or {post.answer_id}
    return [one for one in found if one.id in wanted]


def make(
    session: Session,
    viewer: Viewer,
    post_id: int,
    *,
    title: str | None,
    body: str | None,
    ids: Collection[int],
) -> Page:
    """Make the page. Raises what `solved` and service.create raise."""
    post, place = solved(session, viewer, post_id, lock=True)
    taken = chosen(comments(session, post), ids, post)
    page = service.create(
        session,
        viewer,
        place,
        title=title or title_of(post),
        body=body or body_of(post, taken),
        post_id=post.id,
        demo=post.demo,
    )
    credit(session, page, post, taken)
    emit(session, PageMade(page.id, post.id, viewer.id))
    return page


def credit(session: Session, page: Page, post: Post, taken: Sequence[Shown]) -> None:
    """Name who asked and whose comments were taken over; who wrote without a name stays so."""
    people = {post.author_id, *(one.author.id for one in taken)}
    named = select(Person.id).where(Person.id.in_(people), Person.uid != unsigned.UID)
    rows = [{"page_id": page.id, "person_id": person_id} for person_id in session.scalars(named)]
    if rows:
        session.execute(insert(PageCredit), rows)
