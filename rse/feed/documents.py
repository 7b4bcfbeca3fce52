"""Posts and comments as the API writes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from rse.accounts.cards import Card
from rse.core import kinds
from rse.core.audience import EVERYONE, Viewer
from rse.core.fragments import Cache
from rse.core.i18n import _
from rse.core.model import encode_id
from rse.core.render import iso
from rse.feed import queries, timeline
from rse.feed.cards import key_of
from rse.feed.choosing import Reason
from rse.feed.timeline import Entry
from rse.files.queries import Link, Shown, attached, links
from rse.files.schemas import FileOut
from rse.files.schemas import data as file_data
from rse.groups import queries as groups
from rse.groups.mentioning import in_html

KEPT = 5000

cache = Cache(KEPT)


class PersonOut(BaseModel):
    """A person as lists name them."""

    id: str
    uid: str
    display_name: str
    title: str
    site: str
    avatar_url: str | None


class GroupOut(BaseModel):
    """The group that a post stands in."""

    id: str
    slug: str
    name: str


class MeantOut(BaseModel):
    """A group that a text names."""

    id: str
    name: str


class AudienceOut(BaseModel):
    """Who reads a post: in words, and how many people."""

    label: str
    people: int


class ReasonOut(BaseModel):
    """Why a feed shows a post."""

    code: str
    label: str


class LinkOut(BaseModel):
    """What the page behind the first link of a post says of itself."""

    url: str
    title: str
    description: str
    site: str


class PostOut(BaseModel):
    """A post. Its kind may add fields of its own."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    author: PersonOut
    group: GroupOut | None
    title: str | None
    body: str
    body_html: str
    tags: list[str]
    language: str | None
    mentions: list[PersonOut]
    group_mentions: list[MeantOut]
    created_at: str
    edited_at: str | None
    comment_count: int
    reactions: dict[str, int]
    my_reactions: list[str]
    answer_id: str | None
    attachments: list[FileOut]
    link_preview: LinkOut | None = None
    votes: int | None = None
    status: str | None = None
    poll: dict[str, Any] | None = None
    audience: AudienceOut
    reason: ReasonOut | None = None


class PostPage(BaseModel):
    """A page of posts."""

    items: list[PostOut]
    next_cursor: str | None


class CommentOut(BaseModel):
    """A comment."""

    id: str
    post_id: str
    parent_id: str | None
    author: PersonOut
    body: str
    body_html: str
    created_at: str
    edited_at: str | None
    reactions: dict[str, int]
    my_reactions: list[str]
    attachments: list[FileOut]
    link_preview: LinkOut | None = None


class CommentPage(BaseModel):
    """A page of comments, oldest first."""

    items: list[CommentOut]
    next_cursor: str | None


def person(card: Card) -> dict[str, Any]:
    """Write a person."""
    return {
        "id": card.public_id,
        "uid": card.uid,
        "display_name": card.display_name,
        "title": card.title,
        "site": card.site,
        "avatar_url": card.avatar_url,
    }


def _post(
    body: queries.Body, named: Sequence[Card], files: Sequence[Shown], link: Link | None
) -> dict[str, Any]:
    """Write what does not depend on the viewer."""
    return {
        "id": encode_id(body.id),
        "kind": body.kind,
        "author": person(body.author),
        "group": body.group
        and {"id": encode_id(body.group[0]), "slug": body.group[1], "name": body.group[2]},
        "title": body.title,
        "body": body.body,
        "body_html": body.html,
        "tags": body.tags,
        "language": body.language or None,
        "mentions": [person(card) for card in named],
        "group_mentions": [{"id": encode_id(at), "name": name} for at, name in in_html(body.html).items()],
        "created_at": iso(body.at),
        "edited_at": iso(body.edited_at) if body.edited_at else None,
        "comment_count": body.comment_count,
        "reactions": body.reactions,
        "my_reactions": [],
        "answer_id": encode_id(body.answer_id) if body.answer_id else None,
        "attachments": [file_data(file) for file in files],
        "link_preview": asdict(link) if link else None,
        **dict.fromkeys(("votes", "status", "poll")),
    }


