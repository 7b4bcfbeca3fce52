"""Identity providers that an administrator connects, their state, test reports, links for emergencies

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment(name, *, nullable=True):
    return sa.Column(name, rse.core.model.UTCDateTime(timezone=True), nullable=nullable)


def text(name, length, *, nullable=False):
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def upgrade():
    op.create_table(
        "identity_provider",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        text("slug", 60),
        text("kind", 4),
        text("name", 100),
        text("entity_id", 500),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        text("metadata_url", 2000),
        sa.Column("metadata", sa.Text(), nullable=False),
        moment("checked_at"),
        text("problem", 500),
        text("client_id", 200),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        text("grants_mode", 8),
        moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("slug", name=op.f("uq_identity_provider_slug")),
        sa.UniqueConstraint("entity_id", name=op.f("uq_identity_provider_entity_id")),
    )
    op.create_table(
        "identity_provider_state",
        text("entity_id", 500),
        moment("good_at"),
        sa.Column("clock_difference", sa.Integer(), nullable=True),
        moment("refused_at"),
        text("refused_code", 40),
        text("refused_detail", 300),
        text("refused_reference", 16),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_identity_provider_state")),
    )
    for name, last in (
        ("signin_report", sa.Column("content", sa.JSON(), nullable=False)),
        ("signin_link", moment("used_at")),
    ):
        op.create_table(
            name,
            text("token_hash", 64),
            sa.Column("person_id", sa.BigInteger(), nullable=False),
            moment("expires_at", nullable=False),
            last,
            sa.ForeignKeyConstraint(
                ["person_id"], ["person.id"], name=op.f(f"fk_{name}_person_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("token_hash", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_expires_at"), name, ["expires_at"])
    op.add_column("session", text("name_id_format", 120, nullable=True))
    purpose = sa.Column("purpose", sa.String(length=10), server_default="signin", nullable=False)
    op.add_column("signin_request", purpose)
    op.add_column("signin_request", sa.Column("tester_id", sa.BigInteger(), nullable=True))
    op.add_column("signin_request", sa.Column("data", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("signin_ticket") as batch:
        batch.alter_column("request_id", existing_type=sa.String(length=80), nullable=True)


def downgrade():
    op.execute("DELETE FROM signin_ticket")  # they live two minutes
    with op.batch_alter_table("signin_ticket") as batch:
        batch.alter_column("request_id", existing_type=sa.String(length=80), nullable=False)
    for column in ("data", "tester_id", "purpose"):
        op.drop_column("signin_request", column)
    op.drop_column("session", "name_id_format")
    for name in ("signin_link", "signin_report"):
        op.drop_index(op.f(f"ix_{name}_expires_at"), table_name=name)
        op.drop_table(name)
    op.drop_table("identity_provider_state")
    op.drop_table("identity_provider")
