"""What thanks take, from forms and from programs alike."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from rse.core.api import Schema
from rse.core.i18n import lazy

MOST = 10
NOBODY = lazy("Say whom you thank: their @names.")
MANY = lazy("Ten people at most: thank a whole group in a message.")


def _names(given: list[str]) -> list[str]:
    """Take names apart that came in one field, without their @."""
    names = [name.lstrip("@") for text in given for name in re.split(r"[\s,;]+", text) if name.strip("@")]
    names = list(dict.fromkeys(names))
    if not names:
        raise ValueError(NOBODY)
    if len(names) > MOST:
        raise ValueError(MANY)
    return names


class PublishKudos(Schema):
    """What thanks take beside their text: people by login or id, perhaps a skill."""

    recipients: Annotated[
        list[Annotated[str, Field(max_length=500)]], Field(max_length=50), AfterValidator(_names)
    ]
    skill: str | None = Field(None, max_length=100)


class Rules(Schema):
    """How often thanks may be said, and where they are not in use."""

    quota: int = Field(ge=1, le=50)
    sites_off: list[str] = Field(default_factory=list, max_length=200)
