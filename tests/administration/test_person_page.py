"""The administrative page of a person: identity, roles, sessions, tokens, deactivating. Nobody's activity."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from rse.accounts import service
from rse.accounts.models import ApiToken, AuditEntry, Person
from rse.accounts.models import Session as Signed
from rse.core import clock, db, i18n
from rse.core.model import encode_id
from rse.people.models import Profile

Browsers = Callable[[str], Any]


@pytest.fixture
def page_of(cast: dict[str, int]) -> Callable[[str], str]:
    return lambda name: f"/admin/people/{encode_id(cast[name])}"


def actions() -> list[str]:
    db.rollback()
    return list(db.session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_says_who_owns_which_field(
    browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str]
) -> None:
    session = db.begin_write()
    session.add(
        Profile(person_id=cast["karim"], locked={"title": "saml"}, source="csv", manager_id=cast["claire"])
    )
    session.execute(update(Person).where(Person.id == cast["karim"]).values(idp="https://idp", name_id="k1"))
    db.commit()
    html = browser_as("ines").get(page_of("karim")).text
    assert "title · saml" in html
    assert "https://idp" in html
    assert "Claire Dupont" in html


def test_no_last_activity(browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str]) -> None:
    browser_as("karim")
    began = clock.now() - timedelta(days=9)
    seen = clock.now() - timedelta(days=4, hours=3)
    values = {"created_at": began, "seen_at": seen}
    db.begin_write().execute(update(Signed).where(Signed.person_id == cast["karim"]).values(**values))
    db.commit()
    html = browser_as("ines").get(page_of("karim")).text
    with i18n.speaking("fr"):  # whatever language a test before has left
        assert i18n.format_datetime(began, "d MMM y, HH:mm") in html
        assert i18n.format_datetime(seen, "d MMM y") not in html
    assert seen.isoformat()[:10] not in html
    assert "Dernière activité" not in html


def test_ends_one_session_and_all(
    browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str]
) -> None:
    karim, again, ines = browser_as("karim"), browser_as("karim"), browser_as("ines")
    newest = db.session().scalars(
        select(Signed.id).where(Signed.person_id == cast["karim"]).order_by(Signed.id.desc())
    )
    one = newest.first()
    db.rollback()
    assert ines.post(f"{page_of('karim')}/sessions/{one}/end").status_code == 303
    assert again.get("/settings/sessions").headers["Location"].startswith("/signin")
    assert karim.get("/settings/sessions").status_code == 200
    assert ines.post(f"{page_of('amelie')}/sessions/{one}/end").status_code == 404
    ines.post(f"{page_of('karim')}/sessions/end")
    assert karim.get("/settings/sessions").status_code == 303
    assert actions().count("session.end") == 2


def test_revokes_a_token(
    browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str], app: Any
) -> None:
    session = db.begin_write()
    token = service.create_token(session, session.get_one(Person, cast["karim"]), "read", name="Wiki")
    db.commit()
    row = db.session().scalar(select(ApiToken.id))
    db.rollback()
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 200
    ines = browser_as("ines")
    assert "Wiki" in ines.get(page_of("karim")).text
    assert ines.post(f"{page_of('amelie')}/tokens/{row}/revoke").status_code == 404
    assert ines.post(f"{page_of('karim')}/tokens/{row}/revoke").status_code == 303
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 401
    assert "token.revoke" in actions()


def test_deactivates_after_asking_and_lets_in_again(
    browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str]
) -> None:
    karim, ines = browser_as("karim"), browser_as("ines")
    asked = ines.get(f"{page_of('karim')}/deactivate").text
    assert "1 session prend fin aussitôt." in asked
    assert karim.get("/settings/sessions").status_code == 200
    ines.post(f"{page_of('karim')}/deactivate")
    assert karim.get("/settings/sessions").status_code == 303
    assert "Ce compte est désactivé" in ines.get(page_of("karim")).text
    ines.post(f"{page_of('karim')}/reactivate")
    assert browser_as("karim").get("/settings/sessions").status_code == 200
    assert actions()[-2:] == ["person.deactivate", "person.reactivate"]


def test_reactivating_takes_the_last_day_back(
    browser_as: Browsers, cast: dict[str, int], page_of: Callable[[str], str]
) -> None:
    db.begin_write().add(Profile(person_id=cast["karim"], manager_id=cast["claire"]))
    db.commit()
    ines = browser_as("ines")
    ines.post(f"{page_of('karim')}/deactivate")
    assert db.session().scalar(select(Profile.end_date).where(Profile.person_id == cast["karim"])) is not None
    db.rollback()
    ines.post(f"{page_of('karim')}/reactivate")
    assert db.session().scalar(select(Profile.end_date).where(Profile.person_id == cast["karim"])) is None
    assert db.session().scalar(select(Person.is_manager).where(Person.id == cast["claire"])) is True


def test_unknown_person(browser_as: Browsers) -> None:
    assert browser_as("ines").get("/admin/people/zz").status_code == 404
