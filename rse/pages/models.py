"""Tables of pages: the page as it stands, each of its versions, its links, and whose words it took over."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON, PAGE = "person.id", "page.id"


class Page(Identified):
    """A page of a group as it stands now: the text is that of its last version.

    `slug` is its address and stays; `key` is what its present title is linked by. `number` counts its
    versions, `version` every change that the search must know of.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("group_id", "slug"),
        Index("ix_page_group_key", "group_id", "key"),
    )

    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(90))
    key: Mapped[str] = mapped_column(String(90))
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    edited_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    edited_at: Mapped[datetime]
    # The question whose thread it was made of.
    post_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("post.id", ondelete="SET NULL"), index=True
    )
    deleted_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())  # by the moderators
    demo: Mapped[bool] = mapped_column(default=False)


class PageVersion(Base):
    """What a page said from one saving to the next; the last one is what it says now."""

    __tablename__ = "page_version"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    page_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PAGE, ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    author_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime]
    restored: Mapped[int | None]  # the number of the version whose text it took up again


class PageLink(Base):
    """A page points to another one by its title, which may not be written yet."""

    __tablename__ = "page_link"
    __table_args__ = (Index("ix_page_link_key", "key"),)

    page_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PAGE, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(90), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))


class PageCredit(Base):
    """Somebody whose words of a thread a page took over, or who asked there."""

    __tablename__ = "page_credit"

    page_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PAGE, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True, autoincrement=False
    )
