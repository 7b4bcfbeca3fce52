"""Indexes for the pages of large companies: SCIM's hold all that it asks; people by state; the audit log in its order

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LISTED = {"postgresql_where": sa.text("listed"), "sqlite_where": sa.text("listed = 1")}
BEFORE = (
    "display_name", "given_name", "family_name", "email", "department", "employee_number", "manager",
    "created_at", "modified_at",
)  # fmt: skip
FRESH = ("user_name", "formatted", "title")
HOLDING = {"postgresql_where": sa.text("roles <> ''"), "sqlite_where": sa.text("roles <> ''")}


def _small(page, count):
    op.drop_index("ix_scim_user_page", table_name="scim_user")
    op.drop_index("ix_scim_user_count", table_name="scim_user")
    op.create_index("ix_scim_user_page", "scim_user", page, unique=False, **LISTED)
    op.create_index("ix_scim_user_count", "scim_user", count, unique=False, **LISTED)


def upgrade():
    _small(["person_id", "provider", "active"], ["provider", "active"])
    for name in BEFORE:
        op.drop_index(f"ix_scim_user_{name}", table_name="scim_user")
    for name in (*BEFORE, *FRESH):
        columns = [name, "person_id", "provider", "listed"]
        op.create_index(f"ix_scim_user_{name}", "scim_user", columns, unique=False)
    op.create_index("ix_person_state", "person", ["status", "kind", "signed_in_at"], unique=False)
    op.create_index("ix_person_roles", "person", ["roles"], unique=False, **HOLDING)
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_action", table_name="audit")
    op.create_index("ix_audit_at", "audit", ["at", "id"], unique=False)
    for name in ("actor_id", "action", "target"):
        op.create_index(f"ix_audit_{name}", "audit", [name, "at", "id"], unique=False)


def downgrade():
    for name in ("at", "actor_id", "action", "target"):
        op.drop_index(f"ix_audit_{name}", table_name="audit")
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_action", "audit", ["action"], unique=False)
    op.drop_index("ix_person_roles", table_name="person")
    op.drop_index("ix_person_state", table_name="person")
    for name in (*BEFORE, *FRESH):
        op.drop_index(f"ix_scim_user_{name}", table_name="scim_user")
    for name in BEFORE:
        op.create_index(f"ix_scim_user_{name}", "scim_user", [name], unique=False)
    _small(["person_id", "provider"], ["provider"])
