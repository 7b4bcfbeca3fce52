"""The words in files, for the search

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "file_text",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_file_text")),
    )


def downgrade():
    op.drop_table("file_text")
