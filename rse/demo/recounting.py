"""What stays when the demo goes is counted again: comments, reactions, answers, members, messages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Inbox
from rse.chat import exports as chat
from rse.chat.models import Conversation, ConversationEvent, Message, MessageReaction, Participation
from rse.demo.clearing import Doomed, chunks
from rse.feed.models import Acceptance, Comment, Post, Reaction
from rse.feed.policy import REACTIONS
from rse.groups.models import Group, Membership
from rse.ideas import service as ideas
from rse.ideas.models import IdeaVote
from rse.notifications import service as notifications
from rse.polls import service as polls
from rse.polls.models import Ballot


@dataclass(frozen=True)
class Survivors:
    """What stays and loses something."""

    posts: set[int]
    comments: set[int]
    groups: set[int]
    conversations: set[int]
    messages: set[int]
    polls: set[int]
    ideas: set[int]


def find(session: Session, doomed: Doomed) -> Survivors:
    """Find what stays and loses something; to be called before the rows go."""
    people, comments = doomed["person"], doomed.get("comment", set())

    def by(query: Select[Any], column: Any, ids: set[int]) -> set[int]:
        return {i for part in chunks(ids) for i in session.scalars(query.where(column.in_(part))) if i}

    reacted = by(select(Reaction.object_id), Reaction.person_id, people)
    posts = by(select(Comment.post_id), Comment.id, comments) | by(select(Post.id), Post.id, reacted)
    posts |= by(select(Acceptance.post_id), Acceptance.person_id, people)
    groups = by(select(Membership.group_id), Membership.person_id, people)
    groups |= by(select(Post.group_id), Post.id, doomed["post"])
    talks = by(select(Message.conversation_id), Message.author_id, people)
    return Survivors(
        posts - doomed["post"],
        by(select(Comment.id), Comment.id, reacted) - comments,
        groups - doomed["group"],
        talks - doomed["conversation"],
        by(select(MessageReaction.message_id), MessageReaction.person_id, people)
        - doomed.get("message", set()),
        by(select(Ballot.post_id), Ballot.person_id, people) - doomed["post"],
        by(select(IdeaVote.post_id), IdeaVote.person_id, people) - doomed["post"],
    )


def recount(session: Session, left: Survivors) -> None:
    """Count what stays again, from the rows that are left."""
    for post in _loaded(session, Post, left.posts):
        alive = (Comment.post_id == post.id, Comment.deleted_at.is_(None))
        number, last = session.execute(select(func.count(), func.max(Comment.at)).where(*alive)).one()
        post.comment_count, post.active_at = number, last or post.at
        if session.get(Acceptance, post.id) is None:
            post.answer_id = None
        _recount_reactions(session, "post", post)
    for comment in _loaded(session, Comment, left.comments):
        _recount_reactions(session, "comment", comment)
    for group in _loaded(session, Group, left.groups):
        active = (Membership.group_id == group.id, Membership.state == "active")
        group.member_count = session.scalar(select(func.count()).where(*active)) or 0
        standing = (Post.group_id == group.id, Post.deleted_at.is_(None))
        group.post_count = session.scalar(select(func.count()).where(*standing)) or 0
        group.version += 1
        most = update(Membership).where(Membership.group_id == group.id)
        session.execute(
            most.where(Membership.seen_count > group.post_count).values(seen_count=group.post_count)
        )
    for conversation in _loaded(session, Conversation, left.conversations):
        _renumber(session, conversation)
    chat.recount(session, sorted(left.messages))
    polls.recount(session, left.polls)
    ideas.recount(session, left.ideas)
    session.flush()
    for people in chunks(session.scalars(select(Inbox.person_id)).all()):
        notifications.count(session, people)


def _loaded(session: Session, model: Any, ids: set[int]) -> list[Any]:
    return [row for part in chunks(ids) for row in session.scalars(select(model).where(model.id.in_(part)))]


def _recount_reactions(session: Session, kind: str, row: Any) -> None:
    here = (Reaction.kind == kind, Reaction.object_id == row.id)
    counted = select(Reaction.name, func.count()).where(*here).group_by(Reaction.name)
    given = dict(session.execute(counted).all())
    row.reactions = {name: given[name] for name in REACTIONS if given.get(name)}
    row.version += 1


def _rethread(messages: list[Message]) -> None:
    """Count what is left under each message; what stood under one that is gone stands by itself."""
    left = {message.id: message for message in messages}
    for message in messages:
        message.replies, message.replied_at = 0, None
    for message in messages:
        root = left.get(message.thread_id or 0)
        if root is None:
            message.thread_id = None
        else:
            root.replies, root.replied_at = root.replies + 1, message.at


def _renumber(session: Session, conversation: Conversation) -> None:
    """Close the gaps in the numbers of a discussion; clients that catch up begin anew."""
    here = Message.conversation_id == conversation.id
    messages = list(session.scalars(select(Message).where(here).order_by(Message.seq)))
    reads = list(
        session.scalars(select(Participation).where(Participation.conversation_id == conversation.id))
    )
    for read in reads:
        read.read_seq = sum(message.seq <= read.read_seq for message in messages)
    for number, message in enumerate(messages, 1):
        message.seq = number
        session.flush()  # one by one, upwards: no two hold the same number on the way
    _rethread(messages)
    conversation.seq = len(messages)
    conversation.last_id = messages[-1].id if messages else None
    conversation.pos += 1
    old = ConversationEvent.conversation_id == conversation.id
    session.execute(delete(ConversationEvent).where(old))
