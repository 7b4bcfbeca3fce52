"""What the actions of the feed take, from forms and from programs alike."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, Field, GetJsonSchemaHandler, create_model, model_validator
from pydantic_core import CoreSchema

from rse.core import kinds
from rse.core.api import Page, PublicId, Schema
from rse.core.i18n import lazy
from rse.files.schemas import WithFiles

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


def _known(name: str) -> str:
    """Refuse a kind that no feature declares."""
    if name not in kinds.known():
        raise ValueError(NOT_VALID)
    return name


Kind = Annotated[str, Field(max_length=14), AfterValidator(_known)]


class PublishPost(WithFiles):
    """A new post; `group` is a slug, or nothing for the whole company. Each kind adds its own fields."""

    kind: Kind = kinds.USUAL
    title: Title | None = None
    body: Body
    group: str | None = Field(None, max_length=80)
    tags: list[Annotated[str, Field(max_length=50)]] = Field(default_factory=list, max_length=MAX_TAGS)

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_kind(cls, value: Any, handler: Callable[[Any], Any]) -> Any:
        """Check the fields of its kind too, when it is one that is known."""
        name = value.get("kind", kinds.USUAL) if isinstance(value, dict) else None
        if cls is PublishPost and isinstance(name, str) and name in kinds.known():
            return of_kind(name).model_validate(value)
        return handler(value)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe what each kind takes."""
        if cls is not PublishPost:
            return handler(core_schema)
        every = [handler(of_kind(name).__pydantic_core_schema__) for name in kinds.known()]
        return {"anyOf": every, "title": "PublishPost"}


@lru_cache(maxsize=50)
def _publishing(kind: kinds.PostKind) -> type[PublishPost]:
    bases = (PublishPost, kind.schema) if kind.schema else PublishPost
    first: Any = kind.name if kind.name == kinds.USUAL else ...
    literal: Any = Literal[kind.name]
    made: Any = create_model(f"Publish{kind.name.title()}", __base__=bases, kind=(literal, first))
    return cast("type[PublishPost]", made)


def of_kind(name: str) -> type[PublishPost]:
    """Give what a new post of a kind takes; for a kind that is not known, what refuses it."""
    return _publishing(kinds.known()[name]) if name in kinds.known() else PublishPost


class EditPost(WithFiles):
    """A changed post: what is given replaces what was there."""

    kind: Kind | None = None
    title: Title | None = None
    body: Body | None = None
    tags: list[Annotated[str, Field(max_length=50)]] | None = Field(None, max_length=MAX_TAGS)


class EditPostForm(EditPost):
    """The form of a post: it shows everything, so an empty text is a missing one."""

    body: Body


@lru_cache(maxsize=50)
def _editing(kind: kinds.PostKind) -> type[EditPostForm]:
    bases = (EditPostForm, kind.edited) if kind.edited else EditPostForm
    made: Any = create_model(f"Edit{kind.name.title()}", __base__=bases)
    return cast("type[EditPostForm]", made)


def editing(name: str) -> type[EditPostForm]:
    """Give what the form of a post of a kind takes."""
    return _editing(kinds.of(name)) if name in kinds.known() else EditPostForm


class AddComment(WithFiles):
    """A comment under a post, perhaps in reply to another one there."""

    body: CommentBody
    parent_id: PublicId | None = None


class EditComment(WithFiles):
    """A changed comment; of its files those stay that are named."""

    body: CommentBody


class ChooseAnswer(Schema):
    """Which comment answers the question."""

    comment_id: PublicId


class MarkAnswer(ChooseAnswer):
    """What the button under a comment says: mark it, take the mark back, or (None) whichever it is not."""

    on: bool | None = None


class FeedPage(Page):
    """Which part of the feed."""

    scope: Literal["all", "for_you", "following", "groups"] = "all"
    purpose: Literal["professional", "social"] | None = None


class Toggle(Schema):
    """A reaction to give or to take back, by its button."""

    name: Literal["thanks", "agree", "insight", "support", "celebrate"]


class CloseForm(Schema):
    """Why a discussion takes no more comments."""

    reason: str = Field("", max_length=300)


class MoveForm(Schema):
    """Where a post goes: the slug of a group, or nothing for the whole company."""

    group: str | None = Field(None, max_length=80)
    sure: bool = False  # although somebody mentioned would not read it there


class SilenceForm(Schema):
    """Something to leave out of one's feed; `post` is the one whose page asked."""

    what: Literal["people", "groups", "tags", "kinds"]
    key: str = Field(min_length=1, max_length=80)
    on: bool = True
    post: PublicId | None = None


class SilencedOut(BaseModel):
    """What you leave out of your feed: people by id, groups by slug, tags and kinds by name."""

    people: list[str]
    groups: list[str]
    tags: list[str]
    kinds: list[str]
