"""Pages of people: the directory, a profile, photos, and what is suggested while one types."""

from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from pydantic import ValidationError

from rse.accounts.models import Person
from rse.core import calls, company, db, files, text
from rse.core.api import BadInput
from rse.core.i18n import language_name
from rse.core.model import decode_id
from rse.core.policy import NotFound
from rse.core.schema import errors_of
from rse.core.web import (
    SIGNED_IN,
    decode_cursor,
    encode_cursor,
    is_fragment,
    page,
    route,
    see_other,
    settings,
    viewer,
)
from rse.people import absence, expertise, listing, policy, queries, service
from rse.people.appearance import YEAR
from rse.people.listing import Choice, Directory, Wanted
from rse.people.schemas import PeoplePage

blueprint = Blueprint("people", __name__)
PAGE = 24
SKILLS_ON_CARD = 3
Facet = tuple[str, str, int, bool]


@route(blueprint, "/people", rule=SIGNED_IN)
def index() -> Any:
    """Show the directory, narrowed by name, department, site and skill."""
    query = _query()
    session, who = db.session(), viewer()
    wanted = Wanted(query.q, query.department, query.site, query.skill)
    directory = Directory(session, who, wanted)
    found = directory.people(decode_cursor(query.cursor, str, int), PAGE)
    people = queries.with_skills(session, who, [card.id for card, _sort in found[:PAGE]])
    more = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        more = url_for(".index", **_kept(wanted), cursor=encode_cursor(last[1], last[0].id))
    facets = directory.facets()
    return page(
        "people/index.html",
        people=[people[card.id] for card, _sort in found[:PAGE] if card.id in people],
        more=more,
        wanted=wanted,
        narrowed=_kept(wanted),
        departments=_links(wanted, "department", facets.departments),
        sites=_links(wanted, "site", facets.sites),
        skills=_links(wanted, "skill", facets.skills),
        shown=SKILLS_ON_CARD,
        experts="search.experts" in current_app.view_functions,
    )


def _query() -> PeoplePage:
    given = {name: value for name, value in request.args.items() if name in PeoplePage.model_fields and value}
    try:
        return PeoplePage.model_validate(given)
    except ValidationError as error:
        raise BadInput(errors_of(error)) from error


def _kept(wanted: Wanted, **changed: str) -> dict[str, Any]:
    values = {"q": wanted.q, "department": wanted.department, "site": wanted.site, "skill": wanted.skill}
    return {name: value for name, value in (values | changed).items() if value}


def _links(wanted: Wanted, name: str, choices: list[Choice]) -> list[Facet]:
    """Give (text, address, count, chosen) of a facet; the chosen one's link takes it away."""
    links = []
    for choice in choices:
        above = " / ".join(choice.value.split(" / ")[:-1]) if name == "department" else ""
        value = above if choice.chosen else choice.value
        links.append(
            (choice.text, url_for(".index", **_kept(wanted, **{name: value})), choice.count, choice.chosen)
        )
    return links


def has_messages() -> bool:
    """Tell whether people can write to each other here."""
    return "chat.begin" in current_app.view_functions and "chat" not in company.switched_off(db.session())


@route(blueprint, "/people/<pid:person_id>", rule=SIGNED_IN)
def show(person_id: int) -> Any:
    """Show a person."""
    session, who = db.session(), viewer()
    person = queries.person(session, who, person_id)
    inside = policy.may_see_company(who, person_id)
    return page(
        "people/person.html",
        person=person,
        inside=inside,
        about=text.render(person.about),
        languages=[language_name(code) for code in person.languages],
        parts=queries.department_parts(session, person.department) if inside else [],
        above=queries.line_up(session, who, person_id) if inside else [],
        reports=queries.reports(session, who, person_id) if inside and person.is_manager else [],
        following=person.following,
        own=policy.may_edit(who, person_id),
        may_endorse=policy.may_endorse(who, person_id, person.card.status),
        message=url_for("chat.begin") if has_messages() else None,
        call=calls.of_pair(session, who.id, person_id, person.email or ""),
    )


@route(blueprint, "/people/<pid:person_id>/photo/<name>", rule=SIGNED_IN)
def photo(person_id: int, name: str) -> Any:
    """Send a person's picture to those who may know them."""
    if queries.photo_of(db.session(), viewer(), person_id) != name:
        raise NotFound
    path = files.find(pictures(), name)
    if path is None:
        raise NotFound
    response = Response(path.read_bytes(), mimetype="image/jpeg")
    response.set_etag(name)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return response.make_conditional(request)


def pictures() -> Any:
    """Give the folder of stored pictures."""
    return settings().data_dir / "pictures"


@route(blueprint, "/people/<pid:person_id>/follow", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def follow(person_id: int) -> Any:
    """Follow a person, or no longer."""
    session, who = db.session(), viewer()
    person = queries.person(session, who, person_id)
    on = request.form.get("on") == "1"
    service.follow(session, who, person_id, on=on)
    if is_fragment():
        return page("people/_follow.html", person=person, following=on)
    return see_other(".show", person_id=person_id)


@route(
    blueprint,
    "/people/<pid:person_id>/skills/<slug>/endorsement",
    rule=SIGNED_IN,
    methods=("POST",),
    limit="120/minute",
)
def endorsement(person_id: int, slug: str) -> Any:
    """Confirm a colleague's skill, or take that back."""
    session, who = db.session(), viewer()
    queries.person(session, who, person_id)
    skill = queries.skill_by_slug(session, slug)
    if request.form.get("on") == "1":
        expertise.endorse(session, who, session.get_one(Person, person_id), skill.id)
    else:
        expertise.revoke(session, who, person_id, skill.id)
    if not is_fragment():
        return see_other(".show", person_id=person_id, _anchor=f"skill-{slug}")
    person = queries.person(session, who, person_id)
    line = next((line for line in person.skills if line.id == skill.id), None)
    return page("people/_skill.html", person=person, line=line, may_endorse=True)


@route(blueprint, "/people/mentions", rule=SIGNED_IN, limit="600/minute")
def mentions() -> Any:
    """Suggest who is meant by what follows an @; with `groups`, which group too (`in`: where one writes)."""
    q = request.args.get("q", "")[:60].strip()
    found = listing.mentionable(db.session(), viewer(), q, _group()) if q else []
    place = request.args.get("in", "")[:80]
    others = listing.others(db.session(), viewer(), q, place) if q and "groups" in request.args else []
    away = absence.away(db.session(), [card.id for card in found])
    return page("people/_mentions.html", found=found, others=others, away=away)


def _group() -> int | None:
    try:
        return decode_id(request.args["group"])
    except (KeyError, ValueError):
        return None


@route(blueprint, "/people/skills", rule=SIGNED_IN, limit="600/minute")
def skills() -> Any:
    """Suggest skills of the vocabulary while one types."""
    found = listing.suggest(db.session(), request.args.get("q", "")[:100])
    return page("people/_suggest.html", found=found)
