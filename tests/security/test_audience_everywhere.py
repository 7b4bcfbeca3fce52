"""Random people, groups, roles and content: what each way of reading shows equals the rule of the audience.

The rule is written here once more, plainly: a post without a group is for employees; in an open group too;
in a closed or secret group for its members; a deleted one for nobody.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from rse.accounts.models import Person
from rse.core import clock, db, kinds
from rse.core.audience import Viewer
from rse.core.feature import Registry
from rse.core.model import encode_id
from rse.core.policy import Invalid, Refused
from rse.feed import cards, documents, moving, service
from rse.feed.models import Post
from rse.feed.schemas import of_kind
from rse.groups import service as groups
from rse.groups.models import Group
from rse.pages import queries as wiki
from rse.pages import service as pages
from rse.recognition.policy import QUOTA
from tests import factories

VISIBILITIES = ("open", "closed", "secret")
# Every kind of post, and an idea without a name; the last test looks whether one is missing.
KINDS = ("question", "message", "poll", "idea", "unsigned", "kudos", "announcement", "event", "share")
CHOSEN = ("/?scope=for_you", "/api/v1/feed?scope=for_you")
PLACES = st.one_of(st.none(), st.integers(0, 2))
WORLDS = st.fixed_dictionaries(
    {
        "members": st.lists(st.sets(st.integers(0, 4)), min_size=3, max_size=3),
        "kinds": st.lists(st.sampled_from(["employee", "employee", "guest"]), min_size=4, max_size=4),
        "posts": st.lists(
            st.tuples(PLACES, st.booleans(), st.booleans(), st.sampled_from(KINDS)), min_size=1, max_size=6
        ),
        "moved": st.one_of(st.none(), st.tuples(st.integers(0, 5), PLACES)),
        "changed": st.one_of(st.none(), st.tuples(st.integers(0, 2), st.sampled_from(VISIBILITIES))),
    }
)
numbers = count(1)


@dataclass
class Leaf:
    """A page of a group."""

    id: int
    group: Group
    word: str


@dataclass
class Written:
    id: int
    comment_id: int
    group: Group | None
    word: str
    deleted: bool
    original: "Written | None" = None  # what it quotes


class World:
    """People, three groups, posts with a comment each; made by the product's own services."""

    def __init__(self, app: Flask, plan: dict[str, Any]) -> None:
        self.app = app
        session = db.begin_write()
        self.people = [self._person(session, "employee", "moderator", "community_manager")]
        self.people += [self._person(session, kind) for kind in plan["kinds"]]
        self.groups = [self._group(session, at, plan["members"][at]) for at in range(3)]
        self.posts: list[Written] = []
        for each in plan["posts"]:
            self.posts.append(self._post(session, *each))
        self.pages = [self._page(session, group) for group in self.groups]
        if plan["moved"]:
            self._move(session, *plan["moved"])
        if plan["changed"]:
            self._change(session, *plan["changed"])
        for written in self.posts:
            if written.deleted:
                service.delete(session, factories.viewer_of(self.people[0]), written.id)
        db.commit()

    def _person(self, session: Session, kind: str, *held: str) -> Person:
        roles = frozenset({"guest"} if kind == "guest" else held)
        return factories.make_person(session, f"person.number{next(numbers)}", kind=kind, roles=roles)

    def _group(self, session: Session, at: int, members: set[int]) -> Group:
        group = groups.insert(session, name=f"Groupe {next(numbers)}", visibility=VISIBILITIES[at])
        groups.enter(session, group, self.people[0].id, "owner")
        for member in sorted(members):
            # Guests cannot enter an open group.
            if self.people[member].kind == "employee" or at:
                groups.enter(session, group, self.people[member].id)
        return group

    def _post(self, session: Session, place: int | None, titled: bool, deleted: bool, kind: str) -> Written:
        author = factories.viewer_of(self.people[0])
        word = f"mot{next(numbers)}"
        group = None if place is None else self.groups[place]
        body = f"{word} #commun et **du texte**"
        title = f"Titre {word}" if titled else None
        before = self.posts[-1] if kind == "share" and self.posts else None
        original = (before.original or before) if before else None  # a share of a share quotes the original
        details = self._details(session, group, kind, word, original)
        if details is None:
            kind = "message"
        name = {"unsigned": "idea"}.get(kind, kind)
        given = of_kind(name).model_validate({"kind": name, "body": body, **(details or {})})
        post = service.publish(session, author, body=body, title=title, group=group, kind=name, details=given)
        said = service.comment(session, author, post.id, body=f"réponse {word}")
        return Written(post.id, said.id, group, word, deleted, original)

    def _page(self, session: Session, group: Group) -> Leaf:
        author, word = factories.viewer_of(self.people[0]), f"mot{next(numbers)}"
        place = wiki.of_group(session, author, group)
        made = pages.create(session, author, place, title=f"Page {word}", body=f"Selon {word}, tout va bien")
        return Leaf(made.id, group, word)

    def _details(
        self, session: Session, group: Group | None, kind: str, word: str, original: Written | None
    ) -> dict[str, Any] | None:
        """What a post of a kind needs; None where it cannot be written there, and is a message instead."""
        if kind == "share":
            return {"original": encode_id(original.id)} if original else None
        if kind == "kudos":
            thanked = sum(one.kind == "kudos" for one in session.query(Post))
            readers = [p for p in self.people[1:] if self._reads(session, p, group)]
            return {"recipients": [readers[0].uid]} if readers and thanked < QUOTA else None
        return {
            "poll": {"options": [f"oui {word}", f"non {word}"]},
            "event": {"starts_at": clock.now() + timedelta(days=3), "place": f"salle {word}"},
            "unsigned": {"anonymous": True},
        }.get(kind, {})

    def _reads(self, session: Session, person: Person, group: Group | None) -> bool:
        if group is None or group.visibility == "open":
            return person.kind == "employee"
        return session.get(groups.Membership, (group.id, person.id)) is not None

    def _move(self, session: Session, at: int, place: int | None) -> None:
        if at >= len(self.posts):
            return
        written, group = self.posts[at], None if place is None else self.groups[place]
        try:
            moving.move(session, factories.viewer_of(self.people[0]), written.id, group, sure=True)
        except (Invalid, Refused):  # it stands there, or others wrote for those who read it
            return
        written.group = group

    def _change(self, session: Session, at: int, visibility: str) -> None:
        group = self.groups[at]
        if visibility == "open" and any(
            p.kind == "guest" and session.get(groups.Membership, (group.id, p.id)) for p in self.people
        ):
            return
        groups.edit(session, factories.viewer_of(self.people[0]), group, visibility=visibility)

    def reads(self, person: Person, group: Group) -> bool:
        return self._reads(db.db.session(), person, group)

    def may_read(self, person: Person, written: Written) -> bool:
        if written.deleted:
            return False
        return self._reads(db.db.session(), person, written.group)


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    cards.cache.clear()
    documents.cache.clear()


