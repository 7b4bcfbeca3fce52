"""Weak signals, and the pulse: waves, who was asked, counters of answers

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "indicator_signal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("roots", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("decided_at", UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", "term", name=op.f("pk_indicator_signal")),
    )
    op.create_table(
        "pulse_wave",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_pulse_wave")),
    )
    op.create_table(
        "pulse_asked",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["pulse_wave.day"], name=op.f("fk_pulse_asked_day"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_pulse_asked_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "person_id", name=op.f("pk_pulse_asked")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_pulse_asked_person_id"), "pulse_asked", ["person_id"])
    op.create_table(
        "pulse_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["pulse_wave.day"], name=op.f("fk_pulse_count_day"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "team_id", "answer", name=op.f("pk_pulse_count")),
    )


def downgrade():
    op.drop_table("pulse_count")
    op.drop_table("pulse_asked")
    op.drop_table("pulse_wave")
    op.drop_table("indicator_signal")
