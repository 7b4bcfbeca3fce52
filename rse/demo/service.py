"""Loading and clearing the demo company. Neither commits: all of it comes or goes in one transaction."""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rse.accounts import unsigned
from rse.accounts.models import Person
from rse.accounts.sessions import viewer_of_person
from rse.chat.events import MessagesChanged
from rse.chat.models import Message
from rse.core import clock
from rse.core.events import emit
from rse.core.policy import NotFound
from rse.demo import (
    attachments,
    bell,
    chats,
    clearing,
    coffees,
    company,
    conversations,
    habits,
    kinds,
    openings,
    pages,
    programs,
    pulse,
    recounting,
    source,
)
from rse.demo.calendar import Calendar
from rse.feed.events import ThreadsImported
from rse.feed.models import Comment, Post
from rse.groups.events import GroupChanged
from rse.groups.models import Group
from rse.indicators import service as indicators
from rse.indicators.engine import job
from rse.indicators.models import Signal
from rse.pages.events import PageChanged
from rse.people.events import PersonChanged

SEED = 1907  # of all chance: two loadings on one day give the same company


class NotEmpty(Exception):
    """There are people in the database who are not of the demo."""


class Taken(Exception):
    """Somebody real has a login or an address of the demo."""


@dataclass(frozen=True)
class Loaded:
    """How much there is of the demo company."""

    people: int
    groups: int
    posts: int
    comments: int


def count(session: Session) -> Loaded:
    """Count what there is of the demo company."""

    def number(model: type[Person | Group | Post]) -> int:
        return session.scalar(select(func.count()).select_from(model).where(model.demo)) or 0

    query = select(func.count()).select_from(Comment).join(Post, Post.id == Comment.post_id)
    programs = select(func.count()).where(Person.demo, Person.kind == "service")
    people = number(Person) - (session.scalar(programs) or 0)
    return Loaded(people, number(Group), number(Post), session.scalar(query.where(Post.demo)) or 0)


def load(session: Session, *, zone: str, locale: str, force: bool = False) -> bool:
    """Load the demo company; tells whether it did: a database that holds it already stays as it is.

    Raises NotEmpty when there are real people and `force` is not set, Taken when one of them has a login
    or an address of the demo.
    """
    if session.scalar(select(Person.id).where(Person.demo).limit(1)):
        return False
    if not force and session.scalar(select(Person.id).where(Person.uid != unsigned.UID).limit(1)):
        raise NotEmpty
    _refuse_taken(session)
    made = company.Company(session, Calendar(clock.now(), ZoneInfo(zone)), random.Random(SEED), locale)
    company.found(made)
    company.gather(made)
    conversations.Threads(made).load()
    kinds.load(made)
    pages.load(made)
    attachments.load(made)
    habits.look_around(made)
    habits.come(made)
    chats.load(made)
    pulse.load(made)
    programs.load(made)
    coffees.load(made)
    openings.load(made)
    bell.load(made)
    return True


def check_signals(session: Session) -> None:
    """Let the community manager of the cast publish the weak signals that were found."""
    uid = "thomas.nguyen"
    person = session.scalar(select(Person.id).where(Person.demo, Person.uid == uid))
    viewer = None if person is None else viewer_of_person(session, person)
    if viewer is not None:
        for signal in session.scalars(select(Signal).where(Signal.state == "waiting")).all():
            with contextlib.suppress(NotFound):  # its threads are fewer than there were
                indicators.decide(session, viewer, signal.day, signal.term, "publish")


def _refuse_taken(session: Session) -> None:
    uids = source.uids()
    addresses = [f"{uid}@demo.example" for uid in uids]
    taken = select(Person.uid).where(or_(Person.uid.in_(uids), Person.email.in_(addresses)))
    found = session.scalar(taken.limit(1))
    if found:
        raise Taken(found)


def clear(session: Session) -> bool:
    """Remove the demo company, what hangs on it, and what was written in its people's names.

    What real people made stays: their posts, and the groups, departments and skills that they use.
    Tells whether there was anything to remove.
    """
    doomed = clearing.choose(session)
    if not any(doomed.values()):
        return False
    left = recounting.find(session, doomed)
    _tell(session, doomed, left)
    clearing.remove(session, doomed)
    job.reset(session)
    clearing.adopt(session)
    coffees.clear(session)
    recounting.recount(session, left)
    return True


def _tell(session: Session, doomed: clearing.Doomed, left: recounting.Survivors) -> None:
    """Tell those who keep something of their own about these rows, the search index above all.

    Threads go as they came: in batches, to be looked at again. One event for each would take a minute.
    """
    for start, posts, comments, times in _threads(session, doomed):
        emit(session, ThreadsImported(f"demo-gone:{start}", posts, comments, min(times), max(times)))
    for conversation_id, messages in _messages(session, doomed).items():
        emit(session, MessagesChanged(conversation_id, tuple(messages)))
    for group_id in sorted(doomed["group"] | left.groups):
        emit(session, GroupChanged(group_id))
    for page_id in sorted(doomed.get("page", ())):
        emit(session, PageChanged(page_id))
    for person_id in sorted(doomed["person"]):
        emit(session, PersonChanged(person_id))


Batch = tuple[int, tuple[int, ...], tuple[int, ...], list[datetime]]


def _threads(session: Session, doomed: clearing.Doomed) -> Iterator[Batch]:
    """Give posts and comments that go, in batches with their times."""
    for model, name in ((Post, "post"), (Comment, "comment")):
        for part in clearing.chunks(doomed.get(name, ())):
            times = list(session.scalars(select(model.at).where(model.id.in_(part))))
            ids = tuple(part)
            yield part[0], ids if name == "post" else (), ids if name == "comment" else (), times


def _messages(session: Session, doomed: clearing.Doomed) -> dict[int, list[int]]:
    """Give the messages that go, by their conversation."""
    found: dict[int, list[int]] = {}
    for part in clearing.chunks(doomed.get("message", ())):
        query = select(Message.conversation_id, Message.id).where(Message.id.in_(part)).order_by(Message.seq)
        for conversation_id, message_id in session.execute(query):
            found.setdefault(conversation_id, []).append(message_id)
    return found
