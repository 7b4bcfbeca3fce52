"""Company settings, guests' stays, deputies, reads by two; the audit log is append-only in the database too

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is append-only"


def moment(name, nullable=False):
    return sa.Column(name, rse.core.model.UTCDateTime(timezone=True), nullable=nullable)


def person(table, name, ondelete="CASCADE"):
    return sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}"), ondelete=ondelete)


def counted():
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def upgrade():
    op.create_table(
        "company_setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        moment("changed_at"),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_company_setting")),
    )
    op.create_table(
        "guest_stay",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sponsor_id", sa.BigInteger(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        person("guest_stay", "person_id"),
        person("guest_stay", "sponsor_id", "SET NULL"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_guest_stay")),
    )
    op.create_index(op.f("ix_guest_stay_ends_on"), "guest_stay", ["ends_on"])
    op.create_table(
        "deputy",
        counted(),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        moment("created_at"),
        person("deputy", "manager_id"),
        person("deputy", "deputy_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_manager_id"), "deputy", ["manager_id"])
    op.create_index(op.f("ix_deputy_deputy_id"), "deputy", ["deputy_id"])
    grants()
    guard_audit()


def grants():
    op.create_table(
        "grant_request",
        counted(),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=240), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        moment("asked_at"),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        moment("decided_at", nullable=True),
        moment("until", nullable=True),
        person("grant_request", "reader_id"),
        person("grant_request", "approver_id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_request")),
    )
    op.create_index("ix_grant_request_reader", "grant_request", ["reader_id", "state", "until"])
    op.create_table(
        "grant_subject",
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        moment("seen_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grant_request.id"], name=op.f("fk_grant_subject_grant_id"), ondelete="CASCADE"
        ),
        person("grant_subject", "person_id"),
        sa.PrimaryKeyConstraint("grant_id", "person_id", name=op.f("pk_grant_subject")),
    )
    op.create_index(op.f("ix_grant_subject_person_id"), "grant_subject", ["person_id"])


def guard_audit():
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
    )


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_update")
        op.execute("DROP TRIGGER audit_no_delete")
    else:
        op.execute("DROP TRIGGER audit_no_change ON audit")
        op.execute("DROP FUNCTION audit_append_only()")
    for table in ("grant_subject", "grant_request", "deputy", "guest_stay", "company_setting"):
        op.drop_table(table)
