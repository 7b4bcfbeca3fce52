"""The table of attached files. A file carries no audience: it is read through what it hangs on."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Identified


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
