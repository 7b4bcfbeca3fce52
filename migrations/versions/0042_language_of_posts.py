"""The language of posts

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("post") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(2), server_default="", nullable=False))


def downgrade():
    with op.batch_alter_table("post") as batch_op:
        batch_op.drop_column("language")
