"""What happens to copies of people's data, and to the data of somebody who is erased."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class ExportAsked(Event):
    """A person wants a copy of their data."""

    export_id: int
    person_id: int


@dataclass(frozen=True)
class ExportReady(Event):
    """The copy can be fetched."""

    export_id: int
    person_id: int


@dataclass(frozen=True)
class LeftBehind(Event):
    """Files that no row names any more: copies of data, and a picture of a person."""

    person_id: int
    exports: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
