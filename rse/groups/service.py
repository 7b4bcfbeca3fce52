"""Writes of groups: create, edit, enter, leave, invite. Arguments are checked by schemas before."""

import secrets
import unicodedata
from collections.abc import Sequence

from slugify import slugify
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import EVERYONE, Viewer, group_token, readable_people
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import new_id
from rse.core.policy import Action, Invalid, NotFound, require
from rse.groups import policy, queries
from rse.groups.events import Accepted, Asked, GroupChanged, GroupRetokened, Invited, MemberJoined, MemberLeft
from rse.groups.models import Group, Membership

SLUG = 60


def _audiences(group_id: int, visibility: str) -> tuple[str, str]:
    """Give (who knows of the group, who reads its posts)."""
    own = group_token(group_id)
    return (own if visibility == "secret" else EVERYONE), (EVERYONE if visibility == "open" else own)


def _slug(session: Session, name: str, visibility: str) -> str:
    """Make a slug from the name, or a random one that tells nothing of a secret group."""
    if visibility == "secret":
        return secrets.token_hex(8)
    base = slugify(unicodedata.normalize("NFC", name), max_length=SLUG) or "groupe"
    taken = set(session.scalars(select(Group.slug).where(Group.slug.startswith(base, autoescape=True))))
    return next(s for s in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


def create(
    session: Session,
    viewer: Viewer,
    *,
    name: str,
    description: str = "",
    visibility: str = "open",
    purpose: str = "professional",
) -> Group:
    """Create a group; its creator owns it. Raises Refused for guests."""
    require(policy.may_create(viewer), Action.CREATE_GROUP, _("Guests do not create groups."))
    group = insert(
        session, name=name, description=description, visibility=visibility, purpose=purpose, by=viewer.id
    )
    enter(session, group, viewer.id, role="owner")
    return group


def insert(
    session: Session,
    *,
    name: str,
    slug: str = "",
    description: str = "",
    visibility: str = "open",
    purpose: str = "professional",
    by: int | None = None,
    demo: bool = False,
) -> Group:
    """Store a new group without members, for `create` and for imports."""
    group_id = new_id()
    audience, posts_audience = _audiences(group_id, visibility)
    group = Group(
        id=group_id, slug=slug or _slug(session, name, visibility), name=name, description=description,
        visibility=visibility, purpose=purpose, audience=audience, posts_audience=posts_audience,
        created_by=by, created_at=clock.now(), demo=demo, version=1, member_count=0, post_count=0,
    )  # fmt: skip
    session.add(group)
    session.flush()
    emit(session, GroupChanged(group.id))
    return group


def edit(
    session: Session,
    viewer: Viewer,
    group: Group,
    *,
    name: str | None = None,
    description: str | None = None,
    visibility: str | None = None,
    purpose: str | None = None,
) -> None:
    """Change what is given. A new visibility re-tokens everything in the group in this transaction.

    Raises Refused for those who do not own it, Invalid when a group with guests would be opened.
    """
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_edit(viewer, mine), Action.EDIT_GROUP, _("Only the group's owners change it."))
    group.name = name or group.name
    group.description = group.description if description is None else description
    group.purpose = purpose or group.purpose
    group.version += 1
    if visibility and visibility != group.visibility:
        if visibility == "open" and queries.has_guests(session, group.id):
            raise Invalid(visibility=_("A group with guests cannot be opened to the whole company."))
        _change_visibility(session, group, visibility)
    session.flush()
    emit(session, GroupChanged(group.id))


def _change_visibility(session: Session, group: Group, visibility: str) -> None:
    old = group.posts_audience
    if "secret" in {visibility, group.visibility}:
        group.slug = _slug(session, group.name, visibility)  # the old address told the name, or nothing
    group.visibility = visibility
    group.audience, group.posts_audience = _audiences(group.id, visibility)
    session.flush()
    if old != group.posts_audience:
        emit(session, GroupRetokened(group.id, old, group.posts_audience))


def archive(session: Session, viewer: Viewer, group: Group, *, archived: bool = True) -> None:
    """Close a group to writing, or open it again. What was written stays readable."""
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_edit(viewer, mine), Action.ARCHIVE_GROUP, _("Only the group's owners archive it."))
    group.archived_at = clock.now() if archived else None
    group.version += 1
    session.flush()
    emit(session, GroupChanged(group.id))


def join(session: Session, viewer: Viewer, group: Group) -> str:
    """Enter, by right or invitation (gives "active"), or ask to enter a closed group ("asked")."""
    mine = queries.membership(session, group.id, viewer.id)
    if policy.is_member(mine):
        return "active"
    if policy.may_join(viewer, group, mine):
        enter(session, group, viewer.id)
        return "active"
    if mine is not None:
        return mine.state
    require(policy.may_ask(viewer, group, mine), Action.JOIN_GROUP, _("This group cannot be joined."))
    _tie(session, group, viewer.id, "asked")
    emit(session, Asked(group.id, viewer.id))
    return "asked"


def _tie(session: Session, group: Group, person_id: int, state: str, by: int | None = None) -> None:
    values = {"state": state, "invited_by": by, "at": clock.now(), "seen_count": 0}
    session.add(Membership(group_id=group.id, person_id=person_id, role="member", **values))
    session.flush()


def enter(session: Session, group: Group, person_id: int, role: str = "member") -> None:
    """Make somebody a member now, whatever tie they had before."""
    tie = queries.membership(session, group.id, person_id)
    if tie is None:
        tie = Membership(group_id=group.id, person_id=person_id, role=role, invited_by=None)
        session.add(tie)
    elif tie.state == "active":
        tie.role = role if role != "member" else tie.role
        session.flush()
        return
    tie.state, tie.at, tie.seen_count = "active", clock.now(), group.post_count
    session.flush()
    _count(session, group)
    emit(session, MemberJoined(group.id, person_id))


