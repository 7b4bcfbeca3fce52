"""Runs the migrations, on SQLite and on PostgreSQL.

On SQLite a table is changed by making it anew; with foreign keys on, dropping the old one would delete its
children by cascade. So they are off during the migration, and all are checked after it.
"""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
db = migrate.db


class ForeignKeysBroken(Exception):
    """A migration left rows that point at nothing; it is undone."""


def run() -> None:
    """Upgrade or downgrade the database of the application."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadatas[None],
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=False,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise ForeignKeysBroken(str(broken[:5]))
            connection.commit()
        finally:
            if sqlite:
                connection.rollback()
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run()
