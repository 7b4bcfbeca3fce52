"""What questions take, from forms and from programs alike."""

from typing import Annotated, Literal

from pydantic import Field

from rse.core.api import Page, PublicId, Schema
from rse.questions.policy import AT_ONCE


class PublishQuestion(Schema):
    """Who is asked by name when a question is published, besides everybody who reads it."""

    ask: Annotated[list[PublicId], Field(max_length=AT_ONCE)] = Field(default_factory=list)


class AskPerson(Schema):
    """Who is asked by name to look at a question."""

    person_id: PublicId


class Availability(Schema):
    """Whether one may be suggested as somebody who could answer."""

    available: bool


class WaitingPage(Page):
    """Which questions: those that nobody has commented, or all without an accepted answer."""

    which: Literal["waiting", "open"] = "waiting"
