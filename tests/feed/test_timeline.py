"""The fast way to a page of the feed gives what the plain criterion gives, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from rse.core import db
from rse.core.audience import Viewer, readable
from rse.core.model import new_id
from rse.feed import timeline
from rse.feed.models import Bookmark, Post, PostTag
from rse.groups.models import Group
from rse.people.models import Follow
from tests import factories

START = datetime(2026, 1, 1, tzinfo=UTC)
POSTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 20), st.booleans(), st.integers(0, 2), st.booleans()),
    max_size=40,
)


def fill(
    session: Any, groups: list[int], people: list[int], rows: list[tuple[int, int, bool, int, bool]]
) -> None:
    for model in (PostTag, Bookmark, Post):
        session.execute(delete(model))
    for place, minute, deleted, author, tagged in rows:
        group = groups[place] if place < len(groups) else None
        closed = group is not None and place % 2
        at = START + timedelta(minutes=minute)
        post = {
            "id": new_id(), "author_id": people[author], "group_id": group, "body": "x", "body_html": "x", "at": at,
            "active_at": at, "audience": f"group:{group}" if closed else "everyone", "tags": [], "reactions": {},
            "data": {}, "kind": "message", "deleted_at": at if deleted else None,
        }  # fmt: skip
        session.execute(insert(Post).values(**post))
        if tagged:
            session.execute(insert(PostTag).values(post_id=post["id"], tag="sap", at=at))


def walk(page: Any) -> list[int]:
    """Follow the pages to the end."""
    found: list[int] = []
    before = None
    while True:
        entries = page(before)
        found += [entry.id for entry in entries[:3]]
        if len(entries) <= 3:
            return found
        before = entries[2].position


def test_pages_hold_what_the_criterion_holds(any_app: Flask) -> None:
    session = db.begin_write()
    people = [p.id for p in factories.make_cast(session).values()][:3]
    groups = [new_id() for _ in range(5)]
    for at, group in enumerate(groups):
        values = {"slug": f"g{at}", "name": f"G{at}", "audience": "everyone", "posts_audience": "everyone"}
        session.execute(
            insert(Group).values(
                id=group, created_at=START, purpose="social" if at == 1 else "professional", **values
            )
        )
    session.execute(insert(Follow).values(follower_id=people[0], person_id=people[1], at=START))
    session.execute(insert(Follow).values(follower_id=people[0], tag="sap", at=START))
    session.flush()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(POSTS, st.sets(st.integers(0, 4)), st.booleans())
    def check(rows: list[Any], member_of: set[int], employee: bool) -> None:
        fill(session, groups, people, rows)
        tokens = {f"group:{groups[at]}" for at in member_of} | ({"everyone"} if employee else set())
        viewer = Viewer(people[0], tokens=frozenset(tokens))
        plain = select(Post.id).where(readable(Post.audience, viewer), Post.deleted_at.is_(None))
        newest = plain.order_by(Post.at.desc(), Post.id.desc())

        def expected(*criteria: Any) -> list[int]:
            return list(session.scalars(newest.where(*criteria)))

        def home(scope: str, purpose: str | None = None) -> list[int]:
            return walk(lambda b: timeline.home(session, viewer, scope, purpose=purpose, before=b, limit=3))

        own = [groups[at] for at in member_of]
        clubs = select(Group.id).where(Group.purpose == "social")
        tagged = select(PostTag.post_id).where(PostTag.tag == "sap")
        assert home("all") == expected()
        assert home("groups") == expected(Post.group_id.in_(own))
        assert home("all", "social") == expected(Post.group_id.in_(clubs))
        assert home("following") == expected((Post.author_id == people[1]) | Post.id.in_(tagged))
        assert walk(lambda b: timeline.tag(session, viewer, "sap", before=b, limit=3)) == expected(
            Post.id.in_(tagged)
        )
        one = groups[1]
        assert walk(lambda b: timeline.of_group(session, viewer, one, before=b, limit=3)) == expected(
            Post.group_id == one
        )
        by = people[2]
        assert walk(lambda b: timeline.of_person(session, viewer, by, before=b, limit=3)) == expected(
            Post.author_id == by
        )
        everything = list(session.scalars(select(Post.id)))
        assert set(timeline.by_id(session, viewer, everything)) == set(expected())

    check()
    db.rollback()
