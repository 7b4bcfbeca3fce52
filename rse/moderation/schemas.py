"""What the actions of moderation take, from forms and from programs alike."""

from typing import Literal

from pydantic import Field

from rse.core.api import Page, PublicId, Schema

MAX_CHARTER, MAX_NOTE = 40_000, 500


class AcceptCharter(Schema):
    """Which version somebody has read and accepts."""

    version: int = Field(ge=1, le=1_000_000)


class AcceptCharterForm(AcceptCharter):
    """The same from the page, with where they were going."""

    next: str = Field("/", max_length=2000)


class WriteCharter(Schema):
    """A new version, in both languages; `after` is the newest one that the editor has seen."""

    body_fr: str = Field(min_length=1, max_length=MAX_CHARTER)
    body_en: str = Field(min_length=1, max_length=MAX_CHARTER)
    note_fr: str = Field("", max_length=MAX_NOTE)
    note_en: str = Field("", max_length=MAX_NOTE)
    after: int = Field(0, ge=0, le=1_000_000)


class Contacts(Schema):
    """Who answers people: named persons, shown at the foot of every page."""

    contact: str = Field("", max_length=120)
    contact_email: str = Field("", max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^$")
    privacy: str = Field("", max_length=120)
    privacy_email: str = Field("", max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^$")


Target = Literal["post", "comment", "message", "person", "page"]
Reason = Literal[
    "harassment", "discrimination", "insult", "confidential", "personal_data", "illegal", "spam", "other"
]
Decision = Literal["keep", "hide", "remove", "warn"]
MAX_WORDS = 4000


class WhyReported(Schema):
    """What is wrong with something; `other` needs some words."""

    reason: Reason
    comment: str = Field("", max_length=2000)


class ReportContent(WhyReported):
    """The same, with what it is about."""

    target_type: Target
    target_id: PublicId


class Decide(Schema):
    """A decision; the statement gives the author the reasons, and is needed unless the content is kept."""

    decision: Decision
    statement: str = Field("", max_length=MAX_WORDS)


class ChangeReport(Schema):
    """Hide while it is looked at, or show again; or decide."""

    hidden: bool | None = None
    decision: Decision | None = None
    statement: str = Field("", max_length=MAX_WORDS)


class Appeal(Schema):
    """Why the author does not agree."""

    words: str = Field(min_length=1, max_length=MAX_WORDS)


class Reports(Page):
    """Which reports: those that wait, or those that are decided."""

    state: Literal["waiting", "decided"] = "waiting"
