"""An empty PostgreSQL database for each test: emptied again after it, which takes a tenth of making one."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

T = TypeVar("T")

# Tables, columns, indexes, rights, settings, revision: whatever a test may have changed beside rows.
SHAPE = text(
    "SELECT md5(concat((SELECT string_agg(concat_ws('|', c.oid::regclass, c.relkind, c.relacl, a.attname,"
    " a.atttypid, a.attnotnull), ',' ORDER BY c.relname, a.attnum) FROM pg_class c"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace),"
    " (SELECT string_agg(concat_ws('|', setconfig), ',') FROM pg_db_role_setting),"
    " (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_trigger),"
    " (SELECT string_agg(version_num, ',') FROM alembic_version)))"
)
TABLES = text(
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND relname <> 'alembic_version'"
)
USED = text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL AND schemaname = 'public'")
OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Databases:
    """The databases of a server that have every table and no row."""

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.shape = ""
        self.empty: list[str] = []

    def url(self, name: str) -> str:
        return self.server.replace("/postgres", f"/{name}")

    def take(self) -> str:
        """Give the name of an empty one."""
        if self.empty:
            return self.empty.pop()
        name = f"t_{uuid4().hex[:12]}"
        with self.admin.connect() as connection:
            # Copying files costs half of writing each page through the log, the way since PostgreSQL 15.
            by_file = "STRATEGY file_copy" if connection.dialect.server_version_info >= (15,) else ""
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {self.template} {by_file}"))
        if not self.shape:
            self.shape = self._in(name, lambda connection: str(connection.scalar(SHAPE))) or ""
        return name

    def give_back(self, name: str) -> None:
        """Empty one for the next test, or drop it when more than its rows is changed.

        It gets another name: who comes late from this test finds nothing any more, as if it had been dropped.
        """
        if self._in(name, self._emptied):
            fresh = f"t_{uuid4().hex[:12]}"
            with suppress(OperationalError), self.admin.connect() as connection:
                connection.execute(text(f"ALTER DATABASE {name} RENAME TO {fresh}"))
                self.empty.append(fresh)
                return
        with self.admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _emptied(self, connection: Connection) -> bool:
        connection.execute(OTHERS)
        if connection.scalar(SHAPE) != self.shape:
            return False
        tables = connection.scalars(TABLES).all()
        held = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
        full = connection.scalars(text(held)).all()
        connection.execute(text("SET session_replication_role = replica"))  # no foreign key is looked at
        for name in full:
            connection.execute(text(f'DELETE FROM "{name}"'))
        for name in connection.scalars(USED).all():
            connection.execute(text(f'ALTER SEQUENCE "{name}" RESTART'))
        if full:  # the next rows come in the order of their making again
            connection.execute(text("VACUUM " + ", ".join(f'"{name}"' for name in full)))
        return True

    def _in(self, name: str, work: Callable[[Connection], T]) -> T | None:
        engine = create_engine(self.url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        try:
            with engine.connect() as connection:
                return work(connection)
        except (OperationalError, ProgrammingError):  # a test has taken it away, or its tables
            return None
