"""What polls take, from forms and from programs alike, and what they show."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from rse.core.api import Schema
from rse.core.i18n import lazy

MAX_OPTIONS, MAX_OPTION = 10, 120
TWICE = lazy("Two options say the same.")
FEW = lazy("Give at least two options.")


def _different(options: list[str]) -> list[str]:
    kept = [option for option in options if option]
    if len(kept) <= 1:
        raise ValueError(FEW)
    if len({option.casefold() for option in kept}) < len(kept):
        raise ValueError(TWICE)
    return kept


Option = Annotated[str, Field(max_length=MAX_OPTION)]


class PublishPoll(Schema):
    """What a new poll takes beside its question; it closes at the end of `closes_on`."""

    options: Annotated[list[Option], Field(max_length=MAX_OPTIONS), AfterValidator(_different)]
    multiple: bool = False
    anonymous: bool = False
    results: Literal["before", "after"] = "after"
    closes_on: date | None = None


class EditPoll(Schema):
    """What may change of a poll: the options as long as nobody has voted, and its last day."""

    options: Annotated[list[Option], Field(max_length=MAX_OPTIONS), AfterValidator(_different)]
    closes_on: date | None = None


class Vote(Schema):
    """The options that a person chooses, by their position from 0."""

    choices: list[Annotated[int, Field(ge=0, lt=MAX_OPTIONS)]] = Field(min_length=1, max_length=MAX_OPTIONS)


class PollOut(BaseModel):
    """A poll; `counts` stays null until results may be shown, `mine` in a secret one."""

    options: list[str]
    counts: list[int] | None
    voters: int | None
    multiple: bool
    anonymous: bool
    results: Literal["before", "after"]
    closes_at: str | None
    open: bool
    voted: bool
    mine: list[int] | None


class Adds(BaseModel):
    """What a poll adds to a post."""

    poll: dict[str, Any]
