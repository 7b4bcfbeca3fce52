"""What ideas take, from forms and from programs alike."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from rse.core.api import Page, PublicId, Schema
from rse.core.i18n import lazy
from rse.feed.schemas import Body, Title

Stage = Literal["open", "under_review", "planned", "in_progress", "done", "declined"]
MAX_REPLY = 4_000
REPLY = lazy("Say why: everybody who reads the idea reads this reply.")


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError(REPLY)
    return text


class PublishIdea(Schema):
    """What a new idea takes beside its text."""

    anonymous: bool = False
    campaign: PublicId | None = None
    _code: str = PrivateAttr("")

    def told(self, code: str) -> None:
        """Keep the code that its author is shown once."""
        self._code = code

    @property
    def code(self) -> str:
        """Give the code, when the idea has one."""
        return self._code


class SetStatus(Schema):
    """Another stage, always with a public reply; who looks after it and until when, where that is known."""

    status: Stage
    reason: Annotated[str, Field(max_length=MAX_REPLY), AfterValidator(_said)]
    owner_id: PublicId | None = None
    due_on: date | None = None


class Claim(Schema):
    """The code of an unsigned idea, with what its holder changes, or the wish to sign it."""

    code: str = Field(min_length=1, max_length=80)
    sign: bool = False
    title: Title | None = None
    body: Body | None = None


class OpenCampaign(Schema):
    """A question to all employees, from a day to a day."""

    question: str = Field(min_length=3, max_length=200)
    body: str = Field("", max_length=4_000)
    starts_on: date
    ends_on: date


class IdeaPage(Page):
    """Which ideas: of a stage, of a campaign; most votes first, or newest."""

    status: Stage | None = None
    campaign: PublicId | None = None
    sort: Literal["votes", "new"] = "votes"


def code_of(given: Any) -> dict[str, Any]:
    """Give what the author of an unsigned idea is told once."""
    code = getattr(given, "code", "")
    return {"claim_code": code} if code else {}
