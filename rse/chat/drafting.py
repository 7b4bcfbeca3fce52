"""What somebody has begun to write in a conversation, for their other devices; nobody else is shown it."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.orm import Session

from rse.chat import policy, queries
from rse.chat.models import MessageDraft
from rse.core import clock
from rse.core.audience import Viewer
from rse.core.i18n import _
from rse.core.policy import Action, require


def drafts(session: Session, viewer: Viewer, conversation_ids: Collection[int]) -> dict[int, str]:
    """Give what the viewer has begun to write in these conversations."""
    query = select(MessageDraft.conversation_id, MessageDraft.body).where(
        MessageDraft.person_id == viewer.id, MessageDraft.conversation_id.in_(conversation_ids)
    )
    return {row[0]: row[1] for row in session.execute(query)} if conversation_ids else {}


def keep(session: Session, viewer: Viewer, conversation_id: int, body: str) -> str:
    """Keep what the viewer has begun to write, in the place of what was kept; nothing written forgets it.

    Raises NotFound, Refused for who may not write there. Flushes.
    """
    place = queries.place(session, viewer, conversation_id)
    if not body.strip():
        forget(session, conversation_id, viewer.id)
        return ""
    require(
        policy.may_send(viewer, place), Action.SEND_MESSAGE, _("Join the group to write in its discussion.")
    )
    held = session.get(MessageDraft, (viewer.id, conversation_id))
    if held is None:
        held = MessageDraft(person_id=viewer.id, conversation_id=conversation_id)
        session.add(held)
    held.body, held.updated_at = body, clock.now()
    session.flush()
    return body


_DRAFT = MessageDraft.__table__.c
_FORGET = delete(MessageDraft).where(
    _DRAFT.person_id == bindparam("person"), _DRAFT.conversation_id == bindparam("conversation")
)  # every message asks it: built once


def forget(session: Session, conversation_id: int, person_id: int) -> None:
    """Forget what a person has begun to write in a conversation: it was sent, or they have left."""
    session.connection().execute(_FORGET, {"person": person_id, "conversation": conversation_id})


def forget_all(session: Session, sent: Collection[tuple[int, int]]) -> None:
    """Forget what people have begun to write, (conversation, person) each."""
    these = tuple_(_DRAFT.conversation_id, _DRAFT.person_id).in_(list(sent))
    session.connection().execute(delete(MessageDraft).where(these))
