"""What happens to pages."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class PageChanged(Event):
    """A page is new, says something else, was deleted, came back, or is read by others than before."""

    page_id: int


@dataclass(frozen=True)
class PageMade(Event):
    """A solved question has become a page."""

    page_id: int
    post_id: int
    by_id: int
