"""Restoring a backup: everything is checked before anything is touched, and what was there is kept aside."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from rse.core import revision
from rse.core.backup import (
    ASIDE,
    DATABASE,
    FILES,
    FORMAT,
    MANIFEST,
    QUEUE,
    BadBackup,
    Manifest,
    Place,
    connect,
    inspected,
)

MADE_AT_START = {"secret.key", "saml"}  # by any command, this one too; so they do not make a directory used
CHUNK = 1 << 20


def used(place: Place) -> bool:
    """Tell whether somebody's data are here: a database, or files that the start-up does not make."""
    database = place.database
    if database is not None and database.exists() and database.stat().st_size:
        return True
    return any(path.relative_to(place.data_dir).parts[0] not in MADE_AT_START for path in place.kept())


@contextlib.contextmanager
def unpacked(archive: Path, place: Place) -> Iterator[tuple[Manifest, Path]]:
    """Give a backup's manifest and a folder with its files, all checked. Raises BadBackup."""
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=place.data_dir) as name:
        folder = Path(name)
        try:
            sums, manifest = _unpack(archive, folder)
        except (tarfile.TarError, ValueError, TypeError, KeyError, EOFError) as error:
            raise BadBackup(f"not a backup, or cut off: {error}") from error
        _check(sums, manifest, place)
        if place.database is not None:
            try:
                with contextlib.closing(connect(folder / DATABASE)) as copy:
                    inspected(copy)
            except sqlite3.Error as error:
                raise BadBackup(f"the database of the backup cannot be read: {error}") from error
        yield manifest, folder


def _unpack(archive: Path, folder: Path) -> tuple[dict[str, list[Any]], Manifest]:
    sums: dict[str, list[Any]] = {}
    manifest = None
    with tarfile.open(archive) as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isreg() else None
            if source is None or not _safe(member.name):
                raise BadBackup(f"{member.name} does not belong into a backup")
            if member.name == MANIFEST:
                manifest = Manifest(**json.loads(source.read()))
            else:
                sums[member.name] = _take(source, folder / member.name)
    if manifest is None:
        raise BadBackup("not a backup, or cut off: it has no manifest")
    return sums, manifest


def _safe(name: str) -> bool:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and (name in {MANIFEST, DATABASE} or name.startswith(FILES))


def _take(source: Any, target: Path) -> list[Any]:
    """Write one file for the owner alone; gives its size and checksum."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.touch(mode=0o600)
    total = sha256()
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
            total.update(chunk)
            out.write(chunk)
    return [target.stat().st_size, total.hexdigest()]


def _check(sums: dict[str, list[Any]], manifest: Manifest, place: Place) -> None:
    if manifest.format != FORMAT:
        raise BadBackup(f"format {manifest.format} is not known to this version")
    wrong = sorted(
        name for name in sums.keys() | manifest.files.keys() if sums.get(name) != manifest.files.get(name)
    )
    if wrong:
        raise BadBackup(f"checksums do not agree: {', '.join(wrong[:5])}")
    if manifest.revision not in revision.known():
        raise BadBackup(
            f"it was made at revision {manifest.revision}, this version knows up to {revision.newest()}: "
            f"install version {manifest.version} or newer"
        )
    here = "postgresql" if place.database is None else "sqlite"
    if manifest.database != here:
        raise BadBackup(f"it belongs to an installation on {manifest.database}; this one is on {here}")


def put(folder: Path, place: Place, now: datetime) -> Path | None:
    """Put unpacked files in their places; gives the folder that holds what was there before, or None.

    Raises BadBackup when another process has the database open.
    """
    if place.database is not None:
        _close(place.database)
    aside = place.data_dir / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
    for path in _present(place, folder):
        aside.mkdir(exist_ok=True, mode=0o700)
        shutil.move(path, aside / path.name)
    files = folder / FILES
    for path in sorted(files.iterdir()) if files.is_dir() else ():
        path.rename(place.data_dir / path.name)
    if place.database is not None:
        shutil.move(folder / DATABASE, place.database)
    return aside if aside.exists() else None


def _present(place: Place, folder: Path) -> list[Path]:
    stay = (ASIDE, QUEUE)  # the queue is open in this process, which has emptied it
    everything = sorted(place.data_dir.iterdir())
    inside = [path for path in everything if path != folder and not path.name.startswith(stay)]
    database = place.database
    if database is not None and database.parent.resolve() != place.data_dir.resolve() and database.exists():
        inside.append(database)
    return inside


def _close(database: Path) -> None:
    """Make one plain file of the database that is there; only who has it alone can do that."""
    if not database.exists() or not database.stat().st_size:
        return
    try:
        with contextlib.closing(connect(database, 1.0)) as present:
            present.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BadBackup("the application has the database open: stop its processes first") from error
    except sqlite3.DatabaseError:
        return  # damaged: it is put aside as it is
