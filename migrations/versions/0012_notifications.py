"""Notifications, their counts, and muted threads

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = UTCDateTime(timezone=True)
UNREAD = sa.text("read_at IS NULL")


def person(table, name="person_id", **more):
    return sa.ForeignKeyConstraint(
        [name], ["person.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE", **more
    )


def upgrade():
    op.create_table(
        "inbox",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("newest_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        person("inbox"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_changed_at"), "inbox", ["changed_at"])
    op.create_table(
        "muted_thread",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("thread", sa.String(40), nullable=False),
        sa.Column("at", TIME, nullable=False),
        person("muted_thread"),
        sa.PrimaryKeyConstraint("person_id", "thread", name=op.f("pk_muted_thread")),
    )
    op.create_table(
        "notification",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("thread", sa.String(40), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        person("notification"),
        person("notification", "by_id"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_notification_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_notification_person_id_key")),
    )
    op.create_index("ix_notification_person", "notification", ["person_id", "id"])
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["person_id", "id"],
        postgresql_where=UNREAD,
        sqlite_where=UNREAD,
    )
    op.create_index("ix_notification_thread", "notification", ["thread", "person_id"])
    op.create_index(op.f("ix_notification_by_id"), "notification", ["by_id"])
    op.create_index(op.f("ix_notification_group_id"), "notification", ["group_id"])


def downgrade():
    op.drop_table("notification")
    op.drop_table("muted_thread")
    op.drop_table("inbox")
