"""Messages pinned, kept and reacted to; drafts of messages; presence that is not shown

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
PINNED = {
    "postgresql_where": sa.text("pinned_at IS NOT NULL"),
    "sqlite_where": sa.text("pinned_at IS NOT NULL"),
}


def upgrade():
    op.add_column("message", sa.Column("pinned_at", UTCDateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("pinned_by", sa.BigInteger(), nullable=True))
    op.create_index("ix_message_pinned", "message", ["conversation_id", "pinned_at"], **PINNED)
    op.create_table(
        "message_reaction",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_reaction_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_reaction_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "person_id", "name", name=op.f("pk_message_reaction")),
    )
    op.create_index(op.f("ix_message_reaction_person_id"), "message_reaction", ["person_id"])
    op.create_table(
        "saved_message",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_saved_message_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_message_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "person_id", name=op.f("pk_saved_message")),
    )
    op.create_index("ix_saved_message_person", "saved_message", ["person_id", "at", "message_id"])
    op.create_table(
        "message_draft",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_draft_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_draft_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_message_draft")),
    )
    op.create_index(op.f("ix_message_draft_conversation_id"), "message_draft", ["conversation_id"])
    op.create_table(
        "hidden_presence",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hidden_presence_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_hidden_presence")),
    )


def downgrade():
    op.drop_table("hidden_presence")
    op.drop_table("message_draft")
    op.drop_table("saved_message")
    op.drop_table("message_reaction")
    op.drop_index("ix_message_pinned", table_name="message")
    op.drop_column("message", "pinned_by")
    op.drop_column("message", "pinned_at")
