"""What can be sent about people; the same for forms and the API."""

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, field_validator

from rse.core.api import Page, Schema
from rse.core.i18n import lazy
from rse.people.languages import code_of
from rse.people.vocabulary import key

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PHONE = re.compile(r"[0-9+()./\s\u00a0x#*-]*")
MAX_LANGUAGES = 20
MAX_SKILLS = 100

NOT_A_TEXT = lazy("It holds characters that no text has.")
NOT_A_PHONE = lazy("A phone number is made of digits, spaces and signs.")
NOT_A_LANGUAGE = lazy("One of them is not the name of a language.")
NOT_A_ZONE = lazy("This time zone does not exist.")
NO_WORD = lazy("A skill has a name.")


def _text(value: str) -> str:
    if CONTROL.search(value):
        raise ValueError(NOT_A_TEXT)
    return value


def _line(value: str) -> str:
    return " ".join(_text(value).split())


def _split(value: Any) -> Any:
    """Take several in one text, as a form sends them, or a list."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(v, str) for v in given):
        return value
    return [part.strip() for text in given for part in re.split(r"[,;]", text) if part.strip()]


def _languages(value: list[str]) -> list[str]:
    codes = [code_of(name) for name in value]
    if None in codes:
        raise ValueError(NOT_A_LANGUAGE)
    return list(dict.fromkeys(code for code in codes if code))


Text = Annotated[str, AfterValidator(_text)]
Line = Annotated[str, AfterValidator(_line)]
Languages = Annotated[
    list[str], BeforeValidator(_split), Field(max_length=MAX_LANGUAGES), AfterValidator(_languages)
]


class ProfileChanges(Schema):
    """What a person changes of their own profile; a field that the directory owns is refused."""

    given_name: Annotated[Line, Field(max_length=100)] | None = None
    family_name: Annotated[Line, Field(max_length=100)] | None = None
    title: Annotated[Line, Field(max_length=200)] | None = None
    site: Annotated[Line, Field(max_length=100)] | None = None
    phone: Annotated[Line, Field(max_length=40)] | None = None
    about: Annotated[Text, Field(max_length=5000)] | None = None
    languages: Languages | None = None

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str | None) -> str | None:
        if value and not PHONE.fullmatch(value):
            raise ValueError(NOT_A_PHONE)
        return value


class Absence(Schema):
    """When a person is away, both days included; without days they are here."""

    away_from: date | None = None
    away_until: date | None = None


class Preferences(Schema):
    """How the pages speak and look to a person."""

    language: Literal["fr", "en"] | None = None
    timezone: Annotated[str, Field(max_length=40)] | None = None
    theme: Literal["auto", "light", "dark"] | None = None

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(NOT_A_ZONE) from None
        return value


class OneSkill(Schema):
    """A skill that a person declares."""

    label: Annotated[Line, Field(min_length=1, max_length=100)]
    level: int = Field(2, ge=1, le=4)

    @field_validator("label")
    @classmethod
    def _word(cls, value: str) -> str:
        if not re.search(r"\w", key(value)):
            raise ValueError(NO_WORD)
        return value


class OwnSkills(Schema):
    """All the skills of a person: those that are not named are taken away."""

    skills: list[OneSkill] = Field(max_length=MAX_SKILLS)


class Level(Schema):
    """Another level of a declared skill."""

    level: int = Field(ge=1, le=4)


class PeoplePage(Page):
    """How the list of people is narrowed."""

    q: str = Field("", max_length=100)
    department: str = Field("", max_length=600)
    site: str = Field("", max_length=100)
    skill: str = Field("", max_length=120)


class SkillsQuery(Schema):
    """What is typed."""

    q: str = Field("", max_length=100)
    limit: int = Field(8, ge=1, le=50)


class SkillOut(BaseModel):
    """A skill on a profile."""

    slug: str
    label: str
    level: int
    endorsements: int


class DepartmentOut(BaseModel):
    """A department."""

    id: str
    name: str
    path: str


class PersonOut(BaseModel):
    """A person."""

    id: str
    uid: str
    email: str
    display_name: str
    given_name: str
    family_name: str
    title: str
    department: DepartmentOut | None
    site: str
    manager_id: str | None
    languages: list[str]
    about: str
    skills: list[SkillOut]
    kind: Literal["employee", "guest", "service"]
    status: Literal["active", "deactivated"]
    avatar_url: str | None


class PreferencesOut(BaseModel):
    """How the pages speak and look to you."""

    language: str
    timezone: str
    theme: str
