"""From a written text to what is stored: HTML rendered once, the people named in it, its tags."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import text, tongue
from rse.core.audience import EVERYONE, Viewer, readable_people
from rse.core.events import emit
from rse.core.i18n import _, enumeration, ngettext
from rse.core.model import encode_id
from rse.core.policy import Invalid
from rse.feed.events import GroupMentioned, Mentioned
from rse.feed.models import Mention, PostTag
from rse.groups import mentioning
from rse.groups.models import Membership

TAG = re.compile(r"[^\W\d_][\w-]{1,48}")


@dataclass(frozen=True, slots=True)
class Written:
    """A text ready to be stored."""

    body: str
    html: str
    mentioned: tuple[int, ...]
    tags: tuple[str, ...]
    groups: tuple[mentioning.Meant, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A person whose login stands in a text."""

    id: int
    uid: str
    name: str
    kind: str


def write(session: Session, viewer: Viewer, body: str, audience: str, *, wiki: bool = False) -> Written:
    """Render a text for an audience. Raises Invalid(body=...) when it names somebody outside of it.

    Logins and groups that the writer cannot know stay plain text, so that an error tells nothing about them.
    """
    words = text.mentions(body)
    people = _named(session, viewer, words)
    groups = mentioning.named(session, viewer, set(words) - {person.uid.lower() for person in people})
    reached = readers_among(session, audience, people)
    outside = [person.name for person in people if person.id not in reached]
    if outside:
        raise Invalid(body=_outside(outside))
    unfit = mentioning.unfit(session, audience, groups)
    if unfit:
        raise Invalid(body=unfit)
    links = {p.uid.lower(): (f"/people/{encode_id(p.id)}", p.name) for p in people}
    html = text.render(body, links | {group.slug: group.link for group in groups}, wiki=wiki)
    named, tags = tuple(person.id for person in people), tuple(text.hashtags(body))
    return Written(body, html, named, tags, tuple(groups), tongue.guess(text.plain(html)))


def _outside(names: Sequence[str]) -> str:
    return ngettext(
        "%(names)s will not see what is published here, and so cannot be mentioned. "
        "Choose another audience, or take the name out.",
        "%(names)s will not see what is published here, and so cannot be mentioned. "
        "Choose another audience, or take the names out.",
        len(names),
        names=enumeration(list(names)),
    )


def _named(session: Session, viewer: Viewer, uids: Sequence[str]) -> list[Named]:
    if not uids:
        return []
    spelled = [*uids, *(uid.upper() for uid in uids)]
    query = select(Person.id, Person.uid, Person.display_name, Person.kind).where(
        Person.uid.in_(spelled),
        Person.status == "active",
        readable_people(Person.audience, Person.id, viewer),
    )
    return [Named(*row) for row in session.execute(query)]


def readers_among(session: Session, audience: str, people: Iterable[Named]) -> set[int]:
    """Give those who read what has this audience."""
    people = list(people)
    if audience == EVERYONE:
        return {p.id for p in people if p.kind == "employee"}
    kind, _colon, number = audience.partition(":")
    if kind != "group" or not people:
        return set()
    query = select(Membership.person_id).where(
        Membership.group_id == int(number),
        Membership.person_id.in_([p.id for p in people]),
        Membership.state == "active",
    )
    return set(session.scalars(query))


def clean_tags(given: Iterable[str], written: Iterable[str]) -> list[str]:
    """Join the tags that were given and those in the text. Raises Invalid(tags=...) for what is no tag."""
    tags = [tag.strip().removeprefix("#").lower() for tag in given]
    wrong = [tag for tag in tags if not TAG.fullmatch(tag)]
    if wrong:
        raise Invalid(tags=_("A tag is one word of letters, digits and hyphens, without spaces."))
    return list(dict.fromkeys([*tags, *written]))


def store_tags(
    session: Session, post_id: int, tags: Iterable[str], at: datetime, *, new: bool = False
) -> None:
    """Replace the tags of a post; a new one has none yet."""
    if not new:
        session.execute(delete(PostTag).where(PostTag.post_id == post_id))
    rows = [{"post_id": post_id, "tag": tag, "at": at} for tag in tags]
    if rows:
        session.execute(insert(PostTag), rows)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: in a post or in a comment under it."""

    kind: str  # post, comment
    object_id: int
    post_id: int
    new: bool = False  # just written: nothing is stored for it yet
    untimed: bool = False  # the hour of writing must not be known
    said: str = ""  # the text before it was changed


def store_mentions(session: Session, viewer: Viewer, place: Place, written: Written, at: datetime) -> None:
    """Replace the mentions of a post or comment; who was not named before is told, oneself apart.

    So are those who look after a group that was not named before.
    """
    here = (Mention.kind == place.kind, Mention.object_id == place.object_id)
    before = set() if place.new else set(session.scalars(select(Mention.person_id).where(*here)))
    now = set(written.mentioned)
    if before - now:
        session.execute(delete(Mention).where(*here, Mention.person_id.in_(before - now)))
    fresh = sorted(now - before)
    if fresh:
        same = {"kind": place.kind, "object_id": place.object_id, "post_id": place.post_id, "at": at}
        session.execute(insert(Mention), [{**same, "person_id": person} for person in fresh])
    for person in fresh:
        if person != viewer.id:
            named = Mentioned(place.post_id, place.kind, place.object_id, person, viewer.id)
            emit(session, named, at=at if place.untimed else None)
    known = set(text.mentions(place.said)) if written.groups else set()
    for group in written.groups:
        if group.slug not in known:
            meant = GroupMentioned(place.post_id, place.kind, place.object_id, group.id, viewer.id)
            emit(session, meant, at=at if place.untimed else None)
