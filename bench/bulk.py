"""Fills PostgreSQL by COPY with a company of any size and posts of every kind, beside what is there."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bench.feed import WORDS
from bench.large import copy, engine, settle
from rse.accounts.models import Person
from rse.core.model import new_id
from rse.feed.models import Comment, Post, PostTag
from rse.groups.models import Group, Membership

GROUPS, MEMBERS = 60, 60
COMMENTED = 30_000  # of the posts, the newest, have their comments
YEARS = 730  # days that the posts are spread over
KINDS = ["message"] * 10 + ["question"] * 5 + ["idea", "idea", "poll", "kudos", "event"]
# What the kinds keep beside a post. All of it is small and made where it lies.
OLD = "external_id LIKE 'bulk-%' AND kind ="
BESIDE = (
    f"INSERT INTO idea (post_id, status, votes) SELECT id, 'open', 3 FROM post WHERE {OLD} 'idea'",
    f"""INSERT INTO poll (post_id, options, counts, voters, multiple, secret, results)
        SELECT id, '["Lundi", "Mardi"]', '[3, 4]', 7, false, false, 'before' FROM post WHERE {OLD} 'poll'""",
    f"INSERT INTO kudos (post_id) SELECT id FROM post WHERE {OLD} 'kudos'",
    f"""INSERT INTO kudos_recipient (post_id, person_id)
        SELECT id, CAST(:person AS bigint) FROM post WHERE {OLD} 'kudos'""",
    f"""INSERT INTO gathering (post_id, starts_at, ends_at, place, link, reminded)
        SELECT id, at + interval '9 days', at + interval '9 days 1 hour', 'Lyon', '', true
        FROM post WHERE {OLD} 'event'""",
)


def people(number: int) -> Iterator[dict[str, Any]]:
    """Give employees."""
    born = datetime(2025, 1, 1, tzinfo=UTC)
    for n in range(number):
        yield {
            "id": new_id(), "uid": f"bulk{n}", "email": f"bulk{n}@example.com", "given_name": "Person",
            "family_name": f"Number{n}", "display_name": f"Person Number{n}",
            "sort_name": f"number{n} person", "title": "Ingénieure procédés", "site": f"Site {n % 9}",
            "roles": "", "created_at": born,
        }  # fmt: skip


def groups(number: int) -> Iterator[dict[str, Any]]:
    """Give groups, a third of them open."""
    for n in range(number):
        group_id = new_id()
        yield {
            "id": group_id, "slug": f"bulk-{n}", "name": f"Bulk {n}", "folded": f"bulk {n}",
            "audience": "everyone", "visibility": "closed" if n % 3 else "open", "member_count": MEMBERS,
            "posts_audience": f"group:{group_id}" if n % 3 else "everyone",
            "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        }  # fmt: skip


def posts(
    number: int, authors: Sequence[int], places: Sequence[dict[str, Any]], until: datetime
) -> Iterator[dict[str, Any]]:
    """Give posts, the oldest first, evenly over two years; a fifth is said to everybody."""
    rng, step = random.Random(number), timedelta(days=YEARS) / number
    bodies = [" ".join(rng.choices(WORDS, k=40)) for _ in range(500)]
    for n in range(number):
        at, place, body = until - step * (number - n), rng.choice(places), bodies[n % 500]
        wide = rng.random() < 0.2
        yield {
            "id": new_id(), "kind": rng.choice(KINDS),
            "author_id": authors[int(len(authors) * rng.random() ** 2)],
            "group_id": None if wide else place["id"], "title": body[:50] if n % 3 == 0 else None,
            "audience": "everyone" if wide else place["posts_audience"], "body": body,
            "body_html": f"<p>{body}</p>", "tags": ["capteur"] if n % 20 == 0 else [], "at": at,
            "active_at": at, "comment_count": n % 4, "reactions": {"thanks": 2} if n % 2 else {},
            "historical": True, "language": "fr",
            "external_id": f"bulk-{n}",
        }  # fmt: skip


def _comments(written: Sequence[tuple[int, datetime]], authors: Sequence[int]) -> Iterator[dict[str, Any]]:
    rng = random.Random(2)
    for n, (post_id, at) in enumerate(written):
        for turn in range(n % 4):
            yield {
                "id": new_id(), "post_id": post_id, "author_id": rng.choice(authors), "body": "Oui, demain.",
                "body_html": "<p>Oui, demain.</p>", "at": at + timedelta(minutes=turn + 1),
            }  # fmt: skip


def fill(database: str, *, many: int, number: int, until: datetime) -> list[int]:
    """Store people, groups, posts with their comments and tags. Gives the people's ids."""
    way = engine(database)
    with way.begin() as connection:
        known = list(people(many))
        ids = [person["id"] for person in known]
        copy(connection, Person, known)
        if number:
            _say(connection, ids, number, until)
    way.dispose()
    settle(database)
    return ids


def _say(connection: Any, ids: Sequence[int], number: int, until: datetime) -> None:
    rng, places = random.Random(7), list(groups(GROUPS))
    copy(connection, Group, places)
    ties = (
        {"group_id": place["id"], "person_id": person, "at": until, "role": "owner" if not at else "member"}
        for place in places
        for at, person in enumerate(rng.sample(ids, min(MEMBERS, len(ids))))
    )
    copy(connection, Membership, ties)
    written: list[tuple[int, datetime]] = []
    tagged: list[dict[str, Any]] = []

    def noting() -> Iterator[dict[str, Any]]:
        for post in posts(number, ids, places, until):
            written.append((post["id"], post["at"]))
            tagged.extend({"post_id": post["id"], "tag": tag, "at": post["at"]} for tag in post["tags"])
            yield post

    copy(connection, Post, noting())
    copy(connection, PostTag, tagged)
    copy(connection, Comment, _comments(written[-COMMENTED:], ids))
    for statement in BESIDE:
        connection.execute(text(statement), {"person": ids[0]} if ":person" in statement else {})
