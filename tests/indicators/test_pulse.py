"""The pulse: a random half, one tap, answers that cannot be tied to a person, results by floor once it has closed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select

from rse.core import clock, db
from rse.indicators import pulse, running
from rse.indicators.indicators import pulse as activity
from rse.indicators.models import PulseAsked, PulseCount, PulseWave
from tests import factories
from tests.indicators.company import today


@pytest.fixture
def asked(published):
    """An open wave; gives the ids of those who were drawn."""
    session = db.begin_write()
    pulse.begin(session, today(), 8)
    db.commit()
    return list(db.db.session().scalars(select(PulseAsked.person_id).order_by(PulseAsked.person_id)))


def counts():
    rows = db.db.session().execute(select(PulseCount.answer, PulseCount.n).where(PulseCount.n > 0))
    return sorted(tuple(row) for row in rows)


def test_half_of_the_employees_is_asked_and_no_guest(any_app, published):
    drawn = pulse.begin(db.begin_write(), today(), 8)
    db.commit()
    ids = set(db.db.session().scalars(select(PulseAsked.person_id)))
    assert drawn == len(ids) == (len(published.everyone) + 1) // 2
    assert ids <= {*published.everyone, published.outsider}
    assert len(set(db.db.session().scalars(select(PulseCount.team_id)))) <= 5


def test_one_tap_counts_once_and_ties_nothing_to_the_person(any_app, asked):
    client = factories.browser_of(any_app, asked[0])
    assert "Si le réseau disparaissait demain" in client.get("/pulse").text
    assert client.post("/pulse", data={"answer": "very"}).status_code == 303
    assert counts() == [("very", 1)]
    assert "Vous avez répondu" in client.get("/pulse").text
    assert client.post("/pulse", data={"answer": "not"}).status_code == 403
    assert counts() == [("very", 1)]
    assert client.post("/pulse", data={"answer": "maybe"}).status_code == 422
    assert {c.name for c in PulseAsked.__table__.columns} == {"day", "person_id", "team_id", "answered"}
    assert "person_id" not in PulseCount.__table__.columns
    if any_app.extensions["rse_settings"].database.startswith("sqlite"):
        sql = (
            db.db.session()
            .connection()
            .exec_driver_sql("SELECT sql FROM sqlite_master WHERE name='pulse_asked'")
        )
        assert "WITHOUT ROWID" in sql.scalar()
    assert inspect(db.db.engine).has_table("pulse_count")


def test_who_was_not_drawn_cannot_answer(app, published, asked):
    other = next(person for person in published.everyone if person not in asked)
    client = factories.browser_of(app, other)
    assert "Le sort a désigné d’autres personnes" in client.get("/pulse").text
    assert client.post("/pulse", data={"answer": "very"}).status_code == 404
    assert factories.browser_of(app, published.guest).get("/pulse").status_code == 404
    assert counts() == []


def test_the_question_is_on_the_home_page_of_who_was_drawn_until_they_answer(app, published, asked):
    client = factories.browser_of(app, asked[3])
    assert 'action="/pulse"' in client.get("/home/beside").text
    client.post("/pulse", data={"answer": "na"})
    assert 'action="/pulse"' not in client.get("/home/beside").text
    other = next(person for person in published.everyone if person not in asked)
    assert 'action="/pulse"' not in factories.browser_of(app, other).get("/home/beside").text


def test_answers_count_once_the_wave_has_closed(app, asked, monkeypatch):
    for person in asked[:12]:
        factories.browser_of(app, person).post(
            "/pulse", data={"answer": "very" if person % 2 else "somewhat"}
        )
    session = db.db.session()
    first = today() - timedelta(days=60)
    assert activity.wave(session, first, today() + timedelta(days=13)) is None
    wave = activity.wave(session, first, today() + timedelta(days=14))
    assert wave[0] == today()
    assert len(wave[1]) == 12
    later = clock.now() + timedelta(days=22)
    monkeypatch.setattr(clock, "now", lambda: later)
    running.rollup()
    client = factories.browser_of(app, asked[0])
    told = client.get("/api/v1/indicators/company").get_json()["indicators"]["MISS"]
    assert told["status"] == "shown"
    assert told["published"]["very"]["pct"] % 5 == 0
    assert client.post("/pulse", data={"answer": "very"}).status_code == 404


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2026, 3, 8), True), (date(2026, 3, 9), False),
        (date(2026, 10, 5), True), (date(2026, 7, 6), False),
    ],
)  # fmt: skip
def test_a_wave_begins_twice_a_year(session, day, expected):
    assert pulse.due(session, day) is expected
    if expected:
        session.add(PulseWave(day=day - timedelta(days=3), closes=day))
        session.flush()
        assert pulse.due(session, day) is False


def test_a_company_may_do_without_the_pulse_and_the_notice_says_so(app, published, asked):
    session = db.begin_write()
    admin = factories.make_person(session, "ad.min", roles=frozenset({"admin"})).id
    db.commit()
    ines, client = factories.browser_of(app, admin), factories.browser_of(app, asked[0])
    form = {
        "name": "rse",
        "languages": ["fr", "en"],
        "days": ["1"],
        "features": ["chat", "indicators", "previews"],
    }
    assert "Le pouls" in ines.get("/admin/settings").text
    assert "Le pouls est activé." in client.get("/indicators/texts/notice").text
    assert ines.post("/admin/settings", data=form).status_code == 303
    assert 'action="/pulse"' not in client.get("/home/beside").text
    assert "L’entreprise a désactivé le pouls" in client.get("/pulse").text
    assert client.post("/pulse", data={"answer": "very"}).status_code == 404
    assert counts() == []
    for text in ("notice", "works-council"):
        assert "Le pouls est désactivé" in client.get(f"/indicators/texts/{text}").text
    session = db.db.session()
    assert activity.wave(session, today() - timedelta(days=60), today() + timedelta(days=20)) is None
    assert not pulse.due(session, date(2027, 3, 1))
    assert factories.browser_of(app, published.manager("Montage")).get("/team").status_code == 200
    assert (
        ines.post("/admin/settings", data=form | {"features": [*form["features"], "pulse"]}).status_code
        == 303
    )
    assert 'action="/pulse"' in client.get("/home/beside").text


def test_an_erased_person_leaves_the_list_and_the_counters_stay(app, asked):
    factories.browser_of(app, asked[0]).post("/pulse", data={"answer": "not"})
    running.erase(db.begin_write(), asked[0])
    db.commit()
    assert asked[0] not in set(db.db.session().scalars(select(PulseAsked.person_id)))
    assert counts() == [("not", 1)]
