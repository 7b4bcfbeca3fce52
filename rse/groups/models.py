"""Tables of groups: the group, who belongs to it, who asks or is asked to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from rse.accounts.names import FOLDED, folded_name
from rse.core.model import Base, Identified


def _folded(context: Any) -> str:
    """Fold the name of a row that is inserted without the class."""
    return folded_name(context.get_current_parameters().get("name"))


class Group(Identified):
    """A place for posts and discussion. `audience`: who may know of it; `posts_audience`: who reads it."""

    __tablename__ = "group"

    slug: Mapped[str] = mapped_column(String(80), unique=True)  # random when the group is secret
    name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(
        String(FOLDED), default=_folded, server_default=""
    )  # name, to be found by
    description: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(10), default="open")  # open, closed, secret
    purpose: Mapped[str] = mapped_column(String(20), default="professional")  # professional, social
    audience: Mapped[str] = mapped_column(String(80), index=True)
    posts_audience: Mapped[str] = mapped_column(String(80))
    member_count: Mapped[int] = mapped_column(default=0)
    post_count: Mapped[int] = mapped_column(default=0)  # kept by groups.service.count_posts
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # counts changes of what a card shows of it
    demo: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(12), default="", server_default="")  # project, practice, ...
    shade: Mapped[int | None]  # of its sign, one of six; none: by its id
    asked_at: Mapped[datetime | None]  # its owners were asked whether it is still needed
    renewed_at: Mapped[datetime | None]  # they said that it is
    cover: Mapped[str | None] = mapped_column(String(40))  # the picture over its page, by its stored name
    cover_small: Mapped[str | None] = mapped_column(String(40))  # and the one of its card
    pages_by: Mapped[str] = mapped_column(String(10), default="members", server_default="members")  # or staff

    @validates("name")
    def _named(self, _field: str, name: str) -> str:
        self.folded = folded_name(name)
        return name


class Membership(Base):
    """A person in a group, or asking to be, or invited: only `active` ones hold the group's token."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_person", "person_id", "state", "group_id"),)

    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(10), default="member")  # owner, moderator, member
    state: Mapped[str] = mapped_column(String(10), default="active")  # active, asked, invited
    invited_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    seen_count: Mapped[int] = mapped_column(default=0)  # posts at the last look: what is above is unread
    greeted: Mapped[bool] = mapped_column(default=False, server_default=false())  # has put the welcome away


class GroupManners(Base):
    """What a group says to those who come: its rules for everybody, its welcome for new members."""

    __tablename__ = "group_manners"

    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rules: Mapped[str] = mapped_column(Text, default="")
    welcome: Mapped[str] = mapped_column(Text, default="")


class PostTemplate(Identified):
    """How posts of a group may begin: written by those who look after it, offered above its composer."""

    __tablename__ = "post_template"

    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(14), default="message")
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class GroupLink(Identified):
    """A link by which colleagues enter a group until its end."""

    __tablename__ = "group_link"

    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # what is in its address
    by_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered: Mapped[int] = mapped_column(default=0)  # how many came by it


class DepartmentGroup(Base):
    """The group of a department: its members follow the directory."""

    __tablename__ = "department_group"

    department_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("department.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("group.id", ondelete="CASCADE"), unique=True)
    below: Mapped[bool] = mapped_column(default=True)  # people of the departments below too


class DepartmentMember(Base):
    """Somebody in the department of a group: whether it is the department that brought them in."""

    __tablename__ = "department_member"

    group_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    brought: Mapped[bool] = mapped_column(default=True)
