"""The demo company's posts, comments, reactions and answers, stored in bulk as old content."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from rse.core import text, tongue
from rse.core.audience import EVERYONE
from rse.core.events import emit
from rse.core.model import new_id
from rse.demo import source
from rse.demo.company import Company
from rse.demo.source import PostText
from rse.feed.events import ThreadsImported
from rse.feed.models import Acceptance, Bookmark, Comment, Mention, Post, PostTag, Reaction
from rse.feed.policy import REACTIONS

MARK = "demo:"  # begins the external ids
BATCH = 200
KEPT = 4  # posts that each of the cast keeps for later
CAST = (
    "amelie.rousseau",
    "karim.benali",
    "sofia.marchetti",
    "claire.dupont",
    "thomas.nguyen",
    "ines.lambert",
)


class Threads:
    """Makes the rows of all threads, then writes them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.reactions: list[dict[str, Any]] = []
        self.mentions: list[dict[str, Any]] = []
        self.tags: list[dict[str, Any]] = []
        self.accepted: list[dict[str, Any]] = []

    def load(self) -> None:
        """Store everything; counters fit, and one event for each batch tells of it."""
        written = source.threads()
        times = self._times(written)
        order = sorted(range(len(written)), key=lambda i: (times[i], i))
        for i in order:
            (self._comment if written[i].parent else self._post)(written[i], times[i])
        tables: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
            (Post, list(self.posts.values())),
            (Comment, list(self.comments.values())),
            (PostTag, self.tags),
            (Mention, self.mentions),
            (Reaction, self.reactions),
            (Acceptance, self.accepted),
            (Bookmark, self._bookmarks()),
        )
        for model, rows in tables:
            if rows:
                self.company.session.execute(insert(model), rows)
        self._count_in_groups()
        self._tell()

    def _times(self, written: list[PostText]) -> list[datetime]:
        last: dict[str, int] = {}  # of each thread: its newest message so far
        before: list[int | None] = []
        for i, item in enumerate(written):
            root = item.parent or item.id
            before.append(last.get(root))
            last[root] = i
        return self.company.calendar.settle([self.company.calendar.read(w.at) for w in written], before)

    def _written(self, item: PostText, at: datetime, kind: str, post_id: int) -> dict[str, Any]:
        """Give what a post and a comment have in common, and note its mentions and reactions."""
        company, own = self.company, new_id() if kind == "comment" else post_id
        links = company.within(item.group)
        same = {"kind": kind, "object_id": own, "post_id": post_id, "at": at}
        named = [company.people[uid] for uid in text.mentions(item.text) if uid in links]
        self.mentions += [{**same, "person_id": person} for person in named]
        for uid, name in item.reactions.items():
            sign = {"kind": kind, "object_id": own, "person_id": company.people[uid], "name": name}
            self.reactions.append({**sign, "at": company.calendar.soon(at, company.chance)})
        given = Counter(item.reactions.values())
        return {
            "id": own, "author_id": company.people[item.author], "at": at, "edited_at": None,
            "body": item.text, "body_html": text.render(item.text, links),
            "reactions": {name: given[name] for name in REACTIONS if given[name]},
            "external_id": MARK + item.id, "version": 1, "deleted_at": None,
        }  # fmt: skip

    def _post(self, item: PostText, at: datetime) -> None:
        group = self.company.groups[item.group] if item.group else None
        values = self._written(item, at, "post", new_id())
        tags = text.hashtags(item.text)
        self.tags += [{"post_id": values["id"], "tag": tag, "at": at} for tag in tags]
        self.posts[item.id] = values | {
            "kind": item.kind, "group_id": group.id if group else None, "title": item.title, "tags": tags,
            "language": tongue.guess(item.text),
            "audience": group.posts_audience if group else EVERYONE, "active_at": at, "comment_count": 0,
            "answer_id": None, "data": {}, "historical": True, "demo": True,
        }  # fmt: skip

    def _comment(self, item: PostText, at: datetime) -> None:
        post = self.posts[item.parent or ""]
        values = self._written(item, at, "comment", post["id"])
        self.comments[item.id] = values | {"post_id": post["id"], "parent_id": None}
        post["comment_count"] += 1
        post["active_at"] = max(post["active_at"], at)
        if item.accepted:
            post["answer_id"] = values["id"]
            when = self.company.calendar.soon(at, self.company.chance, 6)
            ids = {"post_id": post["id"], "comment_id": values["id"], "person_id": post["author_id"]}
            self.accepted.append({**ids, "at": when})

    def _bookmarks(self) -> list[dict[str, Any]]:
        """Let the cast keep a few of the posts that everyone reads."""
        company = self.company
        shared = [post for post in self.posts.values() if post["audience"] == EVERYONE]
        return [
            {"person_id": company.people[uid], "post_id": post["id"],
             "at": company.calendar.soon(post["at"], company.chance)}
            for uid in CAST
            for post in company.chance.sample(shared, KEPT)
        ]  # fmt: skip

    def _count_in_groups(self) -> None:
        counted = Counter(post["group_id"] for post in self.posts.values())
        for group in self.company.groups.values():
            group.post_count = counted[group.id]
        self.company.session.flush()

    def _tell(self) -> None:
        """Tell of posts and comments in batches: they are indexed and counted, and nobody is notified."""
        rows = [("post", r) for r in self.posts.values()] + [("comment", r) for r in self.comments.values()]
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            posts = tuple(row["id"] for kind, row in part if kind == "post")
            comments = tuple(row["id"] for kind, row in part if kind == "comment")
            times = [row["at"] for _kind, row in part]
            event = ThreadsImported(f"{MARK}{start}", posts, comments, min(times), max(times))
            emit(self.company.session, event)