def words_in(text: str) -> set[str]:
    return set(re.findall(r"\bmot\d+\b", text))


def lists(browser: Any, world: World) -> dict[str, set[str]]:
    """The words that each list shows."""
    slugs = [group.slug for group in world.groups]
    paths = ["/", "/tags/commun", "/api/v1/feed", *CHOSEN, f"/people/{world.people[0].public_id}"]
    found = {}
    for path in paths:
        answer = browser.get(path)
        found[path] = words_in(answer.get_data(as_text=True)) if answer.status_code == 200 else set()
    for where in ("/groups/{}", "/api/v1/groups/{}/posts"):
        answers = [browser.get(where.format(slug)) for slug in slugs]
        texts = [a.get_data(as_text=True) for a in answers if a.status_code == 200]
        found[where] = words_in(" ".join(texts))
    return found


def check_one(browser: Any, written: Written, allowed: bool, forbidden: set[str]) -> None:
    """A single post, by each of its addresses: there, or not there at all."""
    post, comment = encode_id(written.id), encode_id(written.comment_id)
    for path in (f"/posts/{post}", f"/posts/{post}/card", f"/api/v1/posts/{post}", f"/api/v1/posts/{post}/comments",
                 f"/comments/{comment}", f"/comments/{comment}/card"):  # fmt: skip
        answer = browser.get(path)
        assert (answer.status_code < 400) == allowed, path
        assert not words_in(answer.get_data(as_text=True)) & forbidden, path
        if not allowed:
            assert answer.status_code == 404, path
            assert written.word not in answer.get_data(as_text=True), path
    if not allowed:
        for method, path in (
            ("put", f"/api/v1/posts/{post}/reactions/thanks"),
            ("put", f"/api/v1/comments/{comment}/reactions/thanks"),
            ("delete", f"/api/v1/posts/{post}"),
            ("delete", f"/api/v1/comments/{comment}"),
            ("post", f"/posts/{post}/bookmark"),
        ):
            assert getattr(browser, method)(path).status_code == 404, path
        said = browser.post(f"/api/v1/posts/{post}/comments", json={"body": "moi aussi"})
        assert said.status_code == 404


