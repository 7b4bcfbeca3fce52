"""Removing the demo company: its rows, what hangs on them, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, delete, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.chat.models import Conversation, Message, Participation
from rse.core.model import Base
from rse.feed.models import Post
from rse.groups.models import Group
from rse.integration.models import Webhook
from rse.pages.models import Page, PageVersion
from rse.people.models import Department, DepartmentMembership, PersonSkill, Profile, Skill

CHUNK = 400
Doomed = dict[str, set[int]]  # name of a table: ids of its rows
WEBHOOKS = select(Webhook.id).join(Person, Person.id == Webhook.created_by).where(Person.demo)


def chunks(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    """Cut ids into lists that fit into one statement."""
    listed = sorted(ids)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def choose(session: Session) -> Doomed:
    """Choose the rows that go: those of the demo, less what real people use, and all that hangs on them."""
    people = set(session.scalars(select(Person.id).where(Person.demo)))
    doomed: Doomed = {
        "person": people,
        "post": set(session.scalars(select(Post.id).where(Post.demo))),
        "group": set(session.scalars(select(Group.id).where(Group.demo))) - _used_groups(session),
        "department": set(session.scalars(select(Department.id).where(Department.demo)))
        - _used_departments(session),
        "skill": set(session.scalars(select(Skill.id).where(Skill.demo))) - _used_skills(session),
        "conversation": _conversations(session),
        "page": set(session.scalars(select(Page.id).where(Page.demo))) - _used_pages(session),
        "webhook": set(session.scalars(WEBHOOKS)),
    }
    _spread(session, doomed)
    return doomed


def _real(query: Select[Any], person: Any) -> Select[Any]:
    """Keep what belongs to a person who is not of the demo."""
    return query.join(Person, Person.id == person).where(~Person.demo)


def _used_groups(session: Session) -> set[int]:
    """Give the groups in which real people have written."""
    posts = _real(select(Post.group_id).where(Post.group_id.is_not(None), ~Post.demo), Post.author_id)
    talks = select(Conversation.group_id).join(Message, Message.conversation_id == Conversation.id)
    written = _real(talks.where(Conversation.group_id.is_not(None)), Message.author_id)
    pages = select(Page.group_id).where(Page.id.in_(_used_pages(session)))
    return {*session.scalars(posts), *session.scalars(written), *session.scalars(pages)}


def _used_pages(session: Session) -> set[int]:
    """Give the pages that real people have written in."""
    return set(session.scalars(_real(select(PageVersion.page_id), PageVersion.author_id)))


def _used_departments(session: Session) -> set[int]:
    """Give the departments of real people, and those above."""
    parents = dict(session.execute(select(Department.id, Department.parent_id)).all())
    profiles = _real(select(Profile.department_id), Profile.person_id)
    members = _real(select(DepartmentMembership.department_id), DepartmentMembership.person_id)
    brought = select(Department.id).where(~Department.demo)
    used: set[int] = set()
    for start in {*session.scalars(profiles), *session.scalars(members), *session.scalars(brought)}:
        here = start
        while here is not None and here not in used:
            used.add(here)
            here = parents.get(here)
    return used


def _used_skills(session: Session) -> set[int]:
    return set(session.scalars(_real(select(PersonSkill.skill_id), PersonSkill.person_id)))


def _conversations(session: Session) -> set[int]:
    """Give the demo's conversations, and the direct ones with somebody of the demo; those in use stay."""
    direct = (
        select(Participation.conversation_id)
        .join(Conversation, Conversation.id == Participation.conversation_id)
        .join(Person, Person.id == Participation.person_id)
        .where(Conversation.group_id.is_(None), Person.demo)
    )
    groups = select(Conversation.id).where(
        Conversation.demo, Conversation.group_id.not_in(_used_groups(session))
    )
    alone = select(Conversation.id).where(Conversation.demo, Conversation.group_id.is_(None))
    return {*session.scalars(direct), *session.scalars(groups), *session.scalars(alone)}


def _ties(table: Table, doomed: Mapping[str, set[int]]) -> Iterator[tuple[Any, set[int]]]:
    """Give the columns through which rows of a table hang on rows that go, and the ids of those."""
    for key in table.foreign_keys:
        held = doomed.get(key.column.table.name)
        if held and (not key.parent.nullable or key.ondelete == "CASCADE"):
            yield key.parent, held
    if {"kind", "object_id"} <= set(table.columns.keys()):  # of a post or a comment, without a key
        for kind in ("post", "comment"):
            if doomed.get(kind):
                yield table.c.object_id, doomed[kind]


def _spread(session: Session, doomed: Doomed) -> None:
    """Add the rows that hang on rows that go, in tables whose rows have ids of their own."""
    for table in Base.metadata.sorted_tables:
        if "id" not in table.c or table.c.id.type.python_type is not int:
            continue
        for column, held in _ties(table, doomed):
            for part in chunks(held):
                found = session.scalars(select(table.c.id).where(column.in_(part)))
                doomed.setdefault(table.name, set()).update(found)


def remove(session: Session, doomed: Doomed) -> int:
    """Delete the rows, children first; gives how many with ids of their own there were."""
    for table in reversed(Base.metadata.sorted_tables):
        for column, held in _ties(table, doomed):
            for part in chunks(held):
                session.execute(delete(table).where(column.in_(part)))
        for part in chunks(doomed.get(table.name, ())):
            session.execute(delete(table).where(table.c.id.in_(part)))
    session.expire_all()
    return sum(map(len, doomed.values()))


def adopt(session: Session) -> None:
    """Let go of the mark on what stays because real people use it."""
    for model in (Group, Department, Skill, Conversation, Page):
        session.execute(update(model).where(model.demo).values(demo=False))
