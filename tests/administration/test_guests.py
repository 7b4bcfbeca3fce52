"""A guest has a sponsor and a last day, comes from an allowed domain, and leaves by themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from rse.accounts import guests, service
from rse.accounts.attributes import Identity
from rse.accounts.grants import Rules
from rse.accounts.models import GuestStay, Person
from rse.accounts.saml_guard import Refused
from rse.administration.tasks import guests_leave
from rse.core import clock, company, db
from rse.core.model import encode_id

Browsers = Callable[[str], Any]


def test_sponsor_and_last_day(browser_as: Browsers, cast: dict[str, int]) -> None:
    ines, path = browser_as("ines"), f"/admin/people/{encode_id(cast['james'])}"
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    assert ines.post(f"{path}/stay", data={"sponsor": "amelie.rousseau", "ends_on": day}).status_code == 303
    html = ines.get(path).text
    assert 'value="amelie.rousseau"' in html
    assert f'value="{day}"' in html
    assert ines.post(f"{path}/stay", data={"sponsor": "nobody", "ends_on": day}).status_code == 422
    assert ines.post(f"{path}/stay", data={"ends_on": "soon"}).status_code == 422
    assert ines.post(f"{path}/stay", data={"sponsor": "james.oneill"}).status_code == 422
    employee = f"/admin/people/{encode_id(cast['karim'])}/stay"
    assert ines.post(employee, data={"sponsor": "amelie.rousseau"}).status_code == 422


def test_leaves_after_the_last_day(browser_as: Browsers, cast: dict[str, int]) -> None:
    james = browser_as("james")
    session = db.begin_write()
    session.add(GuestStay(person_id=cast["james"], ends_on=clock.now().date() + timedelta(days=1)))
    db.commit()
    guests_leave()
    assert james.get("/settings/sessions").status_code == 200
    db.begin_write().execute(update(GuestStay).values(ends_on=clock.now().date() - timedelta(days=2)))
    db.commit()
    guests_leave()
    assert james.get("/settings/sessions").status_code == 303
    assert db.session().scalar(select(Person.status).where(Person.id == cast["james"])) == "deactivated"


def _arrive(name: str, email: str) -> Person:
    identity = Identity("https://idp", name, email=email, display_name=name, roles=("guest",))
    return service.sign_in(db.session(), identity, Rules())


def test_signs_in_until_the_last_day_from_allowed_domains(app: Any) -> None:
    session = db.begin_write()
    ada = _arrive("ada", "ada@partner.example")
    assert ada.kind == "guest"
    session.add(GuestStay(person_id=ada.id, ends_on=clock.now().date() - timedelta(days=1)))
    session.flush()
    with pytest.raises(Refused) as refused:
        _arrive("ada", "ada@partner.example")
    assert refused.value.code == "guest_ended"
    company.put(session, guests.DOMAINS, ["partner.example"])
    company.forget(session)
    assert _arrive("bob", "bob@Partner.example").kind == "guest"
    with pytest.raises(Refused) as refused:
        _arrive("eve", "eve@elsewhere.example")
    assert refused.value.code == "guest_domain"
    db.rollback()
