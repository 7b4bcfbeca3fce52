"""The charter: its versions, who accepted which, and the last one on the person's own row

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def moment(name):
    return sa.Column(name, rse.core.model.UTCDateTime(timezone=True), nullable=False)


def upgrade():
    op.add_column(
        "person", sa.Column("charter_version", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "charter_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body_fr", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("note_fr", sa.String(length=500), nullable=False),
        sa.Column("note_en", sa.String(length=500), nullable=False),
        moment("published_at"),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by"], ["person.id"], name=op.f("fk_charter_version_published_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_charter_version")),
    )
    op.create_table(
        "charter_acceptance",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        moment("at"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_charter_acceptance_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version"],
            ["charter_version.version"],
            name=op.f("fk_charter_acceptance_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_charter_acceptance")),
    )
    op.create_index("ix_charter_acceptance_at", "charter_acceptance", ["at", "person_id", "version"])


def downgrade():
    op.drop_table("charter_acceptance")
    op.drop_table("charter_version")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("charter_version")
