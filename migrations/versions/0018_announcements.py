"""Announcements and events

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()


def _post(table):
    return sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f(f"fk_{table}_post_id"), ondelete="CASCADE")


def _person(table):
    return sa.ForeignKeyConstraint(
        ["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE"
    )


def upgrade():
    op.create_table(
        "announcement",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("acknowledge", sa.Boolean(), nullable=False),
        sa.Column("pinned_until", sa.Date(), nullable=True),
        _post("announcement"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_pinned_until"), "announcement", ["pinned_until"], unique=False)
    op.create_table(
        "acknowledgement",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        _post("acknowledgement"),
        _person("acknowledgement"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_acknowledgement")),
    )
    op.create_index(op.f("ix_acknowledgement_person_id"), "acknowledgement", ["person_id"], unique=False)
    op.create_table(
        "gathering",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("starts_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        _post("gathering"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_gathering")),
    )
    op.create_index(op.f("ix_gathering_starts_at"), "gathering", ["starts_at"], unique=False)
    op.create_table(
        "gathering_coming",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("answer", sa.String(length=5), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        _post("gathering_coming"),
        _person("gathering_coming"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_gathering_coming")),
    )
    op.create_index(op.f("ix_gathering_coming_person_id"), "gathering_coming", ["person_id"], unique=False)


def downgrade():
    for table in ("gathering_coming", "gathering", "acknowledgement", "announcement"):
        op.drop_table(table)
