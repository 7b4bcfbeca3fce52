"""Table of shared posts: which post a new one quotes."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base


class Share(Base):
    """A post that quotes another one; rights on the quoted one stay its own."""

    __tablename__ = "share"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    original_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("post.id", ondelete="CASCADE"), index=True
    )
