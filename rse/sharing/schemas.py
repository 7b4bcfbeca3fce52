"""What sharing takes, from forms and from programs alike, and what it shows."""

from typing import Any

from pydantic import BaseModel

from rse.core.api import PublicId, Schema


class PublishShare(Schema):
    """The post that a new one quotes."""

    original: PublicId


class Adds(BaseModel):
    """What a share adds to a post: the quoted one, or null for who may not read it."""

    original: dict[str, Any] | None
