"""Reads of files: each through what it hangs on, in batches; until then by its uploader alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from rse.accounts.cards import COLUMNS, Card, card_of
from rse.accounts.models import Person
from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.core.policy import NotFound
from rse.files.holding import known
from rse.files.models import File, LinkPreview

Position = tuple[datetime, int]
ALONE = (640, 416)  # pixels: the most that a picture takes beside a text (static/js/core/attached.js too)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as pages and programs show it."""

    id: int
    name: str
    media_type: str
    family: str
    size: int
    width: int | None
    height: int | None
    alt: str
    at: datetime

    @property
    def href(self) -> str:
        """Where its content is."""
        return f"/files/{encode_id(self.id)}"

    @property
    def public_id(self) -> str:
        """Its id as it is shown outside."""
        return encode_id(self.id)

    @property
    def is_picture(self) -> bool:
        """Tell whether pages show it."""
        return self.family == "picture"

    @property
    def fitted(self) -> tuple[int, int]:
        """Its width and height where it stands alone: known before it is loaded, so that nothing moves."""
        width, height = self.width or 1, self.height or 1
        scale = min(1, ALONE[0] / width, ALONE[1] / height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    @property
    def extension(self) -> str:
        """What the name ends with, in capitals."""
        return self.name.rpartition(".")[2].upper()


_SHOWN = (
    File.id, File.name, File.media_type, File.family, File.size, File.width, File.height, File.alt, File.at,
)  # fmt: skip


def shown_of(row: File) -> Shown:
    """Give a loaded file as it is shown."""
    return Shown(*(getattr(row, column.key) for column in _SHOWN))


def one(session: Session, viewer: Viewer, file_id: int) -> File:
    """Give a file that the viewer may read. Raises NotFound when there is none for them."""
    found = session.get(File, file_id)
    if found is None or file_id not in readable(session, viewer, [found]):
        raise NotFound
    return found


def readable(session: Session, viewer: Viewer, files: Iterable[File]) -> set[int]:
    """Give the ids of those files that the viewer may read: one query for each kind that they hang on."""
    found: set[int] = set()
    by_kind: defaultdict[str, dict[int, list[int]]] = defaultdict(dict)
    for file in files:
        if file.kind is not None and file.object_id is not None:
            by_kind[file.kind].setdefault(file.object_id, []).append(file.id)
        elif file.uploader_id == viewer.id:
            found.add(file.id)
    for kind, held in by_kind.items():
        holder = known().get(kind)
        for object_id in holder.readable(session, viewer, list(held)) if holder else ():
            found.update(held[object_id])
    return found


def attached(session: Session, kind: str, ids: Collection[int]) -> dict[int, list[Shown]]:
    """Give the files of objects that the caller has checked, in their order."""
    found: defaultdict[int, list[Shown]] = defaultdict(list)
    if ids:
        query: Any = select(File.object_id, *_SHOWN).where(File.kind == kind, File.object_id.in_(ids))
        for object_id, *values in session.execute(query.order_by(File.position, File.id)):
            found[object_id].append(Shown(*values))
    return found


def rows_of(session: Session, kind: str, object_id: int) -> list[File]:
    """Give the files of one object as rows, in their order."""
    query = select(File).where(File.kind == kind, File.object_id == object_id)
    return list(session.scalars(query.order_by(File.position, File.id)))


def waiting(session: Session, viewer: Viewer, ids: Sequence[int], *, lock: bool = False) -> list[File]:
    """Give those of these files that are the viewer's own and hang on nothing, in the order of the ids."""
    if not ids:
        return []
    query = select(File).where(File.id.in_(ids), File.uploader_id == viewer.id, File.kind.is_(None))
    found = {file.id: file for file in session.scalars(query.with_for_update() if lock else query)}
    return [found[file_id] for file_id in dict.fromkeys(ids) if file_id in found]


def used(session: Session, person_id: int) -> int:
    """Give how many bytes a person has attached in all."""
    return int(session.scalar(select(func.sum(File.size)).where(File.uploader_id == person_id)) or 0)


def named(session: Session, digests: Collection[str]) -> set[str]:
    """Give those of some contents that a row has."""
    return set(session.scalars(select(File.digest).where(File.digest.in_(digests)))) if digests else set()


def words(session: Session, kind: str, ids: Collection[int]) -> dict[int, str]:
    """Give what the files of objects are called and show, for the search index."""
    return {
        object_id: " ".join(part for file in files for part in (file.name, file.alt) if part)
        for object_id, files in attached(session, kind, ids).items()
    }


@dataclass(frozen=True, slots=True)
class Link:
    """What is shown of the page behind a link."""

    url: str
    title: str
    description: str
    site: str


def links(session: Session, ids: Collection[int]) -> dict[int, Link]:
    """Give what was read behind links; those of which nothing is known are left out."""
    if not ids:
        return {}
    columns = (LinkPreview.id, LinkPreview.url, LinkPreview.title, LinkPreview.description, LinkPreview.site)
    query = select(*columns).where(LinkPreview.id.in_(ids), LinkPreview.title != "")
    return {row[0]: Link(*row[1:]) for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a list: what it is, whose it is, and where it stands."""

    file: Shown
    by: Card
    href: str


def of_group(
    session: Session,
    viewer: Viewer,
    group_id: int,
    *,
    family: str = "",
    before: Position | None = None,
    limit: int = 30,
) -> tuple[list[Listed], Position | None]:
    """Give a page of the files that hang on what stands in a group, newest first, and where to go on.

    Each is asked for again by the rule of what it hangs on: what was deleted is left out of the page.
    """
    query = (
        select(File, *COLUMNS).join(Person, Person.id == File.uploader_id).where(File.group_id == group_id)
    )
    if family:
        query = query.where(File.family == family)
    if before:
        older = or_(File.at < before[0], File.id < before[1])
        query = query.where(and_(File.at <= before[0], older))
    rows = session.execute(query.order_by(File.at.desc(), File.id.desc()).limit(limit + 1)).all()
    page = rows[:limit]
    may = readable(session, viewer, [row[0] for row in page])
    where = pages(session, [row[0] for row in page if row[0].id in may])
    found = [Listed(shown_of(row[0]), card_of(row[1:]), where[row[0].id]) for row in page if row[0].id in may]
    return found, (page[-1][0].at, page[-1][0].id) if len(rows) > limit else None


def pages(session: Session, files: Sequence[File]) -> dict[int, str]:
    """Give the page of what each file hangs on."""
    found: dict[int, str] = {}
    for kind in {file.kind for file in files}:
        here = {file.id: file.object_id for file in files if file.kind == kind and file.object_id is not None}
        hrefs = known()[kind or ""].hrefs(session, set(here.values()))
        found.update({file_id: hrefs[object_id] for file_id, object_id in here.items()})
    return found
