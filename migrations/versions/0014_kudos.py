"""Thanks

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kudos",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("skill_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_kudos_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_kudos_skill_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_kudos")),
    )
    op.create_index(op.f("ix_kudos_skill_id"), "kudos", ["skill_id"], unique=False)
    op.create_table(
        "kudos_recipient",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_kudos_recipient_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kudos_recipient_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "person_id", name=op.f("pk_kudos_recipient")),
    )
    op.create_index(op.f("ix_kudos_recipient_person_id"), "kudos_recipient", ["person_id"], unique=False)


def downgrade():
    op.drop_table("kudos_recipient")
    op.drop_table("kudos")
