"""Weak signals: found on Mondays in open places, checked by a person, then the same list for everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core import clock, db
from rse.core import company as settings
from rse.indicators import running
from rse.indicators.engine import emerging
from rse.indicators.models import Signal
from tests import factories
from tests.indicators.company import last_sunday

WORDS = (
    "machine",
    "planning",
    "livraison",
    "outil",
    "palette",
    "horaire",
    "badge",
    "écran",
    "réunion",
    "devis",
)


def talk(company, audience="everyone", words="badge bleu"):
    """Let many people of all departments write about something new in four threads, after other things."""
    db.begin_write()
    people, at = company.everyone, clock.now() - (clock.today("Europe/Paris") - last_sunday())
    for day in range(16, 90):
        title = f"{WORDS[day % 10]} {WORDS[day % 7]}"
        post = company.post(people[day % 50], at - timedelta(days=day), title=title)
        post.body = " ".join(WORDS[(day + n) % 10] for n in range(4))
    company.threads = []
    for n in range(4):
        when = at - timedelta(days=n + 2)
        post = company.post(people[n * 13], when, title=f"Coupures du {words}", audience=audience)
        for author in range(n * 3, n * 3 + 9):
            reply = company.comment(post, people[(author * 5) % 57], post.at + timedelta(hours=1))
            reply.body = f"Le {words} encore"
        company.threads.append(post)
    db.commit()
    running.rollup()
    return company


@pytest.fixture
def talking(company):
    return talk(company)


@pytest.fixture
def lina(app, talking):
    """The community manager."""
    person = factories.make_person(db.begin_write(), "lina.mazet", roles=frozenset({"community_manager"})).id
    db.commit()
    return factories.browser_of(app, person)


def decide(client, term, verdict, day=None):
    sent = {"day": (day or last_sunday()).isoformat(), "term": term, "verdict": verdict}
    return client.post("/signals/decide", data=sent)


def test_nobody_sees_a_signal_before_a_person_has_published_it(app, talking, lina):
    reader = factories.browser_of(app, talking.everyone[5])
    assert "Aucun sujet nouveau" in reader.get("/signals").text
    assert reader.get("/api/v1/signals").get_json()["items"] == []
    assert "badge bleu" in lina.get("/signals/review").text
    assert "attend" in lina.get("/signals").text
    assert decide(lina, "badge bleu", "publish").status_code == 303
    page = reader.get("/signals").text
    assert "badge bleu" in page
    assert "À vérifier" in page
    assert page.count("Coupures du badge bleu") == 4
    told = reader.get("/api/v1/signals").get_json()
    assert told["to_check"] is True
    [one] = told["items"]
    assert one["label"] == "badge bleu"
    assert len(one["threads"]) == 4
    assert told["as_of"] == last_sunday().isoformat()
    assert not {"authors", "y1", "teams"} & one.keys()


def test_only_a_community_manager_decides(app, talking, lina):
    admin = factories.make_person(db.begin_write(), "ad.min", roles=frozenset({"admin", "executive"})).id
    db.commit()
    for person in (admin, talking.everyone[0]):
        client = factories.browser_of(app, person)
        assert client.get("/signals/review").status_code == 404
        assert decide(client, "badge bleu", "publish").status_code == 404
    guest = factories.browser_of(app, talking.guest)
    assert guest.get("/signals").status_code == 404
    assert guest.get("/api/v1/signals").status_code == 404
    assert decide(lina, "no such thing", "publish").status_code == 404
    assert decide(lina, "badge bleu", "maybe").status_code == 404


def test_refused_words_never_come_back(app, talking, lina):
    assert decide(lina, "badge bleu", "never").status_code == 303
    assert "Non affiché" in lina.get("/signals/review").text
    assert emerging.blocked(settings.get(db.db.session(), "signals_blocked")).stops("badge bleu")
    assert "badge bleu" in lina.get("/signals/review").text
    assert factories.browser_of(app, talking.everyone[5]).get("/api/v1/signals").get_json()["items"] == []


def test_strict_mode_offers_only_what_passes_it(app, talking, lina):
    session = db.begin_write()
    session.get(Signal, (last_sunday(), "badge bleu")).strict = False
    db.commit()
    assert lina.post("/signals/settings", data={"strict": "true", "words": "plan\nvélo*"}).status_code == 303
    page = lina.get("/signals/review").text
    assert "Rien n’attend" in page
    assert "vélo*" in page
    assert decide(lina, "badge bleu", "publish").status_code == 404


def test_a_signal_vanishes_when_its_threads_are_no_longer_open(app, talking, lina):
    decide(lina, "badge bleu", "publish")
    session = db.begin_write()
    session.merge(talking.threads[0]).audience = "group:1"
    session.merge(talking.threads[1]).deleted_at = clock.now()
    db.commit()
    reader = factories.browser_of(app, talking.everyone[5])
    assert "badge bleu" not in reader.get("/signals").text
    assert reader.get("/api/v1/signals").get_json()["items"] == []


def found():
    return set(db.db.session().scalars(select(Signal.term)))


def test_what_is_open_to_all_is_found_on_both_databases(any_app, company):
    talk(company)
    assert "badge bleu" in found()


def test_closed_places_are_not_looked_at(app, company):
    talk(company, audience="group:1")
    assert found() == set()


def test_names_of_people_and_sensitive_words_are_no_subject(app, company):
    talk(company, words="usine montage.p03 grève")
    assert not [term for term in found() if "montage" in term or "greve" in term]


@pytest.mark.parametrize(
    "term", ["syndicat", "grève générale", "burn-out", "arret maladie", "cancer", "elu cgt"]
)
def test_what_is_sensitive_is_blocked(term):
    stop = emerging.blocked(emerging.sensitive())
    folded = " ".join(emerging.key(emerging.folded(word)) for word in term.split())
    assert stop.stops(folded)
    for usual in ("badge bleu", "coupure courant", "planning", "palette"):
        assert not stop.stops(usual)
