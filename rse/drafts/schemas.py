"""What drafts take from forms."""

from datetime import datetime

from pydantic import Field

from rse.core.api import Schema


class Place(Schema):
    """The place that a draft is for: the slug of a group, or nothing for the company."""

    place: str = Field("", max_length=80)


class Later(Schema):
    """When a post is published; a time without a zone is in the writer's own."""

    publish_at: datetime
