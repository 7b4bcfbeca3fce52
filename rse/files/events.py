"""What happens to files."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class FilesForgotten(Event):
    """Rows of files are gone; their contents follow where no other row has them."""

    file_id: int  # the first one
    digests: tuple[str, ...]
