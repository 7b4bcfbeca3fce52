"""Tables of attached files and of links: neither carries an audience, both are read through a root."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, Identified


class File(Identified):
    """A file of one person. Until it hangs on something (`kind`, `object_id`) only they see it.

    Its content lies in the data directory under `digest`; the same content is stored once.
    """

    __tablename__ = "file"
    __table_args__ = (
        Index("ix_file_object", "kind", "object_id", "position"),
        Index("ix_file_group", "group_id", "at", "id"),
        Index("ix_file_at", "at"),
    )

    kind: Mapped[str | None] = mapped_column(String(8))  # post, comment, message: core.feature.Holder
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    group_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    uploader_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(80))  # by its content
    family: Mapped[str] = mapped_column(String(8))  # picture, document, ...: recognising.FAMILIES
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of what is stored
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(String(1000), default="")  # what a picture shows, in words
    at: Mapped[datetime]


class FileText(Base):
    """The words of a content, for the search; `read` is false where they could not be read."""

    __tablename__ = "file_text"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    read: Mapped[bool]
    at: Mapped[datetime]


class LinkPreview(Identified):
    """What the page behind a link says of itself: once for each address; without a title nothing is shown."""

    __tablename__ = "link_preview"
    __table_args__ = (Index("ix_link_preview_asked", "asked_at"),)

    key: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the address
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(400))
    site: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
