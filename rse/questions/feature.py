"""What the questions feature declares."""

from typing import Any

from rse.core.feature import Feature
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind


def badge(post: Any) -> Badge:
    """Tell whether a question has its answer, has been commented, or waits."""
    if post.answer_id:
        return _("Answered"), "answered", "circle-check"
    if post.comment_count:
        return _("Question"), "question", "circle-help"
    return _("Waiting for an answer"), "question", "circle-help"


question = PostKind(
    name="question",
    label=lazy("Question"),
    icon="circle-help",
    order=20,
    counts_as="question",
    answerable=True,
    badge=badge,
)

feature = Feature(name="questions", kinds=(question,))
