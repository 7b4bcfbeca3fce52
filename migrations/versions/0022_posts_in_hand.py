"""Questions, and posts in hand: asked by name, pinned, closed, shared, kept as drafts, silenced

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()


def _tie(table, column, target, ondelete="CASCADE"):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _moment(name, nullable=False):
    return sa.Column(name, UTCDateTime(timezone=True), nullable=nullable)


def _questions():
    op.create_table(
        "question_asked",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        _moment("at"),
        _tie("question_asked", "post_id", "post.id"),
        _tie("question_asked", "person_id", "person.id"),
        _tie("question_asked", "by_id", "person.id"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_question_asked")),
    )
    op.create_index("ix_question_asked_person", "question_asked", ["person_id", "at"])
    op.create_index(op.f("ix_question_asked_by_id"), "question_asked", ["by_id"])
    op.create_table(
        "question_also",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        _moment("at"),
        _tie("question_also", "post_id", "post.id"),
        _tie("question_also", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_question_also")),
    )
    op.create_index(op.f("ix_question_also_person_id"), "question_also", ["person_id"])
    op.create_table(
        "question_unavailable",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        _moment("since"),
        _tie("question_unavailable", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_question_unavailable")),
    )


def _posts():
    op.create_table(
        "closing",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        _moment("at"),
        _tie("closing", "post_id", "post.id"),
        _tie("closing", "person_id", "person.id", "SET NULL"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_closing")),
    )
    op.create_index(op.f("ix_closing_person_id"), "closing", ["person_id"])
    op.create_table(
        "pin",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("group_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        _moment("at"),
        _tie("pin", "post_id", "post.id"),
        _tie("pin", "group_id", "group.id"),
        _tie("pin", "person_id", "person.id", "SET NULL"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_pin")),
    )
    op.create_index("ix_pin_group", "pin", ["group_id", "at"])
    op.create_index(op.f("ix_pin_person_id"), "pin", ["person_id"])
    op.create_table(
        "share",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("original_id", BIG, nullable=False),
        _tie("share", "post_id", "post.id"),
        _tie("share", "original_id", "post.id"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_original_id"), "share", ["original_id"])
    op.create_table(
        "draft",
        sa.Column("id", BIG.with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("slot", sa.String(length=120), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        _moment("updated_at"),
        _moment("publish_at", nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        _tie("draft", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("slot", name=op.f("uq_draft_slot")),
    )
    op.create_index("ix_draft_person", "draft", ["person_id", "updated_at"])
    op.create_index(op.f("ix_draft_publish_at"), "draft", ["publish_at"])


def upgrade():
    _questions()
    _posts()
    op.add_column("inbox", sa.Column("silenced", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    op.drop_column("inbox", "silenced")
    for table in ("draft", "share", "pin", "closing", "question_unavailable", "question_also", "question_asked"):
        op.drop_table(table)
