"""From the product to the definitions: kinds of posts, secret groups, direct messages, guests, late changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from rse.accounts import service as accounts
from rse.accounts.models import Person
from rse.core import clock, db, jobs
from rse.feed import pinning
from rse.feed import service as feed
from rse.feed.models import Pin
from rse.groups import service as groups
from rse.ideas.models import IdeaStep
from rse.indicators import running
from rse.indicators.engine.company import Features, declared, staff
from rse.indicators.engine.models import Act, Pair, Thread, ThreadTag
from rse.indicators.engine.rollup import Rollup
from rse.indicators.engine.windows import micros
from rse.privacy import service as privacy
from tests import factories
from tests.indicators.company import Company, at, today

DAY = timedelta(days=1)


@pytest.fixture
def quiet(any_app):
    made = Company(db.begin_write())
    db.commit()
    return made


def rows(model):
    columns = model.__table__.c
    return sorted(map(tuple, db.db.session().execute(select(*columns))), key=repr)


def acts():
    return {(row[1], row[0]): (row[2], row[3]) for row in rows(Act)}


def rollup(until=None):
    return Rollup(
        db.begin_write(),
        Features(db.db.session(), running.activities()),
        staff(db.db.session()),
        running.calendar(),
    ).advance(until or today() - DAY)


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("message", "discussion"),
        ("poll", "discussion"),
        ("question", "question"),
        ("idea", "idea"),
        ("kudos", "announcement"),
        ("event", "announcement"),
        ("announcement", "announcement"),
    ],
)
def test_kinds_of_posts(quiet, kind, counted):
    quiet.post(quiet.everyone[0], at(today() - 3 * DAY, 9), kind)
    rollup()
    assert [row[1] for row in rows(Thread)] == [counted]


def test_in_a_secret_group_one_is_only_present(quiet):
    author, other = quiet.everyone[:2]
    post = quiet.post(author, at(today() - 3 * DAY, 9), audience="group:1", group_id=quiet.secret.id)
    quiet.comment(post, other, at(today() - 3 * DAY, 10))
    rollup()
    assert acts() == {(p, today() - 3 * DAY): (1, 0) for p in (author, other)}
    assert rows(Thread) == rows(Pair) == []


def test_guests_never_count_but_may_be_answered(quiet):
    post = quiet.post(quiet.guest, at(today() - 3 * DAY, 9))
    quiet.comment(post, quiet.everyone[0], at(today() - 3 * DAY, 10))
    rollup()
    assert list(acts()) == [(quiet.everyone[0], today() - 3 * DAY)]
    assert rows(Thread) == rows(Pair) == []


def test_history_counts_at_its_own_time(quiet):
    quiet.post(quiet.everyone[0], at(today() - 60 * DAY, 9), historical=True)
    rollup()
    assert list(acts()) == [(quiet.everyone[0], today() - 60 * DAY)]


def everything():
    return [rows(model) for model in (Act, Pair, Thread)]


def afresh():
    """Count everything from nothing, beside what is there."""
    from rse.indicators.engine.models import Horizon

    session = db.begin_write()
    session.query(Horizon).delete()
    rollup(today())
    found = everything()
    db.rollback()
    return found


def test_what_people_change_later_is_counted_again(any_app, company):
    rollup()
    db.commit()
    session = db.begin_write()
    posts = (
        session.query(feed.Post)
        .filter(feed.Post.comment_count > 0, feed.Post.kind.in_(("message", "question")))
        .order_by(feed.Post.id)
        .limit(12)
        .all()
    )
    for n, post in enumerate(posts):
        viewer = factories.viewer_of(post.author_id)
        if n % 2:
            feed.delete(session, viewer, post.id)
        else:
            feed.edit(session, viewer, post.id, kind="message") if post.answer_id is None else None
    late = feed.publish(
        session,
        factories.viewer_of(company.everyone[4]),
        body="Retrouvé dans un carnet",
        at=clock.now() - 20 * DAY,
    )
    feed.comment(
        session, factories.viewer_of(company.everyone[5]), late.id, body="Enfin", at=clock.now() - 19 * DAY
    )
    db.commit()
    jobs.drain(60)
    rollup(today())
    db.commit()
    kept = everything()
    assert any(row[3] == company.everyone[4] for row in kept[2])
    assert kept == afresh()


def test_a_pinned_question_is_captured_until_it_is_let_go(quiet):
    author, other, owner = quiet.everyone[:3]
    group = groups.insert(db.begin_write(), name="Atelier", visibility="open")
    groups.enter(db.db.session(), group, owner, "owner")
    place = {"group_id": group.id, "audience": group.posts_audience}
    question = quiet.post(author, at(today() - 9 * DAY, 9), **place)
    quiet.comment(question, other, at(today() - 9 * DAY, 10))
    viewer = replace(factories.viewer_of(owner), tokens=frozenset({"everyone", f"group:{group.id}"}))
    pinning.pin(db.db.session(), viewer, question.id)
    db.db.session().get(Pin, question.id).at = at(today() - 2 * DAY, 9)
    db.commit()
    rollup()
    db.commit()
    captured = select(Thread.captured)
    assert db.db.session().scalars(captured).all() == [True]
    assert acts()[owner, today() - 2 * DAY] == (5, 0)
    pinning.pin(db.begin_write(), viewer, question.id, on=False)
    db.commit()
    jobs.drain(60)
    rollup()
    db.commit()
    assert db.db.session().scalars(captured).all() == [False]
    assert (owner, today() - 2 * DAY) not in acts()


def test_an_erased_person_is_in_no_rollup_and_does_not_come_back_with_the_next_count(app, company):
    rollup()
    db.commit()
    session = db.begin_write()
    gone = [company.everyone[0], company.everyone[9]]
    exports = app.extensions["rse_registry"].all("exports")
    for person in gone:
        privacy.erase(session, session.get(Person, person), exports, actor_id=None)
    db.commit()
    jobs.drain(60)
    rollup(today())
    db.commit()
    session = db.db.session()
    assert not session.scalars(select(Act.day).where(Act.person_id.in_(gone))).all()
    assert not session.scalars(select(Pair.day).where(Pair.x.in_(gone) | Pair.y.in_(gone))).all()
    assert not session.scalars(select(Thread.root_id).where(Thread.author_id.in_(gone))).all()
    assert everything() == afresh()


def test_a_day_is_the_organisations(quiet):
    post = quiet.post(quiet.everyone[0], at(today() - 3 * DAY, 23))
    rollup()
    assert [day for _, day in acts()] == [post.at.astimezone(running.calendar().zone).date()]
    assert isinstance(next(iter(acts()))[1], date)


def test_who_is_shut_out_leaves_the_figures_the_day_after(quiet):
    session, person = db.begin_write(), quiet.everyone[7]
    assert staff(session).employed(person, today() + DAY)
    accounts.deactivate(session, session.get(Person, person))
    db.commit()
    people = staff(db.db.session())
    assert people.employed(person, today())
    assert not people.employed(person, today() + DAY)
    ghost = factories.make_person(db.begin_write(), "gh.ost", status="deactivated").id
    db.commit()
    assert not staff(db.db.session()).employed(ghost, today() - DAY)


def test_stages_of_ideas_skills_and_tags_reach_their_rollups(quiet):
    session, (author, other, third) = db.begin_write(), quiet.everyone[:3]
    idea = quiet.post(author, at(today() - 40 * DAY, 9), "idea")
    for days, status, by in ((35, "planned", other), (30, "in_progress", author)):
        when = at(today() - days * DAY, 9)
        session.add(IdeaStep(post_id=idea.id, status=status, reply="Oui", by_id=by, at=when))
    question = quiet.post(author, at(today() - 5 * DAY, 9), "question")
    quiet.skill(third, "metrologie")
    quiet.tag(question, "métrologie")
    quiet.tag(question, "inconnu")
    session.get(Person, other).roles = frozenset({"executive"})
    session.flush()
    rollup()
    kept = session.execute(select(Thread.followed_at, Thread.decided).where(Thread.root_id == idea.id)).one()
    assert kept == (micros(at(today() - 35 * DAY, 9)), True)
    tags = session.scalars(select(ThreadTag.tag).where(ThreadTag.root_id == question.id)).all()
    assert sorted(tags) == ["inconnu", "metrologie"]
    assert (third, "metrologie") in list(declared(session, running.activities(), today()).skills)
    people = staff(session).people
    assert [person for person, one in people.items() if one.leader] == [other]
