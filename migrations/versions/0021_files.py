"""Files that hang on posts, comments and messages

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

HOLDERS = ("post", "comment", "message")


def upgrade():
    op.create_table(
        "file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("uploader_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("family", sa.String(length=8), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt", sa.String(length=1000), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["group.id"], name=op.f("fk_file_group_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["uploader_id"], ["person.id"], name=op.f("fk_file_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_object", "file", ["kind", "object_id", "position"])
    op.create_index("ix_file_group", "file", ["group_id", "at", "id"])
    op.create_index("ix_file_at", "file", ["at"])
    op.create_index(op.f("ix_file_uploader_id"), "file", ["uploader_id"])
    op.create_index(op.f("ix_file_digest"), "file", ["digest"])
    for table in HOLDERS:
        op.add_column(table, sa.Column("files", sa.Integer(), server_default="0", nullable=False))


def downgrade():
    for table in HOLDERS:
        op.drop_column(table, "files")
    op.drop_table("file")
