"""Days on which people are away

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("profile", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("profile", sa.Column("away_until", sa.Date(), nullable=True))
    op.create_index("ix_profile_away_until", "profile", ["away_until"])


def downgrade():
    op.drop_index("ix_profile_away_until", table_name="profile")
    op.drop_column("profile", "away_until")
    op.drop_column("profile", "away_from")
