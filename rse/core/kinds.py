"""Kinds of posts: what a feature declares of one, and which there are. The feed knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rse.core.audience import Viewer

Badge = tuple[str, str, str]  # text, tone and icon of components/badge.html


def _anybody(session: Session, viewer: Viewer, moderates: bool) -> bool:
    return True


@dataclass(frozen=True, eq=False)
class PostKind:
    """A kind of post. What hangs on its posts is read in batches, and only where there are some."""

    name: str
    label: Any  # lazy text
    icon: str
    order: int
    counts_as: Literal["question", "discussion", "idea", "announcement"] = "discussion"  # in indicators
    answerable: bool = False  # a comment can be its accepted answer
    schema: type[BaseModel] | None = None  # what a new post of the kind takes beside a text
    composer: str = ""  # template of these fields
    # (session, viewer, whether they moderate a group): offered in the composer; reads no table
    offered: Callable[[Session, Viewer, bool], bool] = _anybody
    # (session, viewer, the flushed post, what was given): stores the rest, raises Refused and Invalid
    store: Callable[[Session, Viewer, Any, Any], None] | None = None
    # HTML between a card's text and its actions, for one viewer, by post id: one query for a page
    part: Callable[[Session, Viewer, Sequence[int]], Mapping[int, str]] | None = None
    # The same with everything: on the post's own page
    whole: Callable[[Session, Viewer, Sequence[int]], Mapping[int, str]] | None = None
    # What the API adds to a post, by post id; `adds` describes it
    document: Callable[[Session, Viewer, Sequence[int]], Mapping[int, Mapping[str, Any]]] | None = None
    adds: type[BaseModel] | None = None
    badge: Callable[[Any], Badge] | None = None  # from what a cached card is made of (feed.queries.Body)
    words: Callable[[Session, Sequence[int]], Mapping[int, str]] | None = None  # more text for the search
    unsigned: Callable[[Any], bool] = lambda _given: False  # no author may be stored with this post
    once: Callable[[Any], Mapping[str, Any]] = lambda _given: {}  # told to its author alone, and never again
    # What an edit may change of it: its schema, its template; (session, viewer, post) gives the values of the
    # form; (session, viewer, post, what was given) changes it and raises Refused and Invalid
    edited: type[BaseModel] | None = None
    editor: str = ""
    held: Callable[[Session, Viewer, Any], Mapping[str, Any]] | None = None
    change: Callable[[Session, Viewer, Any, Any], None] | None = None
    optional: bool = False  # a post of the kind is whole without what it takes beside a text

    @property
    def plain(self) -> bool:
        """Tell whether it can be a text and nothing else, so that a post can become one by an edit."""
        return self.optional or (self.schema is None and self.store is None)


USUAL = "message"  # of a post whose kind nobody said
_known: dict[str, PostKind] = {}


def install(kinds: Iterable[PostKind]) -> None:
    """Make these the kinds of the process; there is one application in a process."""
    _known.clear()
    _known.update({kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.order)})


def known() -> Mapping[str, PostKind]:
    """Give the kinds by their names, in their order."""
    return _known


def of(name: str) -> PostKind:
    """Give a kind; one that no feature declares any more is shown as a plain text."""
    return _known.get(name) or PostKind(name, name, "message-square", 0)


def answerable() -> list[str]:
    """Name the kinds of posts that wait for an answer."""
    return [kind.name for kind in _known.values() if kind.answerable]
