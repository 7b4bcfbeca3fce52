"""Rules of writing: one list of actions, predicates in each feature, and one way to refuse."""

from enum import StrEnum


class Action(StrEnum):
    """Everything that a person can be allowed or refused to do."""

    EDIT_PROFILE = "edit_profile"
    ENDORSE = "endorse"
    CREATE_GROUP = "create_group"
    EDIT_GROUP = "edit_group"
    ARCHIVE_GROUP = "archive_group"
    JOIN_GROUP = "join_group"
    INVITE = "invite"
    MANAGE_MEMBERS = "manage_members"
    PUBLISH = "publish"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    CLOSE = "close"
    PIN = "pin"
    MOVE = "move"
    SHARE = "share"
    COMMENT = "comment"
    EDIT_COMMENT = "edit_comment"
    DELETE_COMMENT = "delete_comment"
    REACT = "react"
    ACCEPT_ANSWER = "accept_answer"
    WRITE_PAGE = "write_page"
    DELETE_PAGE = "delete_page"
    VOTE = "vote"
    DECIDE = "decide"
    THANK = "thank"
    ANNOUNCE = "announce"
    ACKNOWLEDGE = "acknowledge"
    COME = "come"
    ASK = "ask"
    SEND_MESSAGE = "send_message"
    EDIT_MESSAGE = "edit_message"
    DELETE_MESSAGE = "delete_message"
    INVITE_TO_CONVERSATION = "invite_to_conversation"
    SEE_CELL = "see_cell"
    ADMINISTER = "administer"


class Refused(Exception):
    """What was asked is visible to the person, but not theirs to do: answered 403 with the reason."""

    def __init__(self, action: Action, reason: str = "") -> None:
        super().__init__(reason or action.value)
        self.action = action
        self.reason = reason


class NotFound(Exception):
    """What was asked does not exist, or not for this person: answered 404, the same for both."""


class Invalid(Exception):
    """A value that a service cannot take: answered 422, with the texts per field."""

    def __init__(self, **errors: str) -> None:
        super().__init__(", ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = {name: [text] for name, text in errors.items()}


def require(allowed: bool, action: Action, reason: str = "") -> None:
    """Raise Refused unless the predicate said yes."""
    if not allowed:
        raise Refused(action, reason)
