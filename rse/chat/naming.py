"""People and groups named by `@` in messages: whom a writer may mean there, and who hears of it.

People outside of the conversation stay plain text. A group is told through those who look after it; where
none of them reads the conversation, or a reader must not know of the group, that is said before it is sent.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from rse.chat import queries
from rse.chat.models import Participation
from rse.chat.policy import Place
from rse.core import text
from rse.core.audience import EVERYONE, Viewer
from rse.core.i18n import _, enumeration
from rse.core.policy import Invalid
from rse.groups import mentioning
from rse.groups.mentioning import Meant
from rse.groups.models import Membership


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a message, ready to be stored, and the ids of whom they name."""

    html: str
    people: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()


def write(session: Session, viewer: Viewer, place: Place, body: str) -> Written:
    """Render a message; nothing is asked of the database where nobody is named.

    Raises Invalid(body=...) for a group that cannot be mentioned here.
    """
    words = text.mentions(body)
    if not words:
        return Written(text.render(body, {}))
    people = queries.mentionable(session, place.conversation, words)
    known = {uid.lower() for uid in people}
    groups = mentioning.named(session, viewer, {word for word in words if word not in known})
    refused = _unfit(session, place, groups)
    if refused:
        raise Invalid(body=refused)
    links = {uid: (card.href, card.display_name) for uid, card in people.items()}
    html = text.render(body, links | {group.slug: group.link for group in groups})
    return Written(html, tuple(c.id for c in people.values()), tuple(group.id for group in groups))


def _unfit(session: Session, place: Place, groups: list[Meant]) -> str:
    """Say kindly why groups cannot be mentioned in a conversation; "" where they can."""
    if not groups:
        return ""
    if place.group is not None:
        return mentioning.unfit(session, place.group.posts_audience, groups)
    unknown = [one.name for one in groups if one.audience != EVERYONE and _strangers(session, place, one)]
    if unknown:
        return mentioning.secret(unknown)
    deaf = [one.name for one in groups if not _heard(session, place, one)]
    if deaf:
        quoted = [_("“%(name)s”", name=name) for name in deaf]
        return _(
            "Nobody who looks after %(names)s is in this conversation: write in the discussion of the group, "
            "or take the name out.",
            names=enumeration(quoted),
        )
    return ""


def _strangers(session: Session, place: Place, group: Meant) -> bool:
    """Tell whether somebody in a direct conversation is not in a group."""
    member = exists().where(
        Membership.group_id == group.id,
        Membership.person_id == Participation.person_id,
        Membership.state == "active",
    )
    here = (Participation.conversation_id == place.conversation.id, Participation.left_at.is_(None))
    return session.scalar(select(Participation.person_id).where(*here, ~member).limit(1)) is not None


def _heard(session: Session, place: Place, group: Meant) -> bool:
    """Tell whether one of a group's staff is in a direct conversation; true for a group without staff."""
    staff = mentioning.staff_of(session, group.id)
    here = (Participation.conversation_id == place.conversation.id, Participation.left_at.is_(None))
    query = select(Participation.person_id).where(*here, Participation.person_id.in_(staff))
    return not staff or session.scalar(query.limit(1)) is not None
