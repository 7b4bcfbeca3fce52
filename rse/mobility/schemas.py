"""What forms and programs say about internal mobility; the same for both."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rse.core.api import Page, PublicId, Schema
from rse.mobility.policy import MOST_READERS

Way = Literal["role", "team", "site", "abroad", "mission", "project", "training", "mentoring"]
MOST_WAYS, MAX_NOTE = 8, 600


class OpenTo(Schema):
    """What one is open to, and who sees it: nobody, unless HR or colleagues are named."""

    ways: Annotated[list[Way], Field(max_length=MOST_WAYS)] = Field(default_factory=list)
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    to_hr: bool = False
    readers: Annotated[list[PublicId], Field(max_length=MOST_READERS)] = Field(default_factory=list)


class OpenToForm(OpenTo):
    """The same with one more reader, by login or address."""

    reader: Annotated[str, Field(max_length=254)] = ""


class ShownPage(Page):
    """What is shown to the viewer, of one way or of all."""

    way: Way | Literal[""] = ""


class OwnOut(BaseModel):
    """What you are open to, and who sees it."""

    ways: list[Way]
    note: str
    to_hr: bool
    readers: list[str]
    at: datetime | None


class ShownOut(BaseModel):
    """What somebody shows you that they are open to."""

    person: str
    display_name: str
    url: str
    ways: list[Way]
    note: str
    at: datetime


class ShownList(BaseModel):
    """Who shows you what they are open to, the latest first."""

    items: list[ShownOut]
    next_cursor: str | None
