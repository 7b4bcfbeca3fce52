"""What the actions of the feed take, from forms and from programs alike."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rse.core.api import Page, PublicId, Schema
from rse.core.i18n import lazy

MAX_TITLE, MAX_BODY, MAX_COMMENT, MAX_TAGS = 200, 20_000, 8_000, 10

NOTHING_SAID = lazy("Write something first.")
NOT_VALID = lazy("This value is not valid.")


def _said(text: str) -> str:
    """Refuse a text without one visible character."""
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise ValueError(NOTHING_SAID)
    if "\x00" in text:
        raise ValueError(NOT_VALID)
    return text


Body = Annotated[str, Field(max_length=MAX_BODY), AfterValidator(_said)]
CommentBody = Annotated[str, Field(max_length=MAX_COMMENT), AfterValidator(_said)]
Title = Annotated[str, Field(max_length=MAX_TITLE)]
Kind = Literal["message", "question"]


class PublishPost(Schema):
    """A new post; `group` is a slug, or nothing for the whole company."""

    kind: Kind = "message"
    title: Title | None = None
    body: Body
    group: str | None = Field(None, max_length=80)
    tags: list[Annotated[str, Field(max_length=50)]] = Field(default_factory=list, max_length=MAX_TAGS)


class EditPost(Schema):
    """A changed post: what is given replaces what was there."""

    kind: Kind | None = None
    title: Title | None = None
    body: Body | None = None
    tags: list[Annotated[str, Field(max_length=50)]] | None = Field(None, max_length=MAX_TAGS)


class EditPostForm(EditPost):
    """The form of a post: it shows everything, so an empty text is a missing one."""

    body: Body


class AddComment(Schema):
    """A comment under a post, perhaps in reply to another one there."""

    body: CommentBody
    parent_id: PublicId | None = None


class EditComment(Schema):
    """A changed comment."""

    body: CommentBody


class ChooseAnswer(Schema):
    """Which comment answers the question."""

    comment_id: PublicId


class FeedPage(Page):
    """Which part of the feed."""

    scope: Literal["all", "following", "groups"] = "all"
    purpose: Literal["professional", "social"] | None = None


class Toggle(Schema):
    """A reaction to give or to take back, by its button."""

    name: Literal["thanks", "agree", "insight", "support", "celebrate"]
