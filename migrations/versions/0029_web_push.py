"""Web push

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DUE = sa.text("push_at IS NOT NULL")


def upgrade():
    op.create_table(
        "push_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.String(length=120), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_key")),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", BIG, nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("failing_since", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_push_subscription_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_push_subscription_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
        sa.UniqueConstraint("session_id", name=op.f("uq_push_subscription_session_id")),
    )
    op.create_index(op.f("ix_push_subscription_person_id"), "push_subscription", ["person_id"])
    op.add_column("notification", sa.Column("push_at", UTCDateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_notification_push", "notification", ["push_at"], sqlite_where=DUE, postgresql_where=DUE
    )
    wanted = sa.Column("push_text", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("notification_settings", wanted)
    op.add_column("notification_settings", sa.Column("push_removed", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    op.drop_column("notification_settings", "push_removed")
    op.drop_column("notification_settings", "push_text")
    op.drop_index("ix_notification_push", "notification")
    op.drop_column("notification", "push_at")
    op.drop_table("push_subscription")
    op.drop_table("push_key")
