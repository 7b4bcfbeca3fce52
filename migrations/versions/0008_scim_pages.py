"""Small indexes for the pages of SCIM and their totals

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LISTED = {"postgresql_where": sa.text("listed"), "sqlite_where": sa.text("listed = 1")}


def upgrade():
    op.drop_index("ix_scim_user_page", table_name="scim_user")
    op.create_index("ix_scim_user_page", "scim_user", ["person_id", "provider"], unique=False, **LISTED)
    op.create_index("ix_scim_user_count", "scim_user", ["provider"], unique=False, **LISTED)


def downgrade():
    op.drop_index("ix_scim_user_count", table_name="scim_user")
    op.drop_index("ix_scim_user_page", table_name="scim_user")
    op.create_index(
        "ix_scim_user_page", "scim_user", ["person_id", "provider", "listed", "version"], unique=False
    )
