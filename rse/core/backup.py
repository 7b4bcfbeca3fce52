"""Backups: one file with the database, the files and the keys, and a list of what is in it with checksums.

A tar of `database/rse.db` (SQLite only), `files/...` (the data directory, less what is made from the
database) and, last, `manifest.json`; a file without the manifest was cut off. Nobody stops writing meanwhile.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database/rse.db"
FILES = "files/"
ASIDE = "before-restore-"
BUSY_SECONDS = 15
QUEUE = "jobs.db"  # what was asked for is in the outbox of the database; the queue only wakes the worker


class BadBackup(Exception):
    """A backup cannot be made or used; the text says why, to who runs the command."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is and holds: {name: [size in bytes, SHA-256]} of each file."""

    made_at: str  # RFC 3339, UTC
    version: str
    revision: str
    database: Literal["sqlite", "postgresql"]
    key: str  # tells whether two installations have the same RSE_SECRET_KEY, and nothing else of it
    files: dict[str, list[Any]] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True)
class Place:
    """Where an installation keeps its data; `derived` names what is made anew from the database."""

    data_dir: Path
    database: Path | None  # None: PostgreSQL
    derived: frozenset[str] = frozenset()

    def kept(self) -> list[Path]:
        """Give every file of the data directory that only a backup brings back, in order."""
        return [
            path
            for path in sorted(self.data_dir.rglob("*"))
            if path.is_file() and not path.is_symlink() and self.keeps(path.relative_to(self.data_dir))
        ]

    def keeps(self, path: Path) -> bool:
        """Tell whether a path below the data directory belongs into a backup."""
        top = path.parts[0]
        own = {self.database.name} if self.database else set()
        databases = {
            name + end for name in {"rse.db", QUEUE, *own} for end in ("", "-wal", "-shm", "-journal")
        }
        hidden = any(part.startswith(".") for part in path.parts)
        return not (
            hidden
            or top in self.derived
            or top in databases
            or top.startswith(ASIDE)
            or path.suffix == ".lock"
        )


def fingerprint(secret: str) -> str:
    """Tell two secret keys apart without showing either."""
    return digest(secret.encode(), b"rse backup", "sha256").hex()[:16]


def write(target: Path, place: Place, manifest: Manifest) -> Manifest:
    """Write a backup to a new file, for its owner alone; gives its manifest. Raises BadBackup, OSError.

    Files first, then the database, then the files that came meanwhile: none that a row names is missing.
    """
    if place.data_dir.resolve() in target.resolve().parents:
        raise BadBackup("keep backups outside the data directory")
    with _appearing(target) as out, tarfile.open(fileobj=out, mode="w") as tar:
        written = _Written(tar, manifest.files)
        written.files(place)
        if place.database is not None:
            with tempfile.TemporaryDirectory(prefix=".rse-backup-", dir=target.parent) as folder:
                copy = Path(folder) / "rse.db"
                revision = copy_database(place.database, copy)
                written.stream(DATABASE, copy)
            manifest = Manifest(**{**asdict(manifest), "revision": revision, "files": manifest.files})
        written.files(place)
        written.member(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Any]:
    """Write beside the name and give the name at the end: no half of a backup is ever taken for one."""
    part = target.with_name(f".{target.name}.part")
    if target.exists():
        raise BadBackup(f"{target} is there already")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


class _Written:
    """The tar being written, and the checksums of what went in."""

    def __init__(self, tar: tarfile.TarFile, sums: dict[str, list[Any]]) -> None:
        self.tar = tar
        self.sums = sums

    def files(self, place: Place) -> None:
        """Add the kept files that are not in yet; one that is removed meanwhile is left out."""
        for path in place.kept():
            name = FILES + path.relative_to(place.data_dir).as_posix()
            if name not in self.sums:
                with contextlib.suppress(FileNotFoundError):
                    self.member(name, path.read_bytes())

    def member(self, name: str, data: bytes) -> None:
        """Add some bytes."""
        self._add(name, len(data), io.BytesIO(data))
        if name != MANIFEST:
            self.sums[name] = [len(data), sha256(data).hexdigest()]

    def stream(self, name: str, path: Path) -> None:
        """Add a large file that does not change."""
        with path.open("rb") as file:
            total = _sum(file)
            file.seek(0)
            self._add(name, path.stat().st_size, file)
        self.sums[name] = [path.stat().st_size, total]

    def _add(self, name: str, size: int, file: Any) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, file)


def _sum(file: Any) -> str:
    total = sha256()
    while chunk := file.read(1 << 20):
        total.update(chunk)
    return total.hexdigest()


def copy_database(source: Path, target: Path) -> str:
    """Copy a SQLite database as it is at one moment, while others write; gives its revision.

    Raises BadBackup when it cannot be read, is damaged or has no revision.
    """
    try:
        with (
            contextlib.closing(connect(source)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)  # in one step: a read transaction, which stops no writer
            copy.execute("PRAGMA journal_mode=DELETE")
            return inspected(copy)
    except sqlite3.Error as error:
        raise BadBackup(f"the database cannot be copied: {error}") from error


def connect(database: Path, seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open a SQLite database that exists."""
    return sqlite3.connect(f"file:{quote(str(database.resolve()))}?mode=rw", uri=True, timeout=seconds)


def inspected(database: sqlite3.Connection) -> str:
    """Give the revision of a database that is whole. Raises BadBackup when it is not, or has no revision."""
    if (said := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise BadBackup(f"the database is damaged: {said}")
    try:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        row = None
    if row is None:
        raise BadBackup("the database has no revision: run `flask db upgrade`")
    return str(row[0])
