"""People and skills under /api/v1."""

from typing import Any

from flask import Blueprint

from rse.accounts.models import Person
from rse.core import db
from rse.core.api import Listing, endpoint
from rse.core.audience import Viewer
from rse.core.model import encode_id
from rse.core.web import SIGNED_IN, decode_cursor, encode_cursor, viewer
from rse.people import expertise, listing, queries, service
from rse.people.listing import Directory, Wanted
from rse.people.queries import PersonPage
from rse.people.schemas import (
    OwnSkills,
    PeoplePage,
    PersonOut,
    ProfileChanges,
    SkillsQuery,
)

blueprint = Blueprint("people_api", __name__)


def person_data(page: PersonPage) -> dict[str, Any]:
    """Write a person as the API does."""
    card = page.card
    department = None
    if page.department_id:
        name = page.department.split(" / ")[-1]
        department = {"id": encode_id(page.department_id), "name": name, "path": page.department}
    return {
        "id": card.public_id,
        "uid": card.uid,
        "email": page.email,
        "display_name": card.display_name,
        "given_name": page.given_name,
        "family_name": page.family_name,
        "title": card.title,
        "department": department,
        "site": card.site,
        "manager_id": encode_id(page.manager_id) if page.manager_id else None,
        "languages": page.languages,
        "about": page.about,
        "skills": [
            {"slug": s.slug, "label": s.label, "level": s.level, "endorsements": s.endorsements}
            for s in page.skills
        ],
        "kind": card.kind,
        "status": card.status,
        "avatar_url": card.avatar_url,
    }


def _me() -> dict[str, Any]:
    return person_data(queries.person(db.session(), viewer(), viewer().id))


@endpoint(blueprint, "/me", rule=SIGNED_IN, returns=PersonOut)
def me() -> dict[str, Any]:
    """Give yourself."""
    return _me()


@endpoint(blueprint, "/me", "PATCH", rule=SIGNED_IN, body=ProfileChanges, returns=PersonOut)
def change_me(body: ProfileChanges) -> dict[str, Any]:
    """Change your own profile; fields that the company directory owns are refused."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    cleared: dict[str, Any] = {name: [] if name == "languages" else "" for name in sent}
    changes = {name: cleared[name] if value is None else value for name, value in sent.items()}
    service.edit(db.session(), viewer(), changes)
    return _me()


@endpoint(
    blueprint, "/me/skills", "PUT", rule=SIGNED_IN, body=OwnSkills, returns=PersonOut, limit="60/minute"
)
def set_skills(body: OwnSkills) -> dict[str, Any]:
    """Declare your skills; those that you do not name are taken away."""
    expertise.set_skills(db.session(), viewer(), [(skill.label, skill.level) for skill in body.skills])
    return _me()


def preferences(who: Viewer) -> dict[str, Any]:
    """Give the language, time zone and appearance of a person; the call is answered by notifications."""
    person = db.session().get_one(Person, who.id)
    theme = queries.preferences(db.session(), who.id).get("theme", "auto")
    return {
        "language": person.locale or who.locale,
        "timezone": person.timezone or who.timezone,
        "theme": theme,
    }


@endpoint(blueprint, "/people", rule=SIGNED_IN, query=PeoplePage, returns=Listing)
def index(query: PeoplePage) -> dict[str, Any]:
    """List people by name, narrowed by department (id or path), site and skill (slug)."""
    session, who = db.session(), viewer()
    directory = Directory(session, who, Wanted(query.q, query.department, query.site, query.skill))
    found = directory.people(decode_cursor(query.cursor, str, int), query.limit)
    shown = found[: query.limit]
    people = queries.with_skills(session, who, [card.id for card, _sort in shown])
    last = shown[-1] if len(found) > query.limit else None
    return {
        "items": [person_data(people[card.id]) for card, _sort in shown if card.id in people],
        "next_cursor": encode_cursor(last[1], last[0].id) if last else None,
    }


@endpoint(blueprint, "/people/<pid:person_id>", rule=SIGNED_IN, returns=PersonOut)
def show(person_id: int) -> dict[str, Any]:
    """Give a person."""
    return person_data(queries.person(db.session(), viewer(), person_id))


@endpoint(
    blueprint,
    "/people/<pid:person_id>/skills/<slug>/endorsement",
    "PUT",
    rule=SIGNED_IN,
    status=204,
    limit="120/minute",
)
def endorse(person_id: int, slug: str) -> None:
    """Confirm a skill of a colleague; they see that it was you."""
    session, who = db.session(), viewer()
    queries.person(session, who, person_id)
    skill = queries.skill_by_slug(session, slug)
    expertise.endorse(session, who, session.get_one(Person, person_id), skill.id)


@endpoint(
    blueprint, "/people/<pid:person_id>/skills/<slug>/endorsement", "DELETE", rule=SIGNED_IN, status=204
)
def revoke(person_id: int, slug: str) -> None:
    """Take your endorsement back."""
    session, who = db.session(), viewer()
    queries.person(session, who, person_id)
    expertise.revoke(session, who, person_id, queries.skill_by_slug(session, slug).id)


@endpoint(blueprint, "/people/<pid:person_id>/follow", "PUT", rule=SIGNED_IN, status=204, limit="120/minute")
def follow(person_id: int) -> None:
    """Follow a person; nobody else sees it."""
    session, who = db.session(), viewer()
    queries.person(session, who, person_id)
    service.follow(session, who, person_id, on=True)


@endpoint(blueprint, "/people/<pid:person_id>/follow", "DELETE", rule=SIGNED_IN, status=204)
def unfollow(person_id: int) -> None:
    """Follow a person no longer."""
    session, who = db.session(), viewer()
    queries.person(session, who, person_id)
    service.follow(session, who, person_id, on=False)


@endpoint(blueprint, "/skills", rule=SIGNED_IN, query=SkillsQuery, returns=Listing)
def skills(query: SkillsQuery) -> dict[str, Any]:
    """Suggest skills of the vocabulary by label or synonym, in French or English."""
    found = listing.suggest(db.session(), query.q, query.limit)
    return {"items": [{"slug": s.slug, "label": s.label} for s in found], "next_cursor": None}
