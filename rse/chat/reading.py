"""What a page shows of a conversation: its lines with their days, the unread line, who has read how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.chat import policy, queries, shapes
from rse.chat.models import Message
from rse.chat.policy import Place
from rse.core.audience import Viewer
from rse.core.i18n import format_date, local
from rse.core.model import encode_id
from rse.core.text import excerpt, plain
from rse.files.queries import Shown, attached

PAGE = 50
TOGETHER = timedelta(minutes=5)  # messages of one author closer than this stand together
QUOTE = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One message on the page, and what stands above it."""

    message: Mapping[str, Any]
    at: datetime
    mine: bool
    follows: bool
    may_edit: bool
    may_delete: bool
    day: str = ""  # the day that begins with it
    unread: bool = False  # the first one that was not read
    quote: Mapping[str, str] | None = None
    files: Sequence[Shown] = ()


@dataclass(frozen=True)
class Room:
    """A conversation as its page shows it."""

    place: Place
    shown: Mapping[str, Any]
    people: Sequence[Card]
    lines: Sequence[Line]
    older: int | None  # show those before this one
    newer: int | None  # show those after this one
    readers: Mapping[str, int] = field(default_factory=dict)
    may_send: bool = False
    may_invite: bool = False
    moderates: bool = False  # takes back what others wrote, in a group's discussion

    @property
    def others(self) -> list[Card]:
        """The people in it but the viewer, who is the last one that `shown` was made for."""
        return [card for card in self.people if card.public_id != self.shown.get("viewer")]


def room(
    session: Session,
    viewer: Viewer,
    place: Place,
    *,
    before: int | None = None,
    after: int | None = None,
    at: int | None = None,
) -> Room:
    """Give a page of a conversation: its newest messages, or those before, after or around a number."""
    found, older, newer = _window(session, place, before, after, at)
    people = queries.people(session, [place.conversation.id])[place.conversation.id] if place.direct else []
    shown = {**shapes.conversation(place, people, viewer), "viewer": encode_id(viewer.id)}
    readers = queries.readers(session, place.conversation.id) if place.direct else {}
    return Room(
        place, shown, people, lines(session, viewer, place, found), older, newer,
        {encode_id(p): seq for p, seq in readers.items() if p != viewer.id},
        policy.may_send(viewer, place), policy.may_invite(place),
        policy.may_delete(viewer, place, 0),
    )  # fmt: skip


def _window(
    session: Session, place: Place, before: int | None, after: int | None, at: int | None
) -> tuple[list[Message], int | None, int | None]:
    """Give messages ascending, and from where there are older and newer ones."""
    if at is not None:
        after = max(0, at - PAGE // 2)
    found = queries.messages(session, place, after=after, before=before, limit=PAGE)
    more, found = len(found) > PAGE, found[:PAGE]
    found.sort(key=lambda one: one.seq)
    if not found:
        return found, None, None
    first, last = found[0].seq, found[-1].seq
    if after is not None:
        return found, first if after > 0 else None, last if more else None
    return found, first if more else None, last if before is not None else None


def lines(session: Session, viewer: Viewer, place: Place, found: Sequence[Message]) -> list[Line]:
    """Give the lines of messages in their order."""
    shown = shapes.messages(session, found)
    files = attached(session, "message", [one.id for one in found if one.files and one.deleted_at is None])
    quotes = _quotes(session, found, place)
    made: list[Line] = []
    before: Message | None = None
    marked = not place.takes_part
    for message, shape in zip(found, shown, strict=True):
        new_day = before is None or local(before.at).date() != local(message.at).date()
        unread = not marked and message.seq > place.read_seq and message.author_id != viewer.id
        marked = marked or unread
        close = before is not None and before.author_id == message.author_id
        close = close and before is not None and message.at - before.at < TOGETHER
        gone = message.deleted_at is not None
        made.append(
            Line(
                shape, message.at, message.author_id == viewer.id,
                follows=close and not new_day and not unread and message.reply_to is None,
                may_edit=not gone and policy.may_edit(viewer, place, message.author_id),
                may_delete=not gone and policy.may_delete(viewer, place, message.author_id),
                day=format_date(message.at, "full") if new_day else "",
                unread=unread,
                quote=quotes.get(message.reply_to or 0),
                files=files.get(message.id, ()),
            )
        )  # fmt: skip
        before = message
    return made


def _quotes(session: Session, found: Sequence[Message], place: Place) -> dict[int, dict[str, str]]:
    """Give the beginning of what is replied to, for those who read it."""
    wanted = queries.by_ids(session, (one.reply_to for one in found if one.reply_to))
    shown = shapes.messages(session, [one for one in wanted.values() if one.era >= place.since_era])
    return {
        one.id: {"id": shape["id"], "name": shape["author"]["display_name"], "text": _beginning(one)}
        for one, shape in zip(
            [one for one in wanted.values() if one.era >= place.since_era], shown, strict=True
        )
    }


def _beginning(message: Message) -> str:
    return excerpt(plain(message.body_html), QUOTE)