def _documents(session: Session, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    found = [cache.get(key_of(entry)) for entry in entries]
    missing = [entry.id for entry, document in zip(entries, found, strict=True) if document is None]
    if missing:
        bodies, named = queries.bodies(session, missing), queries.mentions(session, missing)
        files = attached(session, "post", [body.id for body in bodies.values() if body.files])
        shown = links(session, {body.link_id for body in bodies.values() if body.link_id})
        for at, entry in enumerate(entries):
            if found[at] is None:
                body = bodies[entry.id]
                link = shown.get(body.link_id or 0)
                found[at] = _post(body, named.get(body.id, ()), files.get(body.id, ()), link)
                cache.put(key_of(entry), found[at])
    return found


def posts(
    session: Session,
    viewer: Viewer,
    entries: Sequence[Entry],
    *,
    scope: str | None = None,
    why: Mapping[int, Reason] | None = None,
) -> list[dict[str, Any]]:
    """Write posts that the viewer may read; with a scope each says why the feed shows it."""
    signs = queries.mine(session, viewer, [entry.id for entry in entries])
    everyone = queries.readers(session, EVERYONE) if any(e.audience == EVERYONE for e in entries) else 0
    reason = _reasons(session, viewer, scope)
    company, members = _("The whole company"), _("Members of the group")
    written = []
    for entry, document in zip(entries, _documents(session, entries), strict=True):
        mine = signs.get(entry.id)
        whole = entry.audience == EVERYONE
        audience = {
            "label": company if whole else members,
            "people": everyone if whole else entry.members or 0,
        }
        more: dict[str, Any] = {"audience": audience}
        if mine:
            more["my_reactions"] = [name for name in document["reactions"] if name in mine]
        if scope:
            more["reason"] = asdict(why[entry.id]) if why else reason(entry)
        written.append({**document, **more})
    _add_kinds(session, viewer, entries, written)
    return written


def _add_kinds(
    session: Session, viewer: Viewer, entries: Sequence[Entry], written: list[dict[str, Any]]
) -> None:
    """Add what the kinds of posts on a page say of theirs: one call for each."""
    for name in {entry.kind for entry in entries}:
        document = kinds.of(name).document
        if document is None:
            continue
        of_name = [at for at, entry in enumerate(entries) if entry.kind == name]
        found = document(session, viewer, [entries[at].id for at in of_name])
        for at in of_name:
            written[at] |= found.get(entries[at].id, {})


def _reasons(session: Session, viewer: Viewer, scope: str | None) -> Any:
    """Give what says why the feed shows a post."""
    own = frozenset(groups.group_ids(viewer))
    people = frozenset(timeline.follows(session, viewer)[0]) if scope == "following" else frozenset()
    texts = {
        "own": _("You wrote it"),
        "group": _("You are a member of the group"),
        "open_group": _("The group is open to the whole company"),
        "company": _("It was published to the whole company"),
        "person": _("You follow its author"),
        "tag": _("You follow one of its tags"),
    }

    def reason(entry: Entry) -> dict[str, str]:
        if scope == "following":
            code = "person" if entry.author_id in people else "tag"
        elif entry.author_id == viewer.id:
            code = "own"
        elif entry.group_id is None:
            code = "company"
        else:
            code = "group" if entry.group_id in own else "open_group"
        return {"code": code, "label": texts[code]}

    return reason


def post(session: Session, viewer: Viewer, post_id: int) -> dict[str, Any]:
    """Write one post. Raises NotFound (as queries.post) when the viewer may not read it."""
    return posts(session, viewer, [timeline.one(session, viewer, post_id)])[0]


def comments(
    session: Session, viewer: Viewer, post_id: int, shown: Collection[queries.Shown]
) -> list[dict[str, Any]]:
    """Write the comments of a readable post."""
    mine = queries.my_reactions(session, viewer, [c.id for c in shown])
    files = attached(session, "comment", [c.id for c in shown if c.files])
    previews = links(session, {c.link_id for c in shown if c.link_id})
    return [
        {
            "id": encode_id(c.id),
            "post_id": encode_id(post_id),
            "parent_id": encode_id(c.parent_id) if c.parent_id else None,
            "author": person(c.author),
            "body": c.body,
            "body_html": c.html,
            "created_at": iso(c.at),
            "edited_at": iso(c.edited_at) if c.edited_at else None,
            "reactions": c.reactions,
            "my_reactions": [name for name in c.reactions if name in mine.get(c.id, ())],
            "attachments": [file_data(file) for file in files.get(c.id, ())],
            "link_preview": asdict(previews[c.link_id]) if c.link_id in previews else None,
        }
        for c in shown
    ]
