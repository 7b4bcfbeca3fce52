"""Previews of links in messages

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

LINKED = sa.text("link_id IS NOT NULL")


def upgrade():
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("link_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_message_link", ["link_id"], postgresql_where=LINKED, sqlite_where=LINKED
        )


def downgrade():
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_index("ix_message_link", postgresql_where=LINKED, sqlite_where=LINKED)
        batch_op.drop_column("link_id")
