"""The demo company comes as a whole into an empty database, and goes without a trace, leaving what is real."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from rse.accounts.models import Inbox, Person
from rse.chat.models import Conversation, Message, Participation
from rse.core import clock, db, jobs
from rse.core.audience import EVERYONE
from rse.demo import cli
from rse.feed.models import Acceptance, Comment, Mention, Post, Reaction
from rse.groups.models import Group, Membership
from rse.indicators.engine.floor import SHOWN
from rse.indicators.models import COMPANY, Published, Visit
from rse.notifications.models import Notification
from rse.people.models import Department, PersonSkill, Profile, Skill
from rse.search import current
from tests import factories
from tests.conftest import build

PARIS = ZoneInfo("Europe/Paris")
OWN = {"event", "delivery", "audit", "heartbeat"}  # what the ground keeps of its own work
CSV = "uid,email,given_name,family_name,department,skills\n"
REAL = (
    CSV
    + "zoe.martin,zoe.martin@real.example,Zoé,Martin,Groupe / Achats et supply chain / Nouveau,Soudage TIG\n"
)


@pytest.fixture(autouse=True)
def light(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the index and the figures behind, but where they are what is looked at."""
    monkeypatch.setattr(cli, "catch_up", lambda: None)
    if "demo" not in request.fixturenames:
        monkeypatch.setattr(jobs, "drain", lambda _seconds=0.0: 0)


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A database with the demo company and its index, copied for each test that only looks."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "rse.db").write_bytes(sqlite_template.read_bytes())
    app = build(folder)
    with app.app_context():
        run(app, "demo", "load")
        db.db.session.remove()
        db.db.engine.dispose()
    return folder


