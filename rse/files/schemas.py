"""What files take and give: the same for forms and programs."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from rse.core.api import PublicId, Schema
from rse.core.files import SMALL
from rse.core.render import iso
from rse.files.queries import Shown
from rse.files.service import MAX_ALT, MOST

Attachments = Annotated[list[PublicId], Field(max_length=MOST)]


class WithFiles(Schema):
    """What has files beside it: those of the sender that hang on nothing yet, or on this already."""

    attachments: Attachments | None = None


class SendFile(BaseModel):
    """A file (multipart/form-data), and what a picture shows, in words."""

    file: Annotated[bytes, WithJsonSchema({"type": "string", "format": "binary"})]
    alt: Annotated[str, Field(max_length=MAX_ALT)] = ""


class DescribeFile(Schema):
    """What a picture shows, in words."""

    alt: Annotated[str, Field(max_length=MAX_ALT)]


class FileSize(Schema):
    """Which size of a picture: its longer side in pixels, at most; without it the file as it is kept."""

    size: Literal["480", "1280"] | None = None


class FileOut(BaseModel):
    """A file that hangs on something, or will."""

    id: str
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    alt: str
    url: str
    thumbnails: dict[str, str]
    created_at: str


def data(file: Shown) -> dict[str, Any]:
    """Write a file as the API does."""
    sides = SMALL if file.is_picture else ()
    return {
        "id": file.public_id,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "alt": file.alt,
        "url": file.href,
        "thumbnails": {str(side): f"{file.href}?size={side}" for side in sides},
        "created_at": iso(file.at),
    }
