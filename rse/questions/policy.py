"""How often a person is asked by name, by how many at once, and who may ask."""

from datetime import timedelta

from rse.core.audience import Viewer
from rse.feed import policy as feed
from rse.feed.models import Post
from rse.groups.models import Group

PER_WEEK = 3  # times that anybody is asked by name in seven days, whoever asks
AT_ONCE = 3  # people who are asked to look at one question
WEEK = timedelta(days=7)


def waits(post: Post) -> bool:
    """Tell whether a post is a question without an accepted answer."""
    return post.kind == "question" and post.answer_id is None


def may_ask(viewer: Viewer, post: Post, group: Group | None) -> bool:
    """Who asked the question asks people by name, while it waits."""
    return waits(post) and viewer.id == post.author_id and feed.is_open(group)


def may_join(viewer: Viewer, post: Post, group: Group | None) -> bool:
    """Anybody else who reads a question that waits may say that it is theirs too."""
    return waits(post) and viewer.id != post.author_id and feed.is_open(group)
