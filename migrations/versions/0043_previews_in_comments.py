"""Previews of links in comments

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("comment") as batch_op:
        batch_op.add_column(sa.Column("link_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(op.f("ix_comment_link_id"), ["link_id"])


def downgrade():
    with op.batch_alter_table("comment") as batch_op:
        batch_op.drop_index(op.f("ix_comment_link_id"))
        batch_op.drop_column("link_id")
