"""What the people of the demo company find in their bell: told by the features, mostly read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select, update

from rse.accounts import rights
from rse.accounts.models import Person
from rse.coffee.events import CoffeeDrawn
from rse.coffee.models import CoffeeMeeting
from rse.core.events import Event
from rse.core.notice import Told
from rse.demo import conversations
from rse.demo.company import Company
from rse.feed.events import AnswerAccepted, CommentAdded, Mentioned, PostPublished
from rse.feed.models import Acceptance, Comment, Mention, Post
from rse.ideas.events import IdeaDecided
from rse.ideas.models import IdeaStep
from rse.notifications import service
from rse.notifications.delivering import notices
from rse.notifications.models import Notification
from rse.notifications.service import Receiver
from rse.people.events import SkillEndorsed
from rse.people.models import Endorsement
from rse.recognition.events import Thanked
from rse.recognition.models import Recipient

BACK, LATELY = timedelta(days=24), timedelta(days=7)
UNREAD, WEIGHTS = (0, 1, 2, 3, 5), (2, 2, 3, 3, 1)  # of each person: the newest, the rest is read
SHOWN = (2, 3, 4)  # of the cast, whose bell is opened first
CAST = (*conversations.CAST, "james.oneill")


def load(company: Company) -> None:
    """Tell everybody of the last weeks, in the bell alone: nothing of the demo is mailed or pushed."""
    since = company.calendar.now - BACK
    query = select(Person.id).where(Person.demo, Person.status == "active", Person.kind != "service")
    people = company.session.scalars(query.order_by(Person.uid)).all()
    tokens = rights.tokens_of(company.session, people)
    with _as_new(company, since):
        for event in _happened(company, since):
            for notice in notices():
                if isinstance(event, notice.events) and notice.in_bell:
                    for told in notice.tell(company.session, event):
                        service.store(company.session, notice.kind, told, _receivers(told, people, tokens))
    _read(company, people)


def _receivers(told: Told, people: Sequence[int], tokens: Mapping[int, frozenset[str]]) -> Sequence[Receiver]:
    named = people if told.people is None else set(told.people)
    return [
        Receiver(one)
        for one in people
        if one in named and one != told.by_id and told.audience in tokens.get(one, ())
    ]


@contextmanager
def _as_new(company: Company, since: datetime) -> Iterator[None]:
    """Take the mark of old content, of which nobody is told, from the last weeks for this moment."""
    ids = company.session.scalars(select(Post.id).where(Post.demo, Post.at >= since)).all()
    company.session.execute(update(Post).where(Post.id.in_(ids)).values(historical=False))
    company.session.expire_all()
    yield
    company.session.execute(update(Post).where(Post.id.in_(ids)).values(historical=True))
    company.session.expire_all()


def _happened(company: Company, since: datetime) -> Sequence[Event]:
    """Give what has happened since, the oldest first."""
    found: list[tuple[datetime, int, Event]] = []
    scalars = company.session.scalars
    for one in scalars(select(Mention).where(Mention.at >= since)):
        get = company.session.get_one
        written = get(Comment, one.object_id) if one.kind == "comment" else get(Post, one.object_id)
        named = Mentioned(one.post_id, one.kind, one.object_id, one.person_id, written.author_id)
        found.append((one.at, one.object_id, named))
    for post in scalars(select(Post).where(Post.demo, Post.at >= since)):
        told = PostPublished(post.id, post.author_id, post.audience, post.group_id, post.at)
        found.append((post.at, post.id, told))
    for comment in scalars(select(Comment).where(Comment.at >= since)):
        added = CommentAdded(comment.post_id, comment.id, comment.author_id, comment.at)
        found.append((comment.at, comment.id, added))
    for chosen in scalars(select(Acceptance).where(Acceptance.at >= since)):
        accepted = AnswerAccepted(chosen.post_id, chosen.comment_id, chosen.at)
        found.append((chosen.at, chosen.comment_id, accepted))
    return [event for _at, _id, event in sorted(found + _others(company, since), key=lambda one: one[:2])]


def _others(company: Company, since: datetime) -> list[tuple[datetime, int, Event]]:
    """Give what happened beside threads: thanks, decisions, confirmed skills, coffees."""
    found: list[tuple[datetime, int, Event]] = []
    scalars = company.session.scalars
    thanks = select(Post, Recipient.person_id).join(Recipient, Recipient.post_id == Post.id)
    for post, person in company.session.execute(thanks.where(Post.demo, Post.at >= since)):
        found.append((post.at, post.id, Thanked(post.id, person, post.author_id, post.at)))
    for step in scalars(select(IdeaStep).where(IdeaStep.at >= since)):
        decided = IdeaDecided(step.post_id, step.by_id, step.status, step.at)
        found.append((step.at, step.post_id, decided))
    for word in scalars(select(Endorsement).where(Endorsement.at >= since)):
        confirmed = SkillEndorsed(word.person_id, word.skill_id, word.by_id)
        found.append((word.at, word.skill_id, confirmed))
    for meeting in scalars(select(CoffeeMeeting)):
        at = company.calendar.instant(meeting.drawn_on, 9, 0)
        if since <= at <= company.calendar.now:
            found.append((at, meeting.id, CoffeeDrawn(meeting.id, at)))
    return found


def _read(company: Company, people: Sequence[int]) -> None:
    """Let each have read all but the newest few of the last days."""
    cast = {company.people[uid] for uid in CAST}
    for person in people:
        left = company.chance.choice(SHOWN)
        if person not in cast:
            left = company.chance.choices(UNREAD, WEIGHTS)[0]
        theirs = select(Notification.id).where(Notification.person_id == person)
        theirs = theirs.order_by(Notification.id.desc()).limit(1)
        fresh = company.session.scalar(theirs.offset(left)) or 0
        old = company.session.scalar(theirs.where(Notification.at < company.calendar.now - LATELY)) or 0
        service.read(company.session, person, up_to_id=max(fresh, old))
