"""What the questions feature declares."""

from typing import Any

from rse.core.feature import Feature, NavItem
from rse.core.i18n import _, lazy
from rse.core.kinds import Badge, PostKind
from rse.questions import api, cards, exports, notices, schemas, service, views


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
    schema=schemas.PublishQuestion,
    optional=True,
    composer="questions/_composer.html",
    store=service.store,
    whole=cards.whole,
    badge=badge,
)

feature = Feature(
    name="questions",
    blueprints=(views.blueprint, api.blueprint),
    nav=(NavItem("questions", lazy("Questions"), "questions.queue", "circle-help", 50),),
    kinds=(question,),
    notices=notices.NOTICES,
    exports=(exports.export,),
)
