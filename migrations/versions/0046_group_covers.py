"""Cover pictures of groups

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("group", sa.Column("cover", sa.String(40), nullable=True))
    op.add_column("group", sa.Column("cover_small", sa.String(40), nullable=True))


def downgrade():
    op.drop_column("group", "cover_small")
    op.drop_column("group", "cover")
