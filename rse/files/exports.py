"""A person's files in their own export; an erasure removes them all, wherever they hang."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.core.feature import Export
from rse.core.model import encode_id
from rse.core.render import iso
from rse.files import service, storage
from rse.files.models import File
from rse.files.taking import folder


def rows(session: Session, person_id: int) -> Iterable[Mapping[str, Any]]:
    """Give what a person has attached: `path` is where the content lies in the copy."""
    query = select(File).where(File.uploader_id == person_id).order_by(File.at, File.id)
    for one in session.scalars(query):
        yield {
            "id": encode_id(one.id),
            "name": one.name,
            "type": one.media_type,
            "size": one.size,
            "alt": one.alt,
            "on": one.kind,
            "object": encode_id(one.object_id) if one.object_id is not None else None,
            "at": iso(one.at),
            "path": _path(one),
        }


def _path(one: File) -> str:
    return f"files/{encode_id(one.id)}-{one.name}"


def contents(session: Session, person_id: int) -> Iterator[tuple[str, Path]]:
    """Give the files themselves."""
    for one in session.scalars(select(File).where(File.uploader_id == person_id).order_by(File.at, File.id)):
        yield _path(one), storage.path_of(folder(), one.digest)


def erase(session: Session, person_id: int) -> None:
    """Forget every file of a person; what they hung on stays without them."""
    service.forget_of(session, person_id)


export = Export("files", rows, erase, contents)
