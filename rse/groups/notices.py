"""What happens around memberships that somebody is told of: invitations, requests, being let in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock
from rse.core.audience import Viewer, group_token, person_token
from rse.core.i18n import _, lazy
from rse.core.notice import Line, Noted, Notice, Told
from rse.groups import policy, queries, renewing
from rse.groups.events import Accepted, Asked, GroupFellSilent, Invited
from rse.groups.models import Group, Membership


def _told(session: Session, event: Any, what: str, people: Iterable[int], audience: str) -> Told:
    by = getattr(event, "by_id", event.person_id)  # who asks is who did it
    tie = queries.membership(session, event.group_id, event.person_id)
    at = tie.at if tie else clock.now()
    return Told(
        f"{what}:{event.group_id}:{event.person_id}:{at:%Y%m%d%H%M%S}", f"group:{event.group_id}",
        event.person_id, at, audience, people, by, event.group_id,
    )  # fmt: skip


def _state(session: Session, event: Any) -> str:
    tie = queries.membership(session, event.group_id, event.person_id)
    return tie.state if tie else ""


def tell_invitation(session: Session, event: Invited) -> Iterator[Told]:
    """Tell who is invited, while they are."""
    if _state(session, event) == "invited":
        own = person_token(event.person_id)
        yield _told(session, event, "invitation", [event.person_id], own)


def tell_request(session: Session, event: Asked) -> Iterator[Told]:
    """Tell those who look after a group that somebody asks to enter."""
    if _state(session, event) == "asked":
        staff = select(Membership.person_id).where(
            Membership.group_id == event.group_id,
            Membership.state == "active",
            Membership.role.in_(sorted(policy.STAFF)),
        )
        people = session.scalars(staff).all()
        token = group_token(event.group_id)
        yield _told(session, event, "request", people, token)


def tell_accepted(session: Session, event: Accepted) -> Iterator[Told]:
    """Tell who asked that they are in."""
    if _state(session, event) == "active":
        token = group_token(event.group_id)
        yield _told(session, event, "membership", [event.person_id], token)


def tell_silence(session: Session, event: GroupFellSilent) -> Iterator[Told]:
    """Tell the owners of a group in which nobody has written for a year, unless they have answered."""
    group = session.get(Group, event.group_id)
    if group is not None and renewing.is_asked(group):
        owners = select(Membership.person_id).where(
            Membership.group_id == group.id, Membership.state == "active", Membership.role == "owner"
        )
        key, thread = f"silent:{group.id}:{event.at:%Y%m%d}", f"group:{group.id}"
        people, token = session.scalars(owners).all(), group_token(group.id)
        yield Told(key, thread, group.id, event.at, token, people, None, group.id)


def lines(session: Session, viewer: Viewer, noted: Sequence[Noted]) -> dict[int, Line]:
    """Say the notifications of groups; those that need no answer any more are left out. Three queries."""
    ids = {n.group_id for n in noted}
    shown = select(Group).where(Group.id.in_(ids), queries.visible(viewer))
    groups = {group.id: group for group in session.scalars(shown)}
    pairs = select(Membership).where(
        Membership.group_id.in_(groups),
        Membership.person_id.in_({viewer.id, *(n.object_id for n in noted)}),
    )
    ties = {(tie.group_id, tie.person_id): tie for tie in session.scalars(pairs)}
    people = {n.by_id for n in noted if n.by_id}
    rows = session.execute(select(Person.id, Person.display_name).where(Person.id.in_(people)))
    names = {row[0]: row[1] for row in rows}
    found = {}
    for note in noted:
        group = groups.get(note.group_id or 0)
        line = _line(note, group, ties, names, viewer) if group else None
        if line:
            found[note.id] = line
    return found


def _line(
    note: Noted,
    group: Group,
    ties: Mapping[tuple[int, int], Membership],
    names: Mapping[int, str],
    viewer: Viewer,
) -> Line | None:
    tie, mine = ties.get((group.id, note.object_id)), ties.get((group.id, viewer.id))
    said = {"name": names.get(note.by_id or 0, ""), "group": group.name}
    href = f"/groups/{group.slug}"
    if note.kind == "silent":
        asked = policy.is_owner(mine) and renewing.is_asked(group)
        words = _("Nobody has written in “%(group)s” for a year: is it still needed?", group=group.name)
        return Line(words, f"{href}/about", group.name) if asked else None
    match note.kind, tie.state if tie else "":
        case "invitation", "invited":
            return Line(_("%(name)s invites you to “%(group)s”", **said), href, group.name)
        case "request", "asked" if policy.may_manage(mine):
            return Line(_("%(name)s asks to enter “%(group)s”", **said), f"{href}/members", group.name)
        case "membership", "active":
            return Line(_("%(name)s let you into “%(group)s”", **said), href, group.name)
    return None


NOTICES = (
    Notice(
        "invitation", lazy("Invitations to groups"), "user-plus", (Invited,), tell_invitation, lines
    ),
    Notice("request", lazy("Requests to enter my groups"), "users", (Asked,), tell_request, lines),
    Notice("membership", lazy("My requests are accepted"), "users-round", (Accepted,), tell_accepted, lines),
    Notice(
        "silent", lazy("My groups in which nobody writes"), "clock", (GroupFellSilent,), tell_silence, lines
    ),
)  # fmt: skip
