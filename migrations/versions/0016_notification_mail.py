"""What somebody wants to hear, and when it is mailed

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TO_MAIL = sa.text("mail_at IS NOT NULL")


def upgrade():
    op.create_table(
        "notification_settings",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.String(8), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("quiet", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notification_settings_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_settings")),
    )
    op.add_column("notification", sa.Column("mail_at", UTCDateTime(timezone=True), nullable=True))
    op.add_column("notification", sa.Column("mailed_at", UTCDateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_notification_mail", "notification", ["mail_at"], postgresql_where=TO_MAIL, sqlite_where=TO_MAIL
    )


def downgrade():
    op.drop_index("ix_notification_mail", table_name="notification")
    op.drop_column("notification", "mailed_at")
    op.drop_column("notification", "mail_at")
    op.drop_table("notification_settings")
