"""Input of pages, the same for the forms and the API."""

from typing import Literal

from pydantic import Field

from rse.core.api import Page, PublicId, Schema

MOST = 60_000  # characters of a page


class NewPage(Schema):
    """What a new page needs."""

    title: str = Field(min_length=2, max_length=120)
    body: str = Field(min_length=1, max_length=MOST)
    note: str = Field("", max_length=200)


class PageChanges(Schema):
    """What a page shall say. `base` is the number of the version that it was written from."""

    title: str | None = Field(None, min_length=2, max_length=120)
    body: str | None = Field(None, min_length=1, max_length=MOST)
    note: str = Field("", max_length=200)
    base: int = Field(ge=1, le=2**31 - 1)


class PageForm(NewPage):
    """The form of a page: of an old one with the version that it was written from."""

    base: int = Field(0, ge=0, le=2**31 - 1)


class Restored(Schema):
    """Which version shall stand again."""

    number: int = Field(ge=1, le=2**31 - 1)


class Written(Schema):
    """A text to look at before it is saved."""

    body: str = Field("", max_length=MOST)
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=200)


class Chosen(Schema):
    """Which comments of a thread a page is made of."""

    c: list[PublicId] = Field(default_factory=list, max_length=100)


class FromThread(NewPage):
    """A page made of a solved question, with the comments that it took over."""

    c: list[PublicId] = Field(default_factory=list, max_length=100)


class FromThreadCall(Schema):
    """The same for programs: without a text of its own it is that of the question and of its answers."""

    title: str | None = Field(None, min_length=2, max_length=120)
    body: str | None = Field(None, min_length=1, max_length=MOST)
    comment_ids: list[PublicId] = Field(default_factory=list, max_length=100)


class Writers(Schema):
    """Who writes the pages of a group."""

    pages_by: Literal["members", "staff"]


class PagesPage(Page):
    """Query of the pages of a group."""

    q: str = Field("", max_length=100)


class VersionsPage(Page):
    """Query of the versions of a page."""
