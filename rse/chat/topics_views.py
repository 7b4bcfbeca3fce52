"""The page of a discussion's topics: all of them, renamed and closed by who looks after the group."""

from typing import Any

from rse.chat import queries, topics, views
from rse.chat.topics_schemas import ChangeTopic
from rse.chat.views import ROOM, blueprint
from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import SIGNED_IN, flash, read_form, route, see_other, viewer


@route(blueprint, ROOM + "/topics", rule=SIGNED_IN)
def list_topics(conversation_id: int) -> Any:
    """Show the topics of a discussion, beside it."""
    session, place = db.session(), queries.place(db.session(), viewer(), conversation_id)
    if place.direct:
        raise NotFound
    keeps = topics.may_keep(place)
    return views.beside("chat/_topics.html", place, listed_topics=topics.listed(session, place), keeps=keeps)


@route(blueprint, ROOM + "/topics/<pid:topic_id>", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def change_topic(conversation_id: int, topic_id: int) -> Any:
    """Rename a topic, close it or open it again."""
    session = db.session()
    topics.of(session, queries.place(session, viewer(), conversation_id), topic_id)
    form = read_form(ChangeTopic)
    try:
        asked = form.input
        topics.change(session, viewer(), topic_id, name=asked.name, closed=asked.closed)
    except Invalid as error:
        db.rollback()
        flash("; ".join(text for texts in error.errors.values() for text in texts), "error")
        return see_other("chat.list_topics", conversation_id=conversation_id)
    flash(_("The topic has changed."), "ok")
    return see_other("chat.list_topics", conversation_id=conversation_id)
