"""What can be asked of the search and of the experts; the same for the page and the API."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from rse.core.api import Page, Schema
from rse.search.days import FIRST, LAST
from rse.search.grammar import MAX_TEXT

Short = Annotated[str, Field(max_length=600)]


def _clean(text: str) -> str:
    """Take control characters out of a question."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


Day = Annotated[date, Field(ge=date(FIRST, 1, 1), le=date(LAST, 12, 31))]
Question = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_clean)]


class SearchInput(Page):
    """A question with its filters."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, populate_by_name=True)

    q: Question = ""
    type: Literal["", "post", "comment", "person", "group", "message", "file", "page"] = ""
    group: Short = ""
    author: Short = ""
    department: Short = ""
    site: Short = ""
    tag: Short = ""
    kind: Short = ""
    mark: Literal["", "file", "question", "unanswered"] = ""
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    sort: Literal["relevance", "date"] = "relevance"


class ExpertsInput(Schema):
    """A subject, and where the people should be."""

    q: Question = ""
    department: Short = ""
    site: Short = ""
    language: Annotated[str, Field(max_length=8)] = ""  # a code
    spare: bool = False  # those who were asked often this week come last
    limit: int = Field(20, ge=1, le=50)
