"""What people are open to, and whom they show it

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "openness",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ways", sa.String(120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("to_hr", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_openness_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_openness")),
    )
    op.create_index(op.f("ix_openness_at"), "openness", ["at"])
    op.create_table(
        "openness_reader",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_openness_reader_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["person.id"], name=op.f("fk_openness_reader_reader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "reader_id", name=op.f("pk_openness_reader")),
    )
    op.create_index(op.f("ix_openness_reader_reader_id"), "openness_reader", ["reader_id"])


def downgrade():
    op.drop_table("openness_reader")
    op.drop_table("openness")
