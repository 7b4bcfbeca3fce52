"""Groups come by explicit grants; `full` takes them away again, and nobody is the last owner who vanishes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from rse.accounts.models import Person, Provider
from rse.groups import service
from rse.groups.models import Group, Membership
from tests import factories
from tests.accounts.steps import Door

Doors = Callable[..., Door]
SECOND = "https://second.example/metadata"
THEIRS: dict[str, Any] = {"sender": SECOND, "pair": "second", "name_id": "ben-1"}
GRANTS = [
    {"attribute": "groups", "value": "Design", "group": "design"},
    {"attribute": "groups", "value": "Secret", "group": "no-such-group"},
]


def make_group(session: Any) -> None:
    ines = factories.make_person(session, "ines.lambert")
    group = service.insert(session, name="Design", slug="design", visibility="closed", by=ines.id)
    service.enter(session, group, ines.id, "owner")


def members(here: Door) -> dict[str, str]:
    query = select(Person.name_id, Membership.role).join(Membership, Membership.person_id == Person.id)
    query = query.join(Group, Group.id == Membership.group_id).where(Membership.state == "active")
    with here.app.app_context():
        return {name or "ines": role for name, role in factories.db.db.session.execute(query).all()}


def come(here: Door, slug: str, *groups: str) -> None:
    sent = {"mail": ["ben@partner.example"], "groups": list(groups)}
    assert here.come_in(idp=slug, **THEIRS, attributes=sent).status_code == 303


def test_membership_comes_and_goes_with_the_attribute(door: Doors) -> None:
    here = door()
    here.write(make_group)
    slug = here.connect(SECOND, grants=GRANTS)
    come(here, slug, "design", "Secret")
    assert members(here) == {"ines": "owner", "ben-1": "member"}
    come(here, slug)
    assert members(here) == {"ines": "owner", "ben-1": "member"}  # additive
    here.write(lambda session: session.execute(update(Provider).values(grants_mode="full")))
    come(here, slug)
    assert members(here) == {"ines": "owner"}
    assert [entry["group"] for entry in here.audit("group.taken")] == ["design"]


def test_last_owner_stays(door: Doors) -> None:
    here = door()
    here.write(make_group)
    slug = here.connect(SECOND, grants=GRANTS, grants_mode="full")
    come(here, slug, "Design")
    roles = {"ines": "member", "ben-1": "owner"}
    for name, role in roles.items():
        someone = Person.name_id == name if name != "ines" else Person.name_id.is_(None)
        ids = select(Person.id).where(someone).scalar_subquery()
        change = update(Membership).where(Membership.person_id == ids).values(role=role)
        here.write(lambda session, change=change: session.execute(change))
    come(here, slug)
    assert members(here) == roles
