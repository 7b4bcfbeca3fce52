"""Pages of groups, with their versions, links and credits

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from rse.core.model import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("group") as batch:
        batch.add_column(sa.Column("pages_by", sa.String(10), server_default="members", nullable=False))
    op.create_table(
        "page",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(80), nullable=False),
        sa.Column("slug", sa.String(90), nullable=False),
        sa.Column("key", sa.String(90), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_page_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_page_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["person.id"], name=op.f("fk_page_edited_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_page_post_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("group_id", "slug", name=op.f("uq_page_group_id_slug")),
    )
    op.create_index("ix_page_group_key", "page", ["group_id", "key"])
    for column in ("created_by", "edited_by", "post_id"):
        op.create_index(op.f(f"ix_page_{column}"), "page", [column])
    op.create_table(
        "page_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_page_version_page_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_page_version_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_version")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_page_version_page_id_number")),
    )
    op.create_index(op.f("ix_page_version_author_id"), "page_version", ["author_id"])
    op.create_table(
        "page_link",
        sa.Column("page_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("key", sa.String(90), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_page_link_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", "key", name=op.f("pk_page_link")),
    )
    op.create_index("ix_page_link_key", "page_link", ["key"])
    op.create_table(
        "page_credit",
        sa.Column("page_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_page_credit_page_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_page_credit_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("page_id", "person_id", name=op.f("pk_page_credit")),
    )
    op.create_index(op.f("ix_page_credit_person_id"), "page_credit", ["person_id"])


def downgrade():
    for table in ("page_credit", "page_link", "page_version", "page"):
        op.drop_table(table)
    with op.batch_alter_table("group") as batch:
        batch.drop_column("pages_by")