def check_pages(app: Flask, browser: Any, person: Person, world: World) -> None:
    """Pages of groups, by each way that leads to them: as the posts of their group."""
    session, registry = db.db.session(), app.extensions["rse_registry"]
    read = {leaf.word for leaf in world.pages if world.reads(person, leaf.group)}
    seen: dict[str, set[str]] = {
        "pages": set(),
        "API": set(),
        "page": set(),
        "its API": set(),
        "report": set(),
    }
    for leaf in world.pages:
        under = f"/groups/{leaf.group.slug}/pages"
        for name, path in {
            "pages": under, "API": f"/api/v1{under}", "page": f"{under}/page-{leaf.word}",
            "its API": f"/api/v1{under}/page-{leaf.word}", "report": f"/report/page/{encode_id(leaf.id)}",
        }.items():  # fmt: skip
            answer = browser.get(path)
            seen[name] |= words_in(answer.get_data(as_text=True)) if answer.status_code == 200 else set()
    assert seen == dict.fromkeys(seen, read)
    source = next(source for source in registry.all("index") if source.kind == "page")
    hits = source.hits(session, [leaf.id for leaf in world.pages], factories.viewer_of(person.id))
    assert {leaf.word for leaf in world.pages if leaf.id in hits} == read


def check_sources(app: Flask, viewer: Viewer, world: World, allowed: set[str]) -> None:
    """What the search index would be allowed to show."""
    registry: Registry = app.extensions["rse_registry"]
    sources = {source.kind: source for source in registry.all("index")}
    for kind, field in (("post", "id"), ("comment", "comment_id")):
        ids = [getattr(written, field) for written in world.posts]
        hits = sources[kind].hits(db.db.session(), ids, viewer)
        assert {w.word for w in world.posts if getattr(w, field) in hits} == allowed
    db.rollback()


def check_world(app: Flask, plan: dict[str, Any]) -> None:
    world = World(app, plan)
    for person in world.people[1:]:
        allowed = {w.word for w in world.posts if world.may_read(person, w)}
        in_groups = {w.word for w in world.posts if w.group is not None} & allowed
        # A share shows in a group what it quotes, to who may read both.
        in_groups |= {
            w.original.word
            for w in world.posts
            if w.original and w.word in in_groups and w.original.word in allowed
        }
        db.rollback()
        browser = factories.browser_of(app, person.id)
        every = {w.word for w in world.posts}
        found = {path: words & every for path, words in lists(browser, world).items()}
        profile = found.pop(f"/people/{world.people[0].public_id}")
        assert profile <= allowed
        assert found == {
            "/": allowed, "/tags/commun": allowed, "/api/v1/feed": allowed, "/groups/{}": in_groups,
            "/api/v1/groups/{}/posts": in_groups, **dict.fromkeys(CHOSEN, allowed),
        }  # fmt: skip
        for written in world.posts:
            check_one(browser, written, written.word in allowed, every - allowed)
        check_sources(app, factories.viewer_of(person.id), world, allowed)
        check_pages(app, browser, person, world)


EXAMPLES = {"deadline": None, "suppress_health_check": list(HealthCheck)}
MANY = settings().max_examples // 20  # 5, and ten times more when RSE_HYPOTHESIS=search


def test_every_way_of_reading_follows_the_rule(app: Flask) -> None:
    settings(max_examples=MANY, **EXAMPLES)(given(WORLDS)(lambda plan: check_world(app, plan)))()


@pytest.mark.postgres
def test_so_it_does_on_postgresql(make_app: Any, postgres_url: str) -> None:
    app = make_app(database_url=postgres_url)
    with app.app_context():
        settings(max_examples=MANY // 2, **EXAMPLES)(given(WORLDS)(lambda plan: check_world(app, plan)))()


def test_no_kind_of_post_is_left_out(app: Flask) -> None:
    assert {"unsigned", *kinds.known()} == set(KINDS)
