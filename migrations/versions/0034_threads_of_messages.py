"""Threads under messages

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
THREADED = {
    "postgresql_where": sa.text("thread_id IS NOT NULL"),
    "sqlite_where": sa.text("thread_id IS NOT NULL"),
}


def upgrade():
    op.add_column("message", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("replies", sa.Integer(), server_default="0", nullable=False))
    op.add_column("message", sa.Column("replied_at", UTCDateTime(timezone=True), nullable=True))
    op.create_index("ix_message_thread", "message", ["thread_id", "seq"], **THREADED)


def downgrade():
    op.drop_index("ix_message_thread", table_name="message")
    op.drop_column("message", "replied_at")
    op.drop_column("message", "replies")
    op.drop_column("message", "thread_id")
