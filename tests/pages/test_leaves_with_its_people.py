"""Pages in a person's own export, after an erasure, after the weeks in which a deleted one can come back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rse.core import clock, db
from rse.core.retention import step
from rse.pages import exports, keeping
from rse.pages.models import Page, PageCredit, PageVersion
from tests.pages.conftest import World
from tests.pages.test_made_of_a_thread import question

API = "/api/v1"


def test_a_copy_holds_what_one_wrote_and_an_erasure_leaves_the_group_its_text(world: World) -> None:
    post, aside, answer = question(world)
    amelie, karim = world.browser("amelie"), world.browser("karim")
    made = amelie.post(f"{API}/posts/{post}/page", json={"comment_ids": [aside, answer]}).get_json()
    karim.patch(f"{API}{world.at}/{made['slug']}", json={"body": "Repris.", "note": "mon mot", "base": 1})
    session, who = db.db.session(), world.people["karim"]
    rows = list(exports.rows(session, who))
    assert [(row["what"], row.get("body")) for row in rows] == [
        ("page", "Repris."),
        ("named on a page", None),
    ]
    session = db.begin_write()
    exports.erase(session, who)
    db.commit()
    assert world.people["karim"] not in session.scalars(select(PageCredit.person_id)).all()
    assert session.scalars(select(PageVersion.note)).all() == ["", ""]
    assert amelie.get(f"{API}{world.at}/{made['slug']}").get_json()["body"] == "Repris."


def test_a_deleted_page_goes_for_good_after_its_weeks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    amelie = world.browser("amelie")
    for title in ("Un", "Deux"):
        amelie.post(f"{API}{world.at}", json={"title": f"Page {title}", "body": "x"})
    amelie.delete(f"{API}{world.at}/page-un")
    keep, later = keeping.KEEPS[0], clock.now() + timedelta(days=31)
    session = db.begin_write()
    assert step(session, keep, 100) == 0
    monkeypatch.setattr(clock, "now", lambda: later)
    assert step(session, keep, 100) == 1
    db.commit()
    assert session.scalars(select(Page.slug)).all() == ["page-deux"]
    assert session.scalars(select(PageVersion.number)).all() == [1]