@pytest.fixture
def demo(demo_file: Path, make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """The application with the demo company."""
    shutil.copytree(demo_file, tmp_path, dirs_exist_ok=True)
    app = make_app()
    with app.app_context():
        yield app


def run(app: Flask, *args: str) -> Result:
    done = app.test_cli_runner().invoke(args=list(args))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    db.rollback()
    return done


def counts() -> dict[str, int]:
    return {name: number for name, number in factories.rows(apart=OWN).items() if number}


def person(uid: str) -> int:
    found = db.db.session().scalar(select(Person.id).where(Person.uid == uid))
    assert found
    return found


def times() -> list[datetime]:
    session = db.db.session()
    return [
        at
        for column in (Post.at, Comment.at, Message.at, Reaction.at, Acceptance.at)
        for at in session.scalars(select(column))
    ]


def test_it_comes_whole_and_once_and_goes_without_a_trace(any_app: Flask) -> None:
    done = run(any_app, "demo", "load")
    assert done.exit_code == 0, done.output
    before = counts()
    assert before["person"] > 110
    assert before["post"] > 220
    assert before["comment"] > 880
    assert before["message"] > 250
    assert before["endorsement"] > 100
    again = run(any_app, "demo", "load")
    assert again.exit_code == 0
    assert counts() == before
    assert run(any_app, "demo", "clear").exit_code == 0
    assert counts() == {}
    assert run(any_app, "demo", "clear").exit_code == 0
    assert run(any_app, "demo", "load").exit_code == 0
    assert counts() == before


def test_its_counters_fit_its_rows(demo: Flask) -> None:
    session = db.db.session()
    for post in session.scalars(select(Post)):
        here = (Comment.post_id == post.id,)
        number, last = session.execute(select(func.count(), func.max(Comment.at)).where(*here)).one()
        assert post.comment_count == number
        assert post.active_at == (last or post.at)
        assert post.historical
        given = session.execute(
            select(Reaction.name, func.count())
            .where(Reaction.kind == "post", Reaction.object_id == post.id)
            .group_by(Reaction.name)
        )
        assert post.reactions == dict(given.all())
    for group in session.scalars(select(Group)):
        members = select(func.count()).where(Membership.group_id == group.id)
        assert group.member_count == session.scalar(members)
        assert group.post_count == session.scalar(select(func.count()).where(Post.group_id == group.id))
    for talk in session.scalars(select(Conversation)):
        seqs = session.scalars(
            select(Message.seq).where(Message.conversation_id == talk.id).order_by(Message.seq)
        )
        assert list(seqs) == list(range(1, talk.seq + 1))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 5, 0, tzinfo=UTC),  # a Saturday
        datetime(2026, 11, 23, 5, 30, tzinfo=UTC),  # a Monday before work: the week-end would move ahead
        datetime(2026, 11, 29, 22, 59, tzinfo=UTC),  # the last minute of a Sunday
    ],
)
def test_nothing_lies_ahead_or_on_a_week_end(
    app: Flask, monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    run(app, "demo", "load")
    session = db.db.session()
    assert max(times()) <= moment
    working = moment.astimezone(PARIS).weekday() < 5
    if working:
        for at in session.scalars(select(Post.at)):
            assert at.astimezone(PARIS).weekday() < 5
    pairs = select(Comment.at, Post.at).join(Post, Post.id == Comment.post_id)
    assert all(comment > post for comment, post in session.execute(pairs))
    fresh = session.scalar(select(func.max(Post.at)))
    assert fresh
    assert (moment - fresh).total_seconds() < 3 * 86400
    first = session.scalar(select(func.min(Post.at)))
    assert first
    assert (moment - first).days >= 170


def test_it_is_the_same_on_the_same_day(
    make_app: Callable[..., Flask], tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    seen = []
    for name in ("one", "two"):
        copy = tmp_path / f"{name}.db"
        copy.write_bytes(sqlite_template.read_bytes())
        app = make_app(database_url=f"sqlite:///{copy}")
        with app.app_context():
            run(app, "demo", "load")
            session = db.db.session()
            query = select(Post.external_id, Post.at, Post.body).order_by(Post.external_id)
            seen.append((session.execute(query).all(), counts(), sorted(times())))
            db.db.session.remove()
    assert seen[0] == seen[1]


def test_a_secret_group_is_there_for_its_members_only(demo: Flask) -> None:
    names = {}
    for uid in ("amelie.rousseau", "claire.dupont", "james.oneill"):
        page = factories.browser_of(demo, person(uid)).get("/api/v1/groups?limit=100")
        assert page.status_code == 200
        names[uid] = {item["name"] for item in page.get_json()["items"]}
    assert "Projet Atlas" in names["claire.dupont"]
    assert "Projet Atlas" not in names["amelie.rousseau"]
    assert names["james.oneill"] == {"Projet Hélios"}
    slug = db.db.session().scalar(select(Group.slug).where(Group.name == "Projet Atlas"))
    assert slug
    assert "atlas" not in slug


def test_mentions_name_those_who_can_read_them(demo: Flask) -> None:
    session = db.db.session()
    query = (
        select(Mention.person_id, Post.group_id, Group.visibility)
        .join(Post, Post.id == Mention.post_id)
        .outerjoin(Group, Group.id == Post.group_id)
    )
    rows = session.execute(query).all()
    assert len(rows) > 80
    members = {tuple(row) for row in session.execute(select(Membership.group_id, Membership.person_id))}
    guests = set(session.scalars(select(Person.id).where(Person.kind == "guest")))
    for named, group, visibility in rows:
        if visibility in {"closed", "secret"}:
            assert (group, named) in members
        else:
            assert named not in guests


def test_real_people_are_not_mixed_with_it_by_accident(app: Flask) -> None:
    session = db.begin_write()
    factories.make_person(session, "zoe.martin", email="zoe.martin@real.example")
    db.commit()
    refused = run(app, "demo", "load")
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert run(app, "demo", "load", "--if-empty").exit_code == 0
    assert counts()["person"] == 1
    assert run(app, "demo", "load", "--force").exit_code == 0
    assert counts()["person"] > 110


def test_somebody_real_keeps_their_login(app: Flask) -> None:
    session = db.begin_write()
    factories.make_person(session, "amelie.rousseau", email="amelie@real.example", title="Notaire")
    db.commit()
    refused = run(app, "demo", "load", "--force")
    assert refused.exit_code == 1
    assert "amelie.rousseau" in refused.output
    assert counts() == {"person": 1}
    assert db.db.session().scalar(select(Person.title)) == "Notaire"


def test_clearing_keeps_what_is_real(any_app: Flask, tmp_path: Path) -> None:
    run(any_app, "demo", "load")
    file = tmp_path / "real.csv"
    file.write_text(REAL)
    assert run(any_app, "import", "directory", str(file)).exit_code == 0
    session = db.begin_write()
    zoe, amelie = person("zoe.martin"), person("amelie.rousseau")
    group = session.scalars(select(Group).where(Group.slug == "club-photo")).one()
    values = {"body": "Bonjour", "body_html": "<p>Bonjour</p>", "at": clock.now(), "active_at": clock.now()}
    mine = Post(author_id=zoe, group_id=group.id, audience=group.posts_audience, **values)
    hers = Post(author_id=amelie, audience="everyone", **values)
    session.add_all([mine, hers, Membership(group_id=group.id, person_id=zoe, at=clock.now())])
    session.flush()
    values.pop("active_at")
    reply = Comment(post_id=mine.id, author_id=amelie, **values)
    own_reply = Comment(post_id=mine.id, author_id=zoe, **values)
    session.add_all([reply, own_reply])
    session.flush()
    mine.comment_count, mine.reactions = 2, {"thanks": 2}
    session.add_all(
        Reaction(kind="post", object_id=mine.id, person_id=who, name="thanks", at=clock.now())
        for who in (amelie, person("karim.benali"))
    )
    kept, gone = mine.id, hers.id
    talk = Conversation(kind="direct", active_at=clock.now(), created_at=clock.now(), created_by=zoe)
    session.add(talk)
    session.flush()
    session.add_all(
        Participation(conversation_id=talk.id, person_id=who, joined_at=clock.now())
        for who in (zoe, person("karim.benali"))
    )
    db.commit()

    assert run(any_app, "demo", "clear").exit_code == 0
    session = db.db.session()
    assert [p.uid for p in session.scalars(select(Person))] == ["zoe.martin"]
    post = session.get(Post, kept)
    assert post
    assert session.get(Post, gone) is None
    assert (post.comment_count, post.reactions) == (1, {})
    assert [c.author_id for c in session.scalars(select(Comment))] == [zoe]
    left = session.scalars(select(Group)).one()
    assert (left.name, left.demo, left.member_count, left.post_count) == ("Club photo", False, 1, 1)
    paths = {d.path: d.demo for d in session.scalars(select(Department))}
    home = "Groupe / Achats et supply chain"
    assert paths == {"Groupe": False, home: False, f"{home} / Nouveau": False}
    profile = session.get(Profile, zoe)
    assert profile
    assert profile.department_id
    assert [s.label_fr for s in session.scalars(select(Skill))] == ["Soudage TIG"]
    assert session.scalar(select(func.count()).select_from(PersonSkill)) == 1
    gone_too = {"reaction", "mention", "conversation", "participation", "message", "endorsement"}
    assert not gone_too & counts().keys()


def test_an_import_offers_to_clear_it(demo: Flask, tmp_path: Path) -> None:
    file = tmp_path / "real.csv"
    file.write_text(REAL)
    done = run(demo, "import", "directory", "--clear-demo", str(file))
    assert done.exit_code == 0, done.output
    assert [p.uid for p in db.db.session().scalars(select(Person))] == ["zoe.martin"]


@pytest.mark.parametrize(
    ("asked", "uid"), [("analyse vibratoire", "hakim.zeroual"), ("single sign-on", "ines.lambert")]
)
def test_its_experts_are_found_in_both_languages(demo: Flask, asked: str, uid: str) -> None:
    browser = factories.browser_of(demo, person("amelie.rousseau"))
    found = browser.get("/api/v1/experts", query_string={"q": asked}).get_json()["items"]
    assert uid in [item["person"]["uid"] for item in found[:3]]


def test_the_index_and_the_figures_come_and_go_with_it(demo: Flask) -> None:
    sofia = factories.browser_of(demo, person("sofia.marchetti"))
    query = {"q": "cavitation", "type": "post"}
    assert sofia.get("/api/v1/search", query_string=query).get_json()["total"] > 0
    cells = sofia.get("/api/v1/indicators/cells").get_json()["items"]
    assert cells
    page = sofia.get("/team")
    assert page.status_code == 200
    assert current.backend().evidence("cavitation", frozenset({EVERYONE}))
    held = counts()
    assert held["indicator_visit"] > 2000
    assert held["indicator_week"] >= 12
    shown = select(func.count()).select_from(Published).where(Published.status == SHOWN)
    assert db.db.session().scalar(shown.where(Published.cell_id != COMPANY))
    assert run(demo, "demo", "clear").exit_code == 0
    assert counts() == {}
    assert not current.backend().evidence("cavitation", frozenset({EVERYONE}))


def test_most_people_come_within_four_weeks(demo: Flask) -> None:
    session = db.db.session()
    since = clock.today("Europe/Paris") - timedelta(days=28)
    there = session.scalar(select(func.count(Visit.person_id.distinct())).where(Visit.day > since))
    everyone = session.scalar(select(func.count()).where(Person.kind == "employee"))
    assert there
    assert everyone
    assert 0.75 < there / everyone < 0.9
    first = select(func.min(Visit.day)).where(Visit.person_id == person("aoife.byrne"))
    began = session.scalar(select(Profile.start_date).where(Profile.person_id == person("aoife.byrne")))
    assert began
    assert (session.scalar(first) or began) >= began


def test_the_bells_of_the_cast_hold_a_natural_few_and_nothing_is_mailed(demo: Flask) -> None:
    session = db.db.session()
    for uid, *_rest in factories.CAST.values():
        browser = factories.browser_of(demo, person(uid))
        shown = browser.get("/api/v1/notifications").get_json()["items"]
        held = select(Notification).where(Notification.person_id == person(uid))
        kept = session.scalars(held.order_by(Notification.id.desc()).limit(20)).all()
        assert kept
        assert len(shown) == len(kept)  # each can be said, to who may read what it is about
        assert 1 <= sum(note.read_at is None for note in kept) <= 4
        assert [note.at for note in kept] == sorted((note.at for note in kept), reverse=True)
        inbox = session.get(Inbox, person(uid))
        assert inbox
        assert inbox.unread == sum(note.read_at is None for note in kept)
    waiting = Notification.mail_at.is_not(None) | Notification.push_at.is_not(None)
    assert session.scalar(select(func.count()).where(waiting)) == 0
    told = dict(session.execute(select(Notification.kind, func.count()).group_by(Notification.kind)).all())
    assert {"comment", "reply", "announcement", "thanks", "coffee", "followed", "idea"} <= told.keys()
