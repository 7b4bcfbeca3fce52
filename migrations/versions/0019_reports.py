"""Reports of content, with who reported it

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def moment(name, nullable=True):
    return sa.Column(name, UTCDateTime(timezone=True), nullable=nullable)


def person(table, name, ondelete):
    return sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}"), ondelete=ondelete)


def upgrade():
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_type", sa.String(length=8), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("open_key", sa.String(length=40), nullable=True),
        sa.Column("audience", sa.String(length=80), nullable=False),
        sa.Column("copy", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        moment("opened_at", nullable=False),
        sa.Column("decision", sa.String(length=6), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        moment("decided_at"),
        sa.Column("appeal", sa.Text(), nullable=False),
        moment("appealed_at"),
        sa.Column("appeal_decision", sa.String(length=6), nullable=False),
        sa.Column("appeal_statement", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.BigInteger(), nullable=True),
        moment("judged_at"),
        person("report", "author_id", "CASCADE"),
        person("report", "decided_by", "SET NULL"),
        person("report", "judged_by", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("open_key", name=op.f("uq_report_open_key")),
    )
    op.create_index("ix_report_queue", "report", ["state", "opened_at", "id"])
    op.create_index(op.f("ix_report_author_id"), "report", ["author_id"])
    op.create_table(
        "report_voice",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        moment("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_voice_report_id"), ondelete="CASCADE"
        ),
        person("report_voice", "person_id", "CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "person_id", name=op.f("pk_report_voice")),
    )
    op.create_index(op.f("ix_report_voice_person_id"), "report_voice", ["person_id"])


def downgrade():
    op.drop_table("report_voice")
    op.drop_table("report")
