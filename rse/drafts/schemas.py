"""What drafts take from forms."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from rse.core.api import Schema


class Place(Schema):
    """The place that a draft is for: the slug of a group, or nothing for the company."""

    place: str = Field("", max_length=80)


class Later(Schema):
    """When a post is published; a time without a zone is in the writer's own."""

    publish_at: datetime


class RemarkForm(Schema):
    """What somebody says about a draft."""

    body: str = Field("", max_length=5000)


class ReadersForm(Schema):
    """Who shall read a draft: @names in one field."""

    readers: str = Field("", max_length=500)


class Drafts(Schema):
    """Which drafts: one's own, or those that others have asked one to read."""

    which: Literal["mine", "asked"] = "mine"


Said = Annotated[str, Field(max_length=40_000)]


class DraftIn(Schema):
    """The fields of a new post as texts, by their names; those of several values as lists."""

    fields: dict[str, Said | Annotated[list[Said], Field(max_length=50)]] = Field(max_length=40)


class ReaderNames(Schema):
    """Who shall read a draft first, by login or id."""

    readers: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(min_length=1, max_length=2)


class ReaderOut(BaseModel):
    """Somebody who was asked to read a draft."""

    person_id: str
    asked_at: datetime
    read_at: datetime | None


class DraftOut(BaseModel):
    """A draft."""

    id: str
    writer_id: str
    fields: dict[str, str | list[str]]
    updated_at: datetime
    publish_at: datetime | None
    problem: str
    readers: list[ReaderOut]


class RemarkOut(BaseModel):
    """What somebody said about a draft."""

    id: str
    author_id: str
    body: str
    body_html: str
    created_at: datetime
