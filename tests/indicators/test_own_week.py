"""My own week: what I wrote, who thanked me, whom I helped elsewhere, what waits; for nobody else."""

from datetime import timedelta

import pytest

from rse.core import clock, db
from rse.feed.models import Reaction
from rse.recognition.models import Recipient
from tests import factories


@pytest.fixture
def week(any_app, company):
    """The first of the milling unit helps the assembly, is thanked, and has a question with an answer."""
    session = db.begin_write()
    me, near = company.units["Rosemar / Usine / Fraisage"][:2]
    far, other = company.units["Rosemar / Usine / Montage"][:2]
    now = clock.now()
    theirs = company.post(far, now - timedelta(days=2), title="Serrage du capot")
    answer = company.comment(theirs, me, now - timedelta(days=1))
    mine = company.post(me, now - timedelta(days=3), title="Quel lubrifiant ?")
    company.comment(mine, near, now - timedelta(days=2))
    beside = company.post(near, now - timedelta(days=2), title="Rangement du poste")
    company.comment(beside, me, now - timedelta(days=1))
    company.post(other, now - timedelta(days=20), title="Une question qui attend")
    secret = company.post(far, now - timedelta(days=1), title="Réservé à d’autres", audience="group:7")
    company.comment(secret, me, now - timedelta(hours=3))
    session.add(Reaction(kind="comment", object_id=answer.id, person_id=far, name="thanks", at=now))
    kudos = company.post(other, now - timedelta(hours=5), kind="kudos", title="Bravo")
    session.add(Recipient(post_id=kudos.id, person_id=me))
    db.commit()
    company.me, company.near = me, near
    return company


def part(text, name):
    return text.split(f'id="{name}"')[1].split("</section>")[0]


def test_it_says_what_i_wrote_who_thanked_me_whom_i_helped_and_what_waits(any_app, week):
    text = factories.browser_of(any_app, week.me).get("/my-week").text
    assert "Serrage du capot" in part(text, "wrote")
    assert "Quel lubrifiant" in part(text, "wrote")
    assert part(text, "thanks").count('class="name"') == 2
    assert "Serrage du capot" in part(text, "helped")
    assert "Rangement du poste" not in part(text, "helped")  # of the own department
    assert "Quel lubrifiant" in part(text, "waits")
    assert "Réservé à d’autres" not in text  # they have left that group since


def test_nobody_else_has_a_way_to_it(any_app, week):
    other = factories.browser_of(any_app, week.near)
    assert "Serrage du capot" not in part(other.get("/my-week").text, "wrote")
    for path in (f"/my-week?person={week.me}", "/my-week/1", f"/people/{week.me}/week"):
        assert "Serrage du capot" not in part(other.get(path).text + 'id="wrote"', "wrote")
    assert any_app.test_client().get("/my-week").status_code in {302, 303, 401}


def test_a_quiet_week_is_fine(app, company):
    text = factories.browser_of(app, company.outsider).get("/my-week").text
    assert "lire, c’est aussi participer" in text
    assert "Qui pourriez-vous remercier" in text
