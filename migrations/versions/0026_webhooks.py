"""Webhooks, what each was told, and hooks into groups

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()


def _id():
    return sa.Column("id", BIG.with_variant(sa.Integer(), "sqlite"), nullable=False)


def _tie(table, column, target, ondelete="CASCADE"):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _moment(name, nullable=False):
    return sa.Column(name, UTCDateTime(timezone=True), nullable=nullable)


def _webhooks():
    op.create_table(
        "webhook",
        _id(),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        _moment("created_at"),
        _tie("webhook", "created_by", "person.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_created_by"), "webhook", ["created_by"])
    op.create_table(
        "webhook_group",
        sa.Column("webhook_id", BIG, nullable=False),
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        _tie("webhook_group", "webhook_id", "webhook.id"),
        _tie("webhook_group", "group_id", "group.id"),
        sa.PrimaryKeyConstraint("webhook_id", "group_id", name=op.f("pk_webhook_group")),
    )
    op.create_index(op.f("ix_webhook_group_group_id"), "webhook_group", ["group_id"])


def _deliveries():
    op.create_table(
        "webhook_delivery",
        _id(),
        sa.Column("webhook_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("group_id", BIG, nullable=True),
        sa.Column("object_id", BIG, nullable=False),
        _moment("at"),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("next_at", nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=12), nullable=False),
        _tie("webhook_delivery", "webhook_id", "webhook.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "key", name=op.f("uq_webhook_delivery_webhook_id_key")),
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["next_at"])
    op.create_index("ix_webhook_delivery_log", "webhook_delivery", ["webhook_id", "id"])
    op.create_index(op.f("ix_webhook_delivery_at"), "webhook_delivery", ["at"])


def _hooks():
    op.create_table(
        "incoming_hook",
        _id(),
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        _tie("incoming_hook", "group_id", "group.id"),
        _tie("incoming_hook", "person_id", "person.id"),
        _tie("incoming_hook", "created_by", "person.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_hook")),
        sa.UniqueConstraint("person_id", name=op.f("uq_incoming_hook_person_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_incoming_hook_secret_hash")),
    )
    for column in ("group_id", "created_by"):
        op.create_index(op.f(f"ix_incoming_hook_{column}"), "incoming_hook", [column])


def upgrade():
    _webhooks()
    _deliveries()
    _hooks()


def downgrade():
    for table in ("incoming_hook", "webhook_delivery", "webhook_group", "webhook"):
        op.drop_table(table)
