"""Who made a department, and when it ended

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

department = sa.table("department", sa.column("id"), sa.column("parent_id"), sa.column("source"))
profile = sa.table("profile", sa.column("department_id"), sa.column("source"))


def upgrade():
    with op.batch_alter_table("department") as batch:
        batch.add_column(sa.Column("source", sa.String(length=20), server_default="hand", nullable=False))
        batch.add_column(sa.Column("ended_on", sa.Date(), nullable=True))
    fill(op.get_bind())


def fill(connection):
    """Say who made the departments that are there: none was made by hand before this revision."""
    connection.execute(department.update().values(source="directory"))
    parents = dict(connection.execute(sa.select(department.c.id, department.c.parent_id)).all())
    named = sa.select(profile.c.department_id, profile.c.source).distinct()
    named = named.where(profile.c.department_id.is_not(None), profile.c.source != "")
    for department_id, source in connection.execute(named).all():
        while department_id is not None:
            row = department.c.id == department_id
            connection.execute(department.update().where(row).values(source=source[:20]))
            department_id = parents.get(department_id)


def downgrade():
    with op.batch_alter_table("department") as batch:
        batch.drop_column("ended_on")
        batch.drop_column("source")