def leave(session: Session, viewer: Viewer, group: Group) -> None:
    """Leave, take back a request, or decline an invitation. The last owner names another one first."""
    tie = queries.membership(session, group.id, viewer.id)
    if tie is None:
        return
    if policy.is_owner(tie):
        _require_other_owner(session, group, viewer.id)
    _remove(session, group, tie)


def _require_other_owner(session: Session, group: Group, person_id: int) -> None:
    active = (
        Membership.group_id == group.id,
        Membership.state == "active",
        Membership.person_id != person_id,
    )
    if session.scalar(select(func.count()).where(*active)) == 0:
        return  # the last member may go; the group stays, without members
    if session.scalar(select(func.count()).where(*active, Membership.role == "owner")) == 0:
        raise Invalid(role=_("You are the last owner: name another one before you leave."))


def _remove(session: Session, group: Group, tie: Membership) -> None:
    was_active, person_id = tie.state == "active", tie.person_id
    session.delete(tie)
    session.flush()
    if was_active:
        _count(session, group)
        emit(session, MemberLeft(group.id, person_id))


def invite(session: Session, viewer: Viewer, group: Group, person_ids: Sequence[int]) -> int:
    """Invite people, or accept those who asked. Gives how many are new.

    Raises Refused for who may not invite, Invalid for unknown people and for guests in an open group.
    """
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_invite(group, mine), Action.INVITE, _("You cannot invite people to this group."))
    seen = readable_people(Person.audience, Person.id, viewer)
    chosen = select(Person.id, Person.kind).where(Person.id.in_(person_ids), Person.status == "active", seen)
    people = {row.id: row.kind for row in session.execute(chosen)}
    if len(people) < len(set(person_ids)):
        raise Invalid(person_ids=_("Somebody on this list cannot be invited."))
    if group.visibility == "open" and "guest" in people.values():
        raise Invalid(person_ids=_("Guests enter closed and secret groups only."))
    return sum(_invite_one(session, viewer, group, person_id, mine) for person_id in people)


def _invite_one(
    session: Session, viewer: Viewer, group: Group, person_id: int, mine: Membership | None
) -> bool:
    tie = queries.membership(session, group.id, person_id)
    if tie is not None:
        welcome = tie.state == "asked" and policy.may_manage(mine)
        if welcome:
            _let_in(session, viewer, group, person_id)
        return welcome
    _tie(session, group, person_id, "invited", viewer.id)
    emit(session, Invited(group.id, person_id, viewer.id))
    return True


def _let_in(session: Session, viewer: Viewer, group: Group, person_id: int) -> None:
    enter(session, group, person_id)
    emit(session, Accepted(group.id, person_id, viewer.id))


def _managed(session: Session, viewer: Viewer, group: Group, person_id: int) -> Membership:
    """Give the tie of somebody whom the viewer may manage. Raises Refused or NotFound."""
    require_staff(session, viewer, group)
    mine, tie = (queries.membership(session, group.id, who) for who in (viewer.id, person_id))
    if tie is None:
        raise NotFound
    above = tie.role == "owner" and not policy.is_owner(mine)
    require(not above, Action.MANAGE_MEMBERS, _("Only owners change owners."))
    return tie


def require_staff(session: Session, viewer: Viewer, group: Group) -> None:
    """Raise Refused unless the viewer looks after the group."""
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_manage(mine), Action.MANAGE_MEMBERS, _("Only owners and moderators do that."))


def accept(session: Session, viewer: Viewer, group: Group, person_id: int) -> None:
    """Let in somebody who asked."""
    tie = _managed(session, viewer, group, person_id)
    if tie.state == "asked":
        _let_in(session, viewer, group, person_id)


def remove(session: Session, viewer: Viewer, group: Group, person_id: int) -> None:
    """Put somebody out, or refuse their request."""
    tie = _managed(session, viewer, group, person_id)
    if tie.role == "owner":
        _require_other_owner(session, group, person_id)
    _remove(session, group, tie)


def set_role(session: Session, viewer: Viewer, group: Group, person_id: int, role: str) -> None:
    """Make a member owner, moderator or plain member; owners do that, guests are never owners."""
    tie = _managed(session, viewer, group, person_id)
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.is_owner(mine), Action.MANAGE_MEMBERS, _("Only owners name owners and moderators."))
    guest = session.scalar(select(Person.kind).where(Person.id == person_id)) == "guest"
    if tie.state != "active" or (guest and role != "member"):
        raise Invalid(role=_("This person cannot have that role here."))
    if tie.role == "owner" and role != "owner":
        _require_other_owner(session, group, person_id)
    tie.role = role
    session.flush()


def _count(session: Session, group: Group) -> None:
    active = (Membership.group_id == group.id, Membership.state == "active")
    group.member_count = session.scalar(select(func.count()).where(*active)) or 0
    session.flush()


def count_posts(session: Session, group_id: int, change: int = 1) -> None:
    """Note that posts came into a group, or went; called by the feed in the same transaction."""
    counted = update(Group).where(Group.id == group_id).values(post_count=Group.post_count + change)
    session.execute(counted.execution_options(synchronize_session="fetch"))


def mark_seen(session: Session, group: Group, person_id: int) -> None:
    """Note that a member has looked at the group's feed: nothing is unread any more."""
    tie = queries.membership(session, group.id, person_id)
    if tie is not None and tie.seen_count != group.post_count:
        tie.seen_count = group.post_count
        session.flush()
