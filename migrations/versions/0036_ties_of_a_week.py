"""What each person did until the published day, and the ties of that day, computed once

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
COLUMNS = {
    "n_28": sa.Integer(),
    "replies_28": sa.Integer(),
    "weeks": sa.SmallInteger(),
    "rung": sa.SmallInteger(),
    "n_90": sa.Integer(),
}


def upgrade():
    op.execute("DELETE FROM indicator_population")  # made anew by the next publication
    with op.batch_alter_table("indicator_population") as batch_op:
        for name, kind in COLUMNS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "indicator_tie",
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("y", sa.BigInteger(), nullable=False),
        sa.Column("mutual", sa.Boolean(), nullable=False),
        sa.Column("cell_x", sa.BigInteger(), nullable=True),
        sa.Column("cell_y", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("x", "y", name=op.f("pk_indicator_tie")),
    )


def downgrade():
    op.drop_table("indicator_tie")
    with op.batch_alter_table("indicator_population") as batch_op:
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
