"""Many are invited at once: a department, or whoever holds a link until its last day."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from rse.core import clock, db, jobs
from rse.core.model import encode_id
from rse.core.retention import step
from rse.groups import inviting
from rse.groups.models import Group, GroupLink, Membership
from rse.people.models import Department, Profile
from tests.factories import Client

As = Callable[[str], Client]
API = "/api/v1"


@pytest.fixture
def at(browser_as: As) -> str:
    made = browser_as("amelie").post(f"{API}/groups", json={"name": "Cercle discret", "visibility": "secret"})
    return f"/groups/{made.get_json()['slug']}"


def link_of(amelie: Client, at: str, days: int = 7) -> str:
    assert amelie.post(f"{at}/links", data={"days": days}).status_code == 303
    html = amelie.get(f"{at}/invite/more").text
    found = re.findall(r'value="http://localhost(/invited/[\w-]+)"', html)
    return str(found[-1])


def test_a_link_leads_colleagues_into_a_secret_group_until_it_ends(
    app: Flask, browser_as: As, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app is not None
    amelie, karim, sofia, james = (browser_as(name) for name in ("amelie", "karim", "sofia", "james"))
    amelie.post(f"{at}/links", data={"days": 3})  # is not among those offered
    assert "/invited/" not in amelie.get(f"{at}/invite/more").text
    link = link_of(amelie, at, 1)
    assert karim.get(at).status_code == 404
    asked = karim.get(link).text
    assert "Cercle discret" in asked
    assert karim.get(at).status_code == 404  # to look is not to enter
    assert karim.post(link).headers["Location"] == at
    assert karim.get(at).status_code == 200
    assert karim.post(link).status_code == 303  # twice is once
    number, entered = db.db.session().execute(select(GroupLink.id, GroupLink.entered)).one()
    db.rollback()
    assert entered == 1
    assert james.get(link).status_code == 404
    assert karim.get(f"{at}/invite/more").status_code == 403

    def ended(client: Client, address: str) -> bool:
        answers = (client.get(address), client.post(address))
        assert all("Cercle discret" not in answer.text for answer in answers)
        return all(answer.status_code == 404 for answer in answers)

    later = clock.now() + timedelta(days=1, minutes=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: later)
        assert ended(browser_as("sofia"), link)
    assert ended(sofia, "/invited/absent")
    assert karim.post(f"{at}/links/{encode_id(number)}/end").status_code == 403
    assert amelie.post(f"{at}/links/{encode_id(number)}/end").status_code == 303
    assert ended(sofia, link)


def test_old_links_are_removed_by_night(
    app: Flask, browser_as: As, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app is not None
    link_of(browser_as("amelie"), at, 1)
    later = clock.now() + timedelta(days=32)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert step(db.begin_write(), inviting.KEEPS[0], 10) == 1
    db.commit()


def test_a_department_is_invited_with_those_below_it(
    app: Flask, cast: dict[str, int], browser_as: As, at: str
) -> None:
    assert app is not None
    session = db.begin_write()
    places = [Department(name=name, path=path) for name, path in (("Q", "Q"), ("L", "Q / L"), ("QX", "QX"))]
    session.add_all(places)
    session.flush()
    for name, place in (("karim", 0), ("sofia", 1), ("thomas", 2), ("amelie", 0)):
        session.merge(Profile(person_id=cast[name], department_id=places[place].id))
    top = encode_id(places[0].id)
    db.commit()
    amelie = browser_as("amelie")
    assert "Q / L" in amelie.get(f"{at}/invite/more").text
    assert amelie.post(f"{at}/invite/department", data={"department": top}).status_code == 303
    invited = select(Membership.person_id).where(Membership.state == "invited")
    assert set(session.scalars(invited)) == {cast["karim"], cast["sofia"]}
    db.rollback()
    jobs.drain()
    told = browser_as("sofia").get(f"{API}/notifications").get_json()["items"]
    assert [one["kind"] for one in told] == ["invitation"]
    amelie.post(f"{at}/invite/department", data={"department": top})
    assert session.scalar(select(func.count()).select_from(Membership)) == 3
    assert browser_as("karim").post(f"{at}/invite/department", data={"department": top}).status_code in {
        403,
        404,
    }


def test_a_large_group_is_told_so_to_those_who_look_after_it(browser_as: As, at: str) -> None:
    amelie = browser_as("amelie")
    assert "150 personnes" not in amelie.get(f"{at}/members").text
    session = db.begin_write()
    session.scalars(select(Group)).one().member_count = 150
    db.commit()
    assert "150 personnes" in amelie.get(f"{at}/members").text
