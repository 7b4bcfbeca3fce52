"""What is shown of the links in posts

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "link_preview",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("asked_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_preview")),
        sa.UniqueConstraint("key", name=op.f("uq_link_preview_key")),
    )
    op.create_index("ix_link_preview_asked", "link_preview", ["asked_at"])
    op.add_column("post", sa.Column("link_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_post_link_id"), "post", ["link_id"])


def downgrade():
    op.drop_index(op.f("ix_post_link_id"), table_name="post")
    op.drop_column("post", "link_id")
    op.drop_table("link_preview")
