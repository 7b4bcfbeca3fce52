"""Answers by mail

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "mail_reply",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_reply_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mail_reply")),
    )
    op.create_index(op.f("ix_mail_reply_at"), "mail_reply", ["at"])
    op.create_index(op.f("ix_mail_reply_person_id"), "mail_reply", ["person_id"])


def downgrade():
    op.drop_table("mail_reply")
