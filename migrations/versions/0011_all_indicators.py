"""Roll-ups for all indicators; what was counted before is counted again

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _forget():
    """Empty the roll-ups: the next run counts the days that are kept anew. Published weeks stay."""
    for table in ("act", "thread", "pair", "population", "dirty_day", "dirty_thread", "horizon"):
        op.execute(f"DELETE FROM indicator_{table}")


def upgrade():
    _forget()
    with op.batch_alter_table("indicator_act") as batch_op:
        batch_op.add_column(sa.Column("replies", sa.Integer(), nullable=False))
    with op.batch_alter_table("indicator_thread") as batch_op:
        batch_op.add_column(sa.Column("followed_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("decided", sa.Boolean(), nullable=False))
    with op.batch_alter_table("indicator_population") as batch_op:
        batch_op.add_column(sa.Column("leader", sa.Boolean(), nullable=False))
        batch_op.add_column(sa.Column("new_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("new_until", sa.Date(), nullable=True))
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "indicator_thread_tag",
        sa.Column("root_id", big, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("root_id", "tag", name=op.f("pk_indicator_thread_tag")),
    )
    op.create_table(
        "indicator_holder",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "tag", name=op.f("pk_indicator_holder")),
    )
    op.create_table(
        "indicator_opinion",
        sa.Column("answer_id", big, autoincrement=False, nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_indicator_opinion")),
    )


def downgrade():
    _forget()
    for table in ("opinion", "holder", "thread_tag"):
        op.drop_table(f"indicator_{table}")
    with op.batch_alter_table("indicator_population") as batch_op:
        batch_op.drop_column("new_until")
        batch_op.drop_column("new_from")
        batch_op.drop_column("leader")
    with op.batch_alter_table("indicator_thread") as batch_op:
        batch_op.drop_column("decided")
        batch_op.drop_column("followed_at")
    with op.batch_alter_table("indicator_act") as batch_op:
        batch_op.drop_column("replies")
