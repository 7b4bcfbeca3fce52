"""How a group presents itself and receives: kind, colour, rules, welcome, templates, its foundation."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from rse.core import clock
from rse.core.audience import Viewer
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.policy import Action, Invalid, NotFound, require
from rse.groups import policy, queries, service
from rse.groups.events import GroupChanged, GroupFounded
from rse.groups.models import Group, GroupManners, Membership, PostTemplate
from rse.groups.starting import Start, starts

FRESH_DAYS = 14  # for so long a newcomer is shown the welcome
MOST_TEMPLATES = 12
BEGINNINGS = ("pages", "post", "templates")


def found(session: Session, viewer: Viewer, *, kind: str, begin: Collection[str], **given: Any) -> Group:
    """Create a group of a kind with what it begins with. Raises what service.create raises."""
    start = starts(viewer.locale).get(kind)
    if start is None:
        return service.create(session, viewer, **given)
    given["description"] = given.get("description") or start.description
    group = service.create(session, viewer, **given)
    furnish(session, group, start, templates="templates" in begin)
    emit(session, GroupFounded(group.id, viewer.id, kind, tuple(sorted(begin))))
    return group


def furnish(session: Session, group: Group, start: Start, *, templates: bool) -> None:
    """Give a new group the rules and the welcome of its kind, and its templates. Flushes."""
    group.kind = start.key
    session.add(GroupManners(group_id=group.id, rules=start.rules, welcome=start.welcome))
    if templates:
        rows = [
            {"group_id": group.id, "name": one.name, "kind": one.kind, "title": one.title, "body": one.body}
            | {"at": clock.now()}
            for one in start.templates
        ]
        session.execute(insert(PostTemplate), rows)
    session.flush()


def of(session: Session, group_id: int) -> GroupManners:
    """Give the rules and the welcome of a group; empty ones where nobody has written any."""
    held = session.get(GroupManners, group_id)
    return held or GroupManners(group_id=group_id, rules="", welcome="")


def change(session: Session, viewer: Viewer, group: Group, given: dict[str, Any]) -> None:
    """Change what is given of kind, shade, pages_by, rules and welcome. Raises Refused but for owners."""
    mine = queries.membership(session, group.id, viewer.id)
    require(policy.may_edit(viewer, mine), Action.EDIT_GROUP, _("Only the group's owners change it."))
    for name in given.keys() & {"kind", "shade", "pages_by"}:
        setattr(group, name, given[name])
    texts = {name: given[name] for name in given.keys() & {"rules", "welcome"}}
    if texts:
        held = session.merge(of(session, group.id))
        for name, text in texts.items():
            setattr(held, name, text)
    session.flush()
    emit(session, GroupChanged(group.id))


def greeting(session: Session, group: Group, tie: Membership | None) -> str:
    """Give the welcome that a newcomer has not put away; no query for anybody else."""
    if tie is None or tie.state != "active" or tie.greeted or tie.role == "owner":
        return ""
    if (clock.now() - tie.at).days >= FRESH_DAYS:
        return ""
    return of(session, group.id).welcome


def put_away(session: Session, viewer: Viewer, group: Group) -> None:
    """Note that a member has read the welcome."""
    tie = queries.membership(session, group.id, viewer.id)
    if tie is not None and not tie.greeted:
        tie.greeted = True
        session.flush()


def templates(session: Session, group_id: int) -> list[PostTemplate]:
    """Give how posts of a group may begin, in the order of writing."""
    query = select(PostTemplate).where(PostTemplate.group_id == group_id)
    return list(session.scalars(query.order_by(PostTemplate.at, PostTemplate.id)))


def template(session: Session, group_id: int, template_id: int) -> PostTemplate:
    """Give one of them. Raises NotFound."""
    held = session.get(PostTemplate, template_id)
    if held is None or held.group_id != group_id:
        raise NotFound
    return held


def save_template(
    session: Session, viewer: Viewer, group: Group, given: dict[str, str], template_id: int | None = None
) -> PostTemplate:
    """Write a template, or change one. Raises Refused, NotFound, Invalid when there are many."""
    service.require_staff(session, viewer, group)
    if template_id is None:
        number = select(func.count()).select_from(PostTemplate).where(PostTemplate.group_id == group.id)
        if (session.scalar(number) or 0) >= MOST_TEMPLATES:
            raise Invalid(name=_("A group has at most twelve: people choose from a short list."))
        held = PostTemplate(group_id=group.id, at=clock.now())
        session.add(held)
    else:
        held = template(session, group.id, template_id)
    for name in ("name", "kind", "title", "body"):
        setattr(held, name, given[name])
    session.flush()
    return held


def remove_template(session: Session, viewer: Viewer, group: Group, template_id: int) -> None:
    """Remove a template."""
    service.require_staff(session, viewer, group)
    held = template(session, group.id, template_id)
    session.execute(delete(PostTemplate).where(PostTemplate.id == held.id))
