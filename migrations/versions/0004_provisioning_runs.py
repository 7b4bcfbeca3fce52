"""The names that directories have for people, and the runs of the importers

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "external_id",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("dn", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_external_id_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_external_id")),
    )
    op.create_index(op.f("ix_external_id_person_id"), "external_id", ["person_id"], unique=False)
    op.create_table(
        "provisioning_run",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("running", sa.String(length=40), nullable=True),
        sa.Column("started_at", rse.core.model.UTCDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", rse.core.model.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", rse.core.model.UTCDateTime(timezone=True), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_provisioning_run_actor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provisioning_run")),
        sa.UniqueConstraint("running", name=op.f("uq_provisioning_run_running")),
    )
    op.create_index("ix_provisioning_run_source", "provisioning_run", ["source", "started_at"], unique=False)
    op.create_index(
        op.f("ix_provisioning_run_started_at"), "provisioning_run", ["started_at"], unique=False
    )


def downgrade():
    op.drop_table("provisioning_run")
    op.drop_table("external_id")
