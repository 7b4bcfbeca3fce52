"""What the actions of moderation take, from forms and from programs alike."""

from pydantic import Field

from rse.core.api import Schema

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
