"""Ideas

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger()


def _key(table, column, target, **more):
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade():
    op.create_table(
        "idea_campaign",
        sa.Column("id", BIG.with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sponsor_id", BIG, nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _key("idea_campaign", "sponsor_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_campaign")),
    )
    op.create_index(op.f("ix_idea_campaign_sponsor_id"), "idea_campaign", ["sponsor_id"], unique=False)
    op.create_index(op.f("ix_idea_campaign_ends_on"), "idea_campaign", ["ends_on"], unique=False)
    op.create_table(
        "idea",
        sa.Column("post_id", BIG, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("owner_id", BIG, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("campaign_id", BIG, nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        _key("idea", "post_id", "post.id", ondelete="CASCADE"),
        _key("idea", "owner_id", "person.id", ondelete="SET NULL"),
        _key("idea", "campaign_id", "idea_campaign.id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_idea")),
    )
    op.create_index("ix_idea_board", "idea", ["status", "votes", "post_id"], unique=False)
    op.create_index(op.f("ix_idea_owner_id"), "idea", ["owner_id"], unique=False)
    op.create_index(op.f("ix_idea_campaign_id"), "idea", ["campaign_id"], unique=False)
    op.create_table(
        "idea_vote",
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        _key("idea_vote", "post_id", "post.id", ondelete="CASCADE"),
        _key("idea_vote", "person_id", "person.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_idea_vote")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_idea_vote_person_id"), "idea_vote", ["person_id"], unique=False)
    op.create_table(
        "idea_step",
        sa.Column("id", BIG.with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post_id", BIG, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        _key("idea_step", "post_id", "post.id", ondelete="CASCADE"),
        _key("idea_step", "by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_step")),
    )
    op.create_index("ix_idea_step_post", "idea_step", ["post_id", "id"], unique=False)
    op.create_index(op.f("ix_idea_step_by_id"), "idea_step", ["by_id"], unique=False)
    op.create_index(op.f("ix_idea_step_at"), "idea_step", ["at"], unique=False)


def downgrade():
    for table in ("idea_step", "idea_vote", "idea", "idea_campaign"):
        op.drop_table(table)
