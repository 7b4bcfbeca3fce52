"""Writes of thanks: to people who read them, a few times a week, perhaps confirming a skill."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import company
from rse.core.audience import Viewer, readable_people
from rse.core.events import emit
from rse.core.i18n import _, enumeration, ngettext
from rse.core.model import decode_id
from rse.core.policy import Action, Invalid, require
from rse.feed import writing
from rse.feed.models import Post
from rse.people import expertise
from rse.people.models import PersonSkill
from rse.people.vocabulary import Vocabulary, key
from rse.recognition import policy, queries
from rse.recognition.events import Thanked
from rse.recognition.models import Kudos, Recipient


def store(session: Session, viewer: Viewer, post: Post, given: Any) -> None:
    """Note whom a new post thanks (schemas.PublishKudos).

    Where they declare the skill, the thanks confirm it: that is evidence of expertise. Raises Refused where
    thanks are not in use or too many were said this week, Invalid for people who cannot be thanked here.
    """
    require(policy.may_thank(session, viewer), Action.THANK, _("Thanks are not in use at your site."))
    most = policy.quota(session)
    reason = ngettext(
        "You may thank in public once a week: the next one can wait, or be said face to face.",
        "You may thank in public %(n)s times a week: the next one can wait, or be said face to face.",
        most,
    )
    require(queries.said(session, viewer.id, post.kind, post.at) <= most, Action.THANK, reason)
    people = _people(session, viewer, post.audience, given.recipients)
    skill_id = _skill(session, viewer, given.skill)
    session.add(Kudos(post_id=post.id, skill_id=skill_id))
    session.add_all(Recipient(post_id=post.id, person_id=person.id) for person in people)
    session.flush()
    for person in people:
        if skill_id is not None and session.get(PersonSkill, (person.id, skill_id)) is not None:
            expertise.endorse(session, viewer, person, skill_id)
        emit(session, Thanked(post.id, person.id, viewer.id, post.at))


def _people(session: Session, viewer: Viewer, audience: str, names: Sequence[str]) -> list[Person]:
    ids = [number for name in names if (number := _number(name)) is not None]
    query = select(Person).where(
        or_(Person.uid.in_([*names, *(name.lower() for name in names)]), Person.id.in_(ids)),
        Person.status == "active",
        Person.kind != "service",
        readable_people(Person.audience, Person.id, viewer),
    )
    people = list(session.scalars(query.order_by(Person.id)))
    known = {person.uid.lower() for person in people} | {person.public_id for person in people}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise Invalid(recipients=_("Nobody is known by %(names)s.", names=enumeration(unknown)))
    if any(person.id == viewer.id for person in people):
        raise Invalid(recipients=_("You cannot thank yourself."))
    named = [writing.Named(p.id, p.uid, p.display_name, p.kind) for p in people]
    reached = writing.readers_among(session, audience, named)
    outside = [person.display_name for person in people if person.id not in reached]
    if outside:
        raise Invalid(recipients=_("%(names)s would not see it here.", names=enumeration(outside)))
    off = [person.display_name for person in people if not policy.in_use(session, person.site)]
    if off:
        raise Invalid(recipients=_("Thanks are not in use for %(names)s.", names=enumeration(off)))
    return people


def _number(name: str) -> int | None:
    try:
        return decode_id(name)
    except ValueError:
        return None


def _skill(session: Session, viewer: Viewer, label: str | None) -> int | None:
    if not label:
        return None
    vocabulary = Vocabulary(session, viewer.locale)
    vocabulary.learn([label])
    found = vocabulary.known.get(key(label))
    if found is None:
        raise Invalid(skill=_("No colleague has this skill yet: leave it out, or choose another word."))
    return found


def set_rules(session: Session, *, quota: int, sites_off: Sequence[str], by: int) -> list[str]:
    """Keep the quota of a week and where thanks are not in use; names what has changed. Flushes."""
    wanted = {
        policy.KEY_QUOTA: None if quota == policy.QUOTA else quota,
        policy.KEY_SITES: sorted(set(sites_off)) or None,
    }
    return [key for key, value in wanted.items() if company.put(session, key, value, by=by)]


def forget(session: Session, person_id: int) -> None:
    """Take a person off the thanks that others said to them; the posts stay their authors'."""
    session.execute(delete(Recipient).where(Recipient.person_id == person_id))
