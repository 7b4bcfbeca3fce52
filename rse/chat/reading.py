"""What a page shows of a conversation: its lines with their days, the unread line, who has read how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.chat import keeping, listing, policy, queries, shapes, topics
from rse.chat.listing import About
from rse.chat.models import Message, Topic
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
    own: keeping.Mine = keeping.NOTHING


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
    pinned: int = 0  # how many messages are
    moderates: bool = False  # takes back what others wrote, in a group's discussion
    topics: Sequence[Topic] = ()  # open ones, of a group's discussion
    topic: Topic | None = None  # the one that alone is shown

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
    newest: bool = False,
    topic: Topic | None = None,
    pinned: int | None = None,
) -> Room:
    """Give a page of a conversation: those before, after or around a number, or the newest messages.

    Unless the newest are asked for, it opens at the first unread one where that is further up. Of a topic the
    messages under it alone.
    """
    unread = place.conversation.seq - place.read_seq if place.takes_part else 0
    if not newest and topic is None and (before, after, at) == (None, None, None) and unread > PAGE:
        at = place.read_seq + 1
    found, older, newer = _window(session, place, topic, before=before, after=after, at=at)
    seats = listing.seated(session, place.conversation.id) if place.direct else []
    people = [card for card, _read in seats]
    shown = {**shapes.conversation(place, people, viewer), "viewer": encode_id(viewer.id)}
    offered = topics.offered(session, place)
    known = About({card.id: card for card in people}, {one.id: one for one in offered}, {})
    said = listing.about(session, found, known)
    return Room(
        place, shown, people, lines(session, viewer, place, found, said=said), older, newer,
        {card.public_id: seq for card, seq in seats if card.id != viewer.id},
        policy.may_send(viewer, place), policy.may_invite(place),
        keeping.pinned_count(session, place) if pinned is None else pinned,
        policy.may_delete(viewer, place, 0),
        offered, topic,
    )  # fmt: skip


def seq_of_day(session: Session, viewer: Viewer, place: Place, day: date) -> int:
    """Give the number of the first message of a day (the viewer's), or of the next day that has one.

    Later messages have later numbers: the middle is looked at, then the middle of the rest. At most 32 reads
    of one row each, however long the conversation; past its end the last number is given.
    """
    start = datetime.combine(day, time.min, ZoneInfo(viewer.timezone))
    low, high = 1, place.conversation.seq + 1
    while low < high:
        middle = (low + high) // 2
        found = queries.messages(session, place, after=middle - 1, limit=0)
        if not found or found[0].at >= start:
            high = middle
        else:
            low = found[0].seq + 1
    return max(1, min(low, place.conversation.seq))


def _window(
    session: Session,
    place: Place,
    topic: Topic | None,
    *,
    before: int | None,
    after: int | None,
    at: int | None,
) -> tuple[list[Message], int | None, int | None]:
    """Give messages ascending, and from where there are older and newer ones."""
    if at is not None:
        after = max(0, at - PAGE // 2)
    span: dict[str, Any] = {"after": after, "before": before, "limit": PAGE}
    if topic is not None:
        found = topics.messages(session, place, topic.id, **span)
    else:
        found = queries.messages(session, place, **span)
    more, found = len(found) > PAGE, found[:PAGE]
    found.sort(key=lambda one: one.seq)
    if not found:
        return found, None, None
    first, last = found[0].seq, found[-1].seq
    if after is not None:
        return found, first if after > 0 else None, last if more else None
    return found, first if more else None, last if before is not None else None


def lines(
    session: Session,
    viewer: Viewer,
    place: Place,
    found: Sequence[Message],
    *,
    said: About | None = None,
    signs: Mapping[int, keeping.Mine] | None = None,
) -> list[Line]:
    """Give the lines of messages in their order; `said` and `signs` where these were read before."""
    shown = shapes.messages(session, found, said)
    files = attached(session, "message", [one.id for one in found if one.files and one.deleted_at is None])
    quoted = quotes(session, found, place)
    marks = keeping.mine(session, viewer, [one.id for one in found]) if signs is None else signs
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
                quote=quoted.get(message.reply_to or 0),
                files=files.get(message.id, ()),
                own=marks.get(message.id, keeping.NOTHING),
            )
        )  # fmt: skip
        before = message
    return made


def quotes(session: Session, found: Sequence[Message], place: Place) -> dict[int, dict[str, str]]:
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
