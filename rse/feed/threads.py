"""Old conversations from elsewhere: read line by line, stored in batches, each message once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, text, tongue
from rse.core.audience import EVERYONE
from rse.core.events import emit
from rse.core.i18n import _
from rse.core.model import encode_id, new_id
from rse.feed.events import ThreadsImported
from rse.feed.models import Comment, Mention, Post, PostTag
from rse.feed.threadfile import Line, Report
from rse.groups import service as groups
from rse.groups.events import MemberJoined
from rse.groups.models import Group, Membership
from rse.people.events import PersonChanged

SOURCE_MENTION = re.compile(r"@\[[^\]|\n]*\|([^\]\n]*)\]")  # @[i0021|Lucy Sharp]: somebody of the source


@dataclass(frozen=True, slots=True)
class Where:
    """Where a message of the file is: its post, and its comment unless it is the post itself."""

    post_id: int
    comment_id: int | None


@dataclass
class State:
    """What an import remembers between batches: people, groups, members, where each message went."""

    create_authors: bool = False
    people: dict[str, int] = field(default_factory=dict)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)  # employees who may be mentioned
    groups: dict[str, tuple[int, str]] = field(default_factory=dict)  # slug -> id, audience of its posts
    members: set[tuple[int, int]] = field(default_factory=set)
    where: dict[str, Where] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


def load(session: Session, *, create_authors: bool) -> State:
    """Begin an import: who is here."""
    state = State(create_authors)
    query = select(Person.id, Person.uid, Person.display_name, Person.kind, Person.status)
    for person in session.execute(query):
        state.people[person.uid] = person.id
        if person.kind == "employee" and person.status == "active":
            state.links[person.uid.lower()] = (f"/people/{encode_id(person.id)}", person.display_name)
    return state


def store(session: Session, state: State, batch: list[tuple[int, Line]]) -> None:
    """Store one batch in the transaction of the caller; what is there already is left as it is."""
    _recognise(session, state, [line for _number, line in batch])
    rows = _Rows()
    for number, line in batch:
        if line.id in state.where:
            state.report.known += 1
            continue
        author = _author(session, state, line)
        if author is None:
            state.report.unknown[line.author] += 1
            state.report.skip(number, _("author %(name)s is not known", name=line.author))
        elif line.parent is not None and line.parent not in state.where:
            state.report.skip(number, _("its parent %(id)s is not among the messages before", id=line.parent))
        else:
            _add(session, state, rows, line, author)
    _write(session, state, rows)


def _recognise(session: Session, state: State, lines: Iterable[Line]) -> None:
    """Find which messages and parents were stored before: by an import that was cut, or an older file."""
    wanted = {name for line in lines for name in (line.id, line.parent) if name} - state.where.keys()
    if not wanted:
        return
    posts = select(Post.external_id, Post.id).where(Post.external_id.in_(wanted))
    for name, post_id in session.execute(posts):
        state.where[name or ""] = Where(post_id, None)
    comments = select(Comment.external_id, Comment.post_id, Comment.id)
    for name, post_id, comment_id in session.execute(comments.where(Comment.external_id.in_(wanted))):
        state.where[name or ""] = Where(post_id, comment_id)


def _author(session: Session, state: State, line: Line) -> int | None:
    """Give the author's id; with --create-authors an unknown one becomes a person who cannot sign in."""
    known = state.people.get(line.author)
    if known is not None or not state.create_authors:
        return known
    name = " ".join(part.capitalize() for part in re.split(r"[._-]+", line.author) if part) or line.author
    person = Person(
        uid=line.author, email=f"{line.author.lower()}@imported.invalid", display_name=name,
        sort_name=name.lower(), kind="employee", status="deactivated", created_at=clock.now(), version=1,
        roles=frozenset(), audience=EVERYONE,
    )  # fmt: skip
    session.add(person)
    session.flush()
    emit(session, PersonChanged(person.id))
    state.people[line.author] = person.id
    return person.id


@dataclass
class _Rows:
    posts: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)


