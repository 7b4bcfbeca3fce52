"""Tables of thanks: to whom, and perhaps for which skill."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base

POST = "post.id"


class Kudos(Base):
    """What thanks add to their post."""

    __tablename__ = "kudos"

    post_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    skill_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("skill.id", ondelete="SET NULL"), index=True
    )


class Recipient(Base):
    """Somebody who is thanked."""

    __tablename__ = "kudos_recipient"

    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(POST, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
