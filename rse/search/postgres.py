"""Search with PostgreSQL: a table beside the application's own, with a tsvector written by our analysis.

Everything lies in the schema `search`: `document` is the live index, beside which `building` is made anew;
`state` holds the version of schema and analysis; `late` the keys that were applied during a rebuild. Advisory
locks admit one writer and one rebuild at a time. A question runs on the connection of who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from rse.core.feature import Document
from rse.search import analysis, postgres_asking, postgres_words
from rse.search.engine import Batch, Found, Results, SearchQuery, Suggestion, Unusable, stamp
from rse.search.postgres_question import TOGETHER
from rse.search.postgres_text import Vector, vector_of

log = structlog.get_logger()
T = TypeVar("T")
VERSION = f"postgresql 4.{analysis.VERSION}"  # of tables and analysis
WRITING, REBUILDING = 7_236_001, 7_236_002  # advisory locks
CHUNK = 5_000  # documents of one transaction while building
PATIENCE = "4s"  # for one question
BUILDING = "256MB"  # for making the index of words
MEMORY = "64MB"  # for one question: rows of two frequent words fit, and are not looked at again by the page
COLUMNS = (
    "key, kind, audience, author_id, group_id, at, post_kind, tags, department, site, root, accepted,"
    " marks, version, shortness, words"
)
PREPARE = (
    "CREATE SCHEMA IF NOT EXISTS search",
    "CREATE TABLE IF NOT EXISTS search.state (id int PRIMARY KEY, version text NOT NULL, building bool)",
    "CREATE TABLE IF NOT EXISTS search.late (key text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS search.word (word text PRIMARY KEY)",
    "INSERT INTO search.state VALUES (1, '', false) ON CONFLICT DO NOTHING",
)
TABLE = """CREATE TABLE search.building (
    key text NOT NULL, kind text NOT NULL, audience text NOT NULL, author_id bigint, group_id bigint,
    at bigint NOT NULL, post_kind text NOT NULL, tags text[] NOT NULL, department text NOT NULL,
    site text NOT NULL, root text NOT NULL, accepted bool NOT NULL, marks text[] NOT NULL,
    version bigint NOT NULL,
    shortness real NOT NULL, words tsvector NOT NULL)
    WITH (toast_tuple_target = 8160)"""  # words stand in the row: who ranks reads them, several times each
NAMED = "kind IN ('person', 'group')"  # what is completed while one types
INDEXES = {  # name: what it is over; made when the rows are there
    "document_names": f"INDEX {{}} ON search.building USING gin (words) WHERE {NAMED}",
    "document_key": "UNIQUE INDEX {} ON search.building (key)",
    "document_words": "INDEX {} ON search.building USING gin (words)",
    "document_at": "INDEX {} ON search.building (at DESC)",
    "document_author": "INDEX {} ON search.building (author_id)",
    "document_group": "INDEX {} ON search.building (group_id)",
}


class Postgres:
    """The engine of companies on PostgreSQL: any number of readers, one writer at a time, across machines."""

    def __init__(self, engine: Engine, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Take what writes, and what gives a connection to ask on."""
        self.engine = engine
        self.reading = reading

    # Questions

    @contextmanager
    def together(self) -> Iterator[None]:
        """Be patient once for several questions, and count how rare a word is once."""
        with self.reading() as connection, _patient(connection):
            shared = connection.info
            shared[TOGETHER] = {}
            try:
                yield
            finally:
                del shared[TOGETHER]

    def search(self, query: SearchQuery) -> Results:
        """Answer a question within its audience; an index that cannot be read answers nothing."""
        if not query.audience:
            return Results()
        return self._ask(lambda c: postgres_asking.search(c, query, VERSION), Results())

    def suggest(self, prefix: str, audience: frozenset[str], limit: int = 8) -> Sequence[Suggestion]:
        """Complete what is being typed, from what the audience may read only."""
        nothing: Sequence[Suggestion] = ()
        if not audience:
            return nothing
        return self._ask(lambda c: postgres_words.suggest(c, prefix, audience, limit, VERSION), nothing)

    def evidence(self, terms: str, audience: frozenset[str], k: int = 200) -> Sequence[Found]:
        """Give the k best posts, comments and group messages about some terms."""
        nothing: Sequence[Found] = ()
        if not audience:
            return nothing
        return self._ask(lambda c: postgres_asking.evidence(c, terms, audience, k, VERSION), nothing)

    def spellings(
        self, words: Sequence[str], audience: frozenset[str]
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Give the words near these that stand in what the audience may read."""
        nothing: Mapping[str, Sequence[tuple[str, int]]] = {}
        if not audience:
            return nothing
        return self._ask(lambda c: postgres_words.spellings(c, words, audience, VERSION), nothing)

    def health(self) -> str | None:
        """Say what is wrong with the index, or None."""
        try:
            with self.engine.connect() as connection:
                _usable(connection)
        except Unusable as error:
            return str(error)
        return None

    def stamps(self, kind: str) -> Mapping[int, int]:
        """Give the stamp of every document of a kind, by id. Raises Unusable."""
        with self.engine.connect().execution_options(stream_results=True) as connection:
            _usable(connection)
            asked = text("SELECT key, version, audience FROM search.document WHERE kind = :kind")
            rows = connection.execute(asked, {"kind": kind})
            return {int(key.rpartition(":")[2]): stamp(version, audience) for key, version, audience in rows}

    def _ask(self, work: Callable[[Connection], T], nothing: T) -> T:
        """Ask with patience; what takes longer, or meets no index, finds nothing."""
        try:
            with self.reading() as connection, _patient(connection):
                return work(connection)
        except DBAPIError as error:
            log.warning("search question failed", reason=type(error.orig).__name__)
            return nothing

    # Writing

    def apply(self, batch: Batch) -> None:
        """Put and drop documents in one commit. Raises Unusable when there is no index to write to."""
        self.update(lambda: batch)

    def update(self, read: Callable[[], Batch]) -> None:
        """Read what to put and drop while holding the writer's lock, and commit it. Raises as `apply`."""
        with self.engine.begin() as connection:
            _lock(connection, WRITING)
            building = _usable(connection)
            self._write(connection, read(), late=building)

    def _write(self, connection: Connection, batch: Batch, *, late: bool) -> None:
        keys = _keys(batch)
        if late:
            connection.execute(
                text("INSERT INTO search.late SELECT unnest(CAST(:keys AS text[]))"), {"keys": keys}
            )
        _put(connection, "document", batch, keys)

    def reindex(self, documents: Iterable[Document], late: Callable[[Sequence[str]], Batch]) -> int:
        """Build anew beside the live index, then switch; what was applied meanwhile goes in before."""
        with self.engine.connect() as connection:
            _prepare(connection)
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": REBUILDING})
            try:
                return self._build(connection, documents, late)
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": REBUILDING})
                connection.commit()

    def _build(
        self, connection: Connection, documents: Iterable[Document], late: Callable[[Sequence[str]], Batch]
    ) -> int:
        _lock(connection, WRITING)  # so that every writer from now on sees that keys are to be noted
        _do(connection, "DELETE FROM search.late", "UPDATE search.state SET building = true")
        _do(connection, "DROP TABLE IF EXISTS search.building", TABLE)
        connection.commit()
        count, source = 0, iter(documents)
        while chunk := list(islice(source, CHUNK)):
            _copy(connection, "building", chunk)
            connection.commit()
            count += len(chunk)
        _do(connection, f"SET LOCAL maintenance_work_mem = '{BUILDING}'")
        _do(connection, *(f"CREATE {what.format('new_' + name)}" for name, what in INDEXES.items()))
        _do(connection, "ANALYZE search.building", "ANALYZE search.word")
        connection.commit()
        _lock(connection, WRITING)
        keys = connection.scalars(text("SELECT DISTINCT key FROM search.late ORDER BY key")).all()
        if keys:
            batch = late(keys)
            _put(connection, "building", batch, [*keys, *_keys(batch)])
        _do(
            connection,
            "DROP TABLE IF EXISTS search.document",
            "ALTER TABLE search.building RENAME TO document",
        )
        _do(connection, *(f"ALTER INDEX search.new_{name} RENAME TO {name}" for name in INDEXES))
        connection.execute(text("UPDATE search.state SET version = :v, building = false"), {"v": VERSION})
        _do(connection, "DELETE FROM search.late")
        connection.commit()
        return count


def _do(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _prepare(connection: Connection) -> None:
    """Make what is asked before there is an index; two that begin at once wait for each other."""
    _lock(connection, WRITING)
    if connection.scalar(text("SELECT to_regclass('search.word')")) is None:
        _do(connection, *PREPARE)
        postgres_words.prepare(connection)
    connection.commit()


def _lock(connection: Connection, key: int) -> None:
    """Wait for a turn; it ends with the transaction, or with the process that dies."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _usable(connection: Connection) -> bool:
    """Tell whether a rebuild is under way. Raises Unusable when there is no index of this version."""
    there = "to_regclass('search.state') IS NOT NULL AND to_regclass('search.document') IS NOT NULL"
    if not connection.scalar(text(f"SELECT {there}")):
        raise Unusable("there is no search index yet")
    version, building = connection.execute(text("SELECT version, building FROM search.state")).one()
    if version != VERSION:
        raise Unusable("the search index is of another version")
    return bool(building)


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """Bound the time of what is asked, and plan each statement for the words that it asks for."""
    if TOGETHER in connection.info:
        yield
        return
    names = ("statement_timeout", "plan_cache_mode", "jit", "work_mem")
    said = text("SELECT " + ", ".join(f"set_config('{name}', :{name}, true)" for name in names))
    connection.execute(said, dict(zip(names, (PATIENCE, "force_custom_plan", "off", MEMORY), strict=True)))
    yield
    connection.execute(said, dict(zip(names, ("0", "auto", "on", MEMORY), strict=True)))


def _keys(batch: Batch) -> list[str]:
    return sorted({*(document.key for document in batch.put), *batch.drop})


def _put(connection: Connection, table: str, batch: Batch, keys: Sequence[str]) -> None:
    gone = text(f"DELETE FROM search.{table} WHERE key = ANY(:keys)")
    connection.execute(gone, {"keys": list(keys)})
    _copy(connection, table, {document.key: document for document in batch.put}.values())


def _copy(connection: Connection, table: str, documents: Iterable[Document]) -> None:
    raw: Any = connection.connection.driver_connection
    words: set[str] = set()
    with raw.cursor() as cursor, cursor.copy(f"COPY search.{table} ({COLUMNS}) FROM STDIN") as copy:
        for document in documents:
            vector = vector_of(document)
            words |= vector.words
            copy.write_row(_row(document, vector))
    postgres_words.note(connection, words)


def _row(document: Document, vector: Vector) -> tuple[Any, ...]:
    return (
        document.key, document.kind, document.audience, document.author_id, document.group_id,
        int(document.at.timestamp()), document.post_kind, list(document.tags), document.department,
        document.site, document.root, document.accepted, list(document.marks), document.version,
        vector.shortness,
        vector.text,
    )  # fmt: skip