def _add(session: Session, state: State, rows: _Rows, line: Line, author: int) -> None:
    """Make the rows of one message."""
    group_id, audience = _group(session, state, line.group)
    if (group_id, author) not in state.members:
        state.members.add((group_id, author))
        rows.members.append((group_id, author))
    body = SOURCE_MENTION.sub(r"@\1", line.text)
    html = text.render(body, state.links if audience == EVERYONE else {})
    own = new_id()
    values = {
        "id": own, "author_id": author, "body": body, "body_html": html, "at": line.at, "edited_at": None,
        "reactions": {}, "external_id": line.id, "version": 1, "deleted_at": None,
    }  # fmt: skip
    if line.parent is None:
        tags = text.hashtags(body)
        values |= {
            "kind": line.kind or "message", "group_id": group_id, "audience": audience, "title": line.title,
            "tags": tags, "active_at": line.at, "comment_count": 0, "data": {}, "historical": True,
            "answer_id": None, "demo": False, "language": tongue.guess(text.plain(html)),
        }  # fmt: skip
        rows.posts.append(values)
        rows.tags += [{"post_id": own, "tag": tag, "at": line.at} for tag in tags]
        state.where[line.id] = Where(own, None)
    else:
        root = state.where[line.parent]
        rows.comments.append(values | {"post_id": root.post_id, "parent_id": root.comment_id})
        state.where[line.id] = Where(root.post_id, own)
    if 'class="mention"' in html:
        rows.mentions += _mentions(state, body, line, state.where[line.id])


def _mentions(state: State, body: str, line: Line, where: Where) -> list[dict[str, Any]]:
    kind, own = ("post", where.post_id) if where.comment_id is None else ("comment", where.comment_id)
    people = {state.people[uid] for uid in text.mentions(body) if uid in state.links and uid in state.people}
    same = {"kind": kind, "object_id": own, "post_id": where.post_id, "at": line.at}
    return [{**same, "person_id": person} for person in sorted(people)]


def _group(session: Session, state: State, slug: str) -> tuple[int, str]:
    """Give the group of a slug; one that does not exist becomes an open group."""
    if slug not in state.groups:
        group = session.scalars(select(Group).where(Group.slug == slug)).first()
        if group is None:
            name = slug.replace("-", " ").replace("_", " ")
            group = groups.insert(session, name=name[:1].upper() + name[1:], slug=slug)
        state.groups[slug] = (group.id, group.posts_audience)
        ties = select(Membership.person_id).where(
            Membership.group_id == group.id, Membership.state == "active"
        )
        state.members |= {(group.id, person) for person in session.scalars(ties)}
    return state.groups[slug]


def _write(session: Session, state: State, rows: _Rows) -> None:
    """Write the rows of a batch, count, and tell of it in one event."""
    for model, values in (
        (Post, rows.posts),
        (Comment, rows.comments),
        (PostTag, rows.tags),
        (Mention, rows.mentions),
    ):
        if values:
            session.execute(insert(model), values)
    _enter(session, rows.members)
    _count(session, rows.comments)
    state.report.posts += len(rows.posts)
    state.report.comments += len(rows.comments)
    times = [row["at"] for row in (*rows.posts, *rows.comments)]
    if times:
        posts = tuple(row["id"] for row in rows.posts)
        comments = tuple(row["id"] for row in rows.comments)
        batch = encode_id((posts or comments)[0])
        emit(session, ThreadsImported(batch, posts, comments, min(times), max(times)))


def _enter(session: Session, members: Iterable[tuple[int, int]]) -> None:
    """Make authors members of the groups that they wrote in; who had asked or was invited is in now."""
    touched: dict[int, list[int]] = {}
    for group_id, person in members:
        touched.setdefault(group_id, []).append(person)
    for group_id, people in touched.items():
        here = (Membership.group_id == group_id, Membership.person_id.in_(people))
        waiting = set(session.scalars(select(Membership.person_id).where(*here)))
        session.execute(update(Membership).where(*here).values(state="active"))
        seen = session.scalar(select(Group.post_count).where(Group.id == group_id)) or 0
        same = {"group_id": group_id, "role": "member", "state": "active", "at": clock.now()}
        fresh = [{**same, "person_id": p, "seen_count": seen} for p in people if p not in waiting]
        if fresh:
            session.execute(insert(Membership), fresh)
        active = (Membership.group_id == group_id, Membership.state == "active")
        number = select(func.count()).select_from(Membership).where(*active).scalar_subquery()
        session.execute(update(Group).where(Group.id == group_id).values(member_count=number))
        for person in people:
            emit(session, MemberJoined(group_id, person))


def _count(session: Session, comments: Iterable[Mapping[str, Any]]) -> None:
    """Set the counts of the posts that got comments, from the rows."""
    touched = {row["post_id"] for row in comments}
    if not touched:
        return
    query = select(Comment.post_id, func.count(), func.max(Comment.at)).where(
        Comment.post_id.in_(touched), Comment.deleted_at.is_(None)
    )
    values: list[dict[str, Any]] = [
        {"id": row[0], "comment_count": row[1], "active_at": row[2]}
        for row in session.execute(query.group_by(Comment.post_id))
    ]
    versions = dict(session.execute(select(Post.id, Post.version).where(Post.id.in_(touched))).all())
    session.execute(update(Post), [{**row, "version": versions[row["id"]] + 1} for row in values])
