"""Tables of people: profile, departments as a tree with dated membership, skills, endorsements, follows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rse.core.model import Base, BigId, Identified

PERSON = "person.id"


class Department(Identified):
    """A node of the company's tree; `path` holds the names from the top, ` / ` between."""

    __tablename__ = "department"

    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(600), unique=True)
    head_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="SET NULL"))
    # Who made it: hand, or the source that last named it (directory, ldap, saml, oidc, scim, demo).
    source: Mapped[str] = mapped_column(String(20), default="hand", server_default="hand")
    ended_on: Mapped[date | None]  # it stays, for the memberships of the past
    demo: Mapped[bool] = mapped_column(default=False)


class DepartmentMembership(Base):
    """When a person belonged to a department: local days, inclusive, no end while it lasts."""

    __tablename__ = "department_membership"
    __table_args__ = (Index("ix_department_membership_department", "department_id", "to_date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    department_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("department.id"))
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]


class Profile(Base):
    """What a person's page shows beyond their card; `locked` says who owns a field."""

    __tablename__ = "profile"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("department.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="SET NULL"), index=True
    )
    languages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    about: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    start_date: Mapped[date | None] = mapped_column(index=True)
    end_date: Mapped[date | None]
    away_from: Mapped[date | None]
    away_until: Mapped[date | None] = mapped_column(index=True)  # the last day that they are away
    locked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # field: directory, saml, demo, scim
    source: Mapped[str] = mapped_column(String(20), default="", index=True)  # who brought the person here
    imported: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # what the last import said of own fields
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # theme
    welcome_step: Mapped[int] = mapped_column(
        default=0
    )  # 0: not offered; 1..3: next step; 4: done or skipped


class Skill(Identified):
    """A word of the vocabulary, in French and English."""

    __tablename__ = "skill"

    slug: Mapped[str] = mapped_column(String(120), unique=True)
    label_fr: Mapped[str] = mapped_column(String(200), default="")
    label_en: Mapped[str] = mapped_column(String(200), default="")
    source_id: Mapped[str | None] = mapped_column(String(80), unique=True)  # its id in an imported vocabulary
    broader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("skill.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)


class SkillName(Base):
    """A folded label or synonym of a skill: suggestions while typing, and "is it there already"."""

    __tablename__ = "skill_name"

    skill_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True
    )
    folded: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    label: Mapped[str] = mapped_column(String(200))


class PersonSkill(Base):
    """A skill that a person declares: level 1 (beginner) to 4 (reference)."""

    __tablename__ = "person_skill"
    __table_args__ = (Index("ix_person_skill_skill", "skill_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[int] = mapped_column(default=2)
    since: Mapped[date | None]


class Endorsement(Base):
    """A colleague confirms a declared skill; shown with their name, revocable."""

    __tablename__ = "endorsement"

    person_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True
    )
    by_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class Follow(Base):
    """A person or tag that somebody follows; shown to nobody else."""

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("follower_id", "person_id"), UniqueConstraint("follower_id", "tag"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    follower_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True
    )
    tag: Mapped[str | None] = mapped_column(String(50))
    at: Mapped[datetime]


class Deputy(Base):
    """Who sees a manager's team page in the manager's place: local days, inclusive."""

    __tablename__ = "deputy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    manager_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    deputy_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date]
    created_at: Mapped[datetime]
