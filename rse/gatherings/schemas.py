"""What events take, from forms and from programs alike."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rse.core.api import Schema
from rse.core.i18n import lazy

LINK = lazy("A link begins with https:// or http://.")


def _web(link: str) -> str:
    if link and not link.lower().startswith(("https://", "http://")):
        raise ValueError(LINK)
    return link


class PublishGathering(Schema):
    """What an event takes beside its text; a time without a zone is in the writer's own."""

    starts_at: datetime
    ends_at: datetime | None = None
    place: str = Field("", max_length=200)
    link: Annotated[str, Field(max_length=500), AfterValidator(_web)] = ""


class EditGathering(PublishGathering):
    """What may change of an event: everything."""


class Answer(Schema):
    """Whether one comes."""

    answer: Literal["yes", "maybe", "no"]
