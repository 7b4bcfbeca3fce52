"""Topics in the discussions of groups

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TOPICAL = {
    "postgresql_where": sa.text("topic_id IS NOT NULL"),
    "sqlite_where": sa.text("topic_id IS NOT NULL"),
}


def upgrade():
    op.create_table(
        "chat_topic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("folded", sa.String(240), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("active_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_chat_topic_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_chat_topic_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_topic")),
        sa.UniqueConstraint("conversation_id", "folded", name=op.f("uq_chat_topic_conversation_id_folded")),
    )
    op.add_column("message", sa.Column("topic_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_message_topic", "message", ["topic_id", "seq"], **TOPICAL)


def downgrade():
    op.drop_index("ix_message_topic", table_name="message")
    op.drop_column("message", "topic_id")
    op.drop_table("chat_topic")
