"""The engines that the conformance tests run on: Whoosh in a folder, PostgreSQL on a real server."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from rse.core.feature import Document
from rse.search.engine import Batch, SearchBackend
from rse.search.postgres import Postgres
from rse.search.whoosh import Whoosh

EACH = ["whoosh", pytest.param("postgres", marks=pytest.mark.postgres)]


class Engines:
    """Makes engines of one kind; those of one name share an index, as several processes would."""

    def __init__(self, kind: str, folder: Path, server: str) -> None:
        self.kind, self.folder, self.server = kind, folder, server
        self.databases: dict[str, Engine] = {}

    def open(self, name: str = "one") -> SearchBackend:
        """Open the index of a name, whatever is in it."""
        if self.kind == "whoosh":
            return Whoosh(self.folder / name)
        if name not in self.databases:
            fresh = f"s_{uuid4().hex[:12]}"
            admin = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {fresh}"))
            self.databases[name] = create_engine(self.server.replace("/postgres", f"/{fresh}"), pool_size=2)
        return Postgres(self.databases[name], self.databases[name].connect)

    def address(self, name: str) -> str:
        """Give where the index of a name is, for another process."""
        if self.kind == "whoosh":
            return str(self.folder / name)
        self.open(name)
        return self.databases[name].url.render_as_string()

    def make(self, documents: Iterable[Document], name: str = "one") -> SearchBackend:
        """Give an engine that holds these documents and nothing else."""
        engine = self.open(name)
        engine.reindex(documents, lambda keys: Batch())
        return engine

    def age(self, name: str = "one") -> None:
        """Let the index of a name be of another version."""
        if self.kind == "whoosh":
            (next((self.folder / name).glob("index-*")) / "version").write_text("0.0")
        else:
            with self.databases[name].begin() as connection:
                connection.execute(text("UPDATE search.state SET version = '0.0'"))

    def close(self) -> None:
        for database in self.databases.values():
            database.dispose()


@pytest.fixture(scope="module", params=EACH)
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Each kind of engine."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgres" else ""
    made = Engines(request.param, tmp_path_factory.mktemp("engines"), server)
    yield made
    made.close()
