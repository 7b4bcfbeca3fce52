"""The random coffee: seats, meetings and who is of them

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()


def _person(table):
    return sa.ForeignKeyConstraint(
        ["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE"
    )


def upgrade():
    op.create_table(
        "coffee_seat",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        _person("coffee_seat"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_coffee_seat")),
    )
    op.create_table(
        "coffee_meeting",
        sa.Column("id", BIG.with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(5), nullable=False),
        sa.Column("topic_id", BIG, nullable=True),
        sa.Column("starts_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coffee_meeting")),
    )
    op.create_index(op.f("ix_coffee_meeting_drawn_on"), "coffee_meeting", ["drawn_on"])
    op.create_table(
        "coffee_guest",
        sa.Column("meeting_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["coffee_meeting.id"], name=op.f("fk_coffee_guest_meeting_id"), ondelete="CASCADE"
        ),
        _person("coffee_guest"),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_coffee_guest")),
    )
    op.create_index(op.f("ix_coffee_guest_person_id"), "coffee_guest", ["person_id"])


def downgrade():
    for table in ("coffee_guest", "coffee_meeting", "coffee_seat"):
        op.drop_table(table)
