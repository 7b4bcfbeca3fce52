"""Links into groups, and asking whether a silent group is still needed

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("group") as batch:
        batch.add_column(sa.Column("asked_at", UTCDateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("renewed_at", UTCDateTime(timezone=True), nullable=True))
    op.create_table(
        "group_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_group_link_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_group_link_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_link")),
        sa.UniqueConstraint("key", name=op.f("uq_group_link_key")),
    )
    op.create_index(op.f("ix_group_link_group_id"), "group_link", ["group_id"])
    op.create_index(op.f("ix_group_link_by_id"), "group_link", ["by_id"])


def downgrade():
    op.drop_table("group_link")
    with op.batch_alter_table("group") as batch:
        batch.drop_column("renewed_at")
        batch.drop_column("asked_at")
