"""Kinds of groups: colour, rules, welcome, templates of posts

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("group") as batch:
        batch.add_column(sa.Column("kind", sa.String(12), server_default="", nullable=False))
        batch.add_column(sa.Column("shade", sa.Integer(), nullable=True))
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("greeted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "group_manners",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("welcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_group_manners_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_group_manners")),
    )
    op.create_table(
        "post_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(14), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_post_template_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_template")),
    )
    op.create_index(op.f("ix_post_template_group_id"), "post_template", ["group_id"])


def downgrade():
    op.drop_table("post_template")
    op.drop_table("group_manners")
    with op.batch_alter_table("membership") as batch:
        batch.drop_column("greeted")
    with op.batch_alter_table("group") as batch:
        batch.drop_column("shade")
        batch.drop_column("kind")
