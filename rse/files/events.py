"""What happens to files."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class FilesForgotten(Event):
    """Rows of files are gone; their contents follow where no other row has them."""

    file_id: int  # the first one
    digests: tuple[str, ...]
    file_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class FilesRead(Event):
    """The words of a content are known: the files that hold it can be found by them."""

    file_id: int  # the first one
    file_ids: tuple[int, ...]


@dataclass(frozen=True)
class LinkFound(Event):
    """A link is written that was not read yet, or not for long."""

    preview_id: int


@dataclass(frozen=True)
class LinkRead(Event):
    """What is behind a link was read: what shows it is old."""

    preview_id: int
