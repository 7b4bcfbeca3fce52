"""Jobs that have failed, for those who administer

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "job_failure",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", rse.core.model.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_job_failure")),
    )


def downgrade():
    op.drop_table("job_failure")
