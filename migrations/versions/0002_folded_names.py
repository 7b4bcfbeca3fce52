"""Names of groups and conversations without accents and in lower case, to be found by

Revision ID: 0002
Revises: 0001
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMES = {"group": "name", "conversation": "title"}


def fold(text):
    """Write it as accounts.names.fold does at this revision."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold().strip()[:240]


def upgrade():
    for table, column in NAMES.items():
        op.add_column(table, sa.Column("folded", sa.String(length=240), server_default="", nullable=False))
        known = sa.table(table, sa.column("id"), sa.column(column), sa.column("folded"))
        rows = op.get_bind().execute(sa.select(known.c.id, known.c[column])).all()
        values = [{"row": number, "text": fold(name)} for number, name in rows if name]
        if values:
            change = sa.update(known).where(known.c.id == sa.bindparam("row"))
            op.get_bind().execute(change.values(folded=sa.bindparam("text")), values)


def downgrade():
    for table in NAMES:
        op.drop_column(table, "folded")
