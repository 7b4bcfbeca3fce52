"""REST of the topics of groups' discussions."""

from typing import Any

from rse.chat import queries, topics
from rse.chat.api import blueprint
from rse.chat.topics import Counted
from rse.chat.topics_schemas import ChangeTopic, MakeTopic, TopicOut
from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.model import decode_id, encode_id
from rse.core.render import iso
from rse.core.web import SIGNED_IN, viewer

OF = "/conversations/<pid:conversation_id>/topics"


def _shown(one: Counted) -> dict[str, Any]:
    topic = one.topic
    return {
        "id": encode_id(topic.id),
        "conversation_id": encode_id(topic.conversation_id),
        "name": topic.name,
        "messages": one.messages,
        "created_at": iso(topic.created_at),
        "active_at": iso(topic.active_at),
        "closed_at": iso(topic.closed_at) if topic.closed_at else None,
    }


def _one(conversation_id: int, topic_id: int) -> dict[str, Any]:
    place = queries.place(db.session(), viewer(), conversation_id)
    return next(_shown(one) for one in topics.listed(db.session(), place) if one.topic.id == topic_id)


@endpoint(blueprint, OF, rule=SIGNED_IN, returns=Listing)
def list_topics(conversation_id: int) -> Any:
    """List the topics of a group's discussion: the open ones first, the last used first; all of them."""
    place = queries.place(db.session(), viewer(), conversation_id)
    return {"items": [_shown(one) for one in topics.listed(db.session(), place)], "next_cursor": None}


@endpoint(
    blueprint, OF, "POST", rule=SIGNED_IN, body=MakeTopic, returns=TopicOut, status=201, limit="60/hour",
    again=lambda made, conversation_id: _one(conversation_id, decode_id(made["id"])),
)  # fmt: skip
def make_topic(conversation_id: int, body: MakeTopic) -> Any:
    """Make a topic, or find the one of that name (200): whoever writes in the discussion."""
    place = queries.place(db.session(), viewer(), conversation_id)
    made, fresh = topics.make(db.session(), viewer(), place, body.name)
    return _one(conversation_id, made.id), 201 if fresh else 200


@endpoint(blueprint, "/topics/<pid:topic_id>", "PATCH", rule=SIGNED_IN, body=ChangeTopic, returns=TopicOut)
def change_topic(topic_id: int, body: ChangeTopic) -> Any:
    """Rename a topic, close it or open it again: whoever looks after the group."""
    return _shown(topics.change(db.session(), viewer(), topic_id, name=body.name, closed=body.closed))
