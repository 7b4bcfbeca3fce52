"""Pages on which a person changes what the others see of them, and how the product speaks to them."""

from contextlib import closing
from typing import Any
from zoneinfo import available_timezones

from flask import after_this_request, request
from werkzeug.wrappers import Response

from rse.core import db, files
from rse.core.i18n import _, language_name
from rse.core.policy import Invalid
from rse.core.web import SIGNED_IN, Form, flash, is_fragment, page, read_form, route, see_other, viewer
from rse.people import absence, expertise, policy, queries, service
from rse.people.appearance import remember_theme
from rse.people.schemas import Absence, Level, OneSkill, Preferences, ProfileChanges
from rse.people.views import blueprint, pictures

SIDE = 512  # pixels of a stored photo
FIELDS = ("given_name", "family_name", "title", "site", "phone", "about")
CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def _profile_page(
    form: Form[ProfileChanges] | None = None,
    status: int = 200,
    photo_error: str = "",
    away: Form[Absence] | None = None,
) -> Any:
    session, who = db.session(), viewer()
    person = queries.person(session, who, who.id)
    card = person.card
    data: dict[str, Any] = {
        "title": card.title,
        "site": card.site,
        "phone": person.phone,
        "about": person.about,
    }
    data |= {"given_name": person.given_name, "family_name": person.family_name}
    data["languages"] = ", ".join(language_name(code) for code in person.languages)
    if form is not None:
        data |= {n: ", ".join(v) if isinstance(v, list) else v for n, v in form.data.items()}
    owners = {name: policy.owner_text(source) for name, source in person.locked.items()}
    sources = {name: policy.owner_name(source) for name, source in person.locked.items()}
    errors = form.errors if form else {}
    planned = absence.planned(session, who.id)
    if away is not None:
        data, errors = data | away.data, errors | away.errors
    elif planned:
        data |= {"away_from": planned[0] or "", "away_until": planned[1]}
    return page(
        "people/edit.html",
        status,
        person=person,
        data=data,
        owners=owners,
        sources=sources,
        errors=errors,
        photo_error=photo_error,
        today=absence.today(),
        planned=planned,
    )


@route(blueprint, "/settings/profile", rule=SIGNED_IN)
def edit() -> Any:
    """Show the form of one's own profile."""
    return _profile_page()


@route(blueprint, "/settings/profile", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def save() -> Any:
    """Change one's own profile; what the form shows empty is meant empty."""
    form = read_form(ProfileChanges)
    if form.value is None:
        return _profile_page(form, 422)
    try:
        service.edit(db.session(), viewer(), _meant(form.value))
    except Invalid as error:
        db.rollback()
        return _profile_page(Form(form.data, None, error.errors), 422)
    flash(_("Your profile is saved."), "ok")
    return see_other(".show", person_id=viewer().id)


@route(blueprint, "/settings/absence", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def be_away() -> Any:
    """Say when one is away; empty days mean that one is here."""
    form = read_form(Absence)
    errors = form.errors
    if form.value is not None:
        try:
            service.be_away(db.session(), viewer(), form.value.away_from, form.value.away_until)
        except Invalid as error:
            db.rollback()
            errors = error.errors
    if errors:
        return _profile_page(status=422, away=Form(form.data, None, errors))
    away = form.input.away_until is not None
    flash(
        _("Your absence is shown to whoever is about to write to you.") if away else _("You are here again."),
        "ok",
    )
    return see_other(".edit")


def _meant(changes: ProfileChanges) -> dict[str, Any]:
    """Give the fields that the form showed, empty ones as empty texts."""
    shown = [name for name in FIELDS if name in request.form]
    found: dict[str, Any] = {name: getattr(changes, name) or "" for name in shown}
    if "languages" in request.form:
        found["languages"] = changes.languages or []
    return found


@route(blueprint, "/settings/photo", rule=SIGNED_IN, methods=("POST",), limit="20/minute")
def set_photo() -> Any:
    """Take another photo, or none."""
    sent = request.files.get("photo")
    welcome = request.args.get("then") == "welcome"
    if request.form.get("remove"):
        _replace_photo(None)
    elif sent is None or not sent.filename:
        return _photo_refused(_("Choose a picture first."), welcome=welcome)
    else:
        try:
            with closing(sent):
                jpeg = files.square(sent.stream.read(files.MAX_BYTES + 1), sent.filename, SIDE)
        except files.BadPicture as bad:
            return _photo_refused(str(bad), welcome=welcome)
        _replace_photo(files.keep(pictures(), jpeg))
    flash(_("Your photo is changed."), "ok")
    return see_other(".welcome" if welcome else ".edit")


def _photo_refused(why: str, *, welcome: bool) -> Any:
    if welcome:
        flash(why, "error")
        return see_other(".welcome")
    return _profile_page(status=422, photo_error=why)


def _replace_photo(name: str | None) -> None:
    before = service.set_photo(db.session(), viewer(), name)

    @after_this_request
    def _forget(response: Response) -> Response:
        files.forget(pictures(), before)
        return response


def _skills_page(form: Form[OneSkill] | None = None, status: int = 200) -> Any:
    person = queries.person(db.session(), viewer(), viewer().id)
    template = "people/_skills.html" if is_fragment() else "people/skills.html"
    return page(template, status, person=person, form=form or Form({}, None, {}))


@route(blueprint, "/settings/skills", rule=SIGNED_IN)
def own_skills() -> Any:
    """Show one's own skills."""
    return _skills_page()


@route(blueprint, "/settings/skills", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def add_skill() -> Any:
    """Declare one skill more."""
    then = request.args.get("then")
    if then == "next" and not request.form.get("label", "").strip():
        return _next_step(3)
    form = read_form(OneSkill)
    if form.value is None:
        return _skills_page(form, 422)
    try:
        expertise.add_skill(db.session(), viewer(), form.value.label, form.value.level)
    except Invalid as error:
        db.rollback()
        return _skills_page(Form(form.data, None, error.errors), 422)
    if is_fragment():
        return _skills_page()
    if then == "next":
        return _next_step(3)
    return see_other(".welcome" if then == "welcome" else ".own_skills")


def _next_step(step: int) -> Any:
    """Go on with the welcome, what was chosen on its page being kept."""
    service.set_welcome(db.session(), viewer().id, step)
    return see_other(".welcome")


@route(blueprint, "/settings/skills/<slug>", rule=SIGNED_IN, methods=("POST",), limit="120/minute")
def change_skill(slug: str) -> Any:
    """Change the level of a skill, or take it away."""
    session, who = db.session(), viewer()
    skill = queries.skill_by_slug(session, slug)
    if request.form.get("remove"):
        expertise.remove_skill(session, who, skill.id)
    else:
        expertise.set_level(session, who, skill.id, read_form(Level).input.level)
    if is_fragment():
        return _skills_page()
    return see_other(".welcome" if request.args.get("then") == "welcome" else ".own_skills")


def zones(present: str) -> list[tuple[str, str]]:
    """Give the time zones to choose from, with the present one."""
    known = {z for z in available_timezones() if z.split("/")[0] in CONTINENTS} | {"UTC", present}
    return [(zone, zone.replace("_", " ")) for zone in sorted(known)]


@route(blueprint, "/settings/preferences", rule=SIGNED_IN)
def preferences(form: Form[Preferences] | None = None, status: int = 200) -> Any:
    """Show language, time zone and appearance."""
    who = viewer()
    data = {"language": who.locale, "timezone": who.timezone, "theme": request.cookies.get("theme", "auto")}
    data |= form.data if form else {}
    errors = form.errors if form else {}
    return page("people/preferences.html", status, data=data, zones=zones(who.timezone), errors=errors)


@route(blueprint, "/settings/preferences", rule=SIGNED_IN, methods=("POST",), limit="60/minute")
def save_preferences() -> Any:
    """Keep language, time zone and appearance."""
    form = read_form(Preferences)
    if form.value is None:
        return preferences(form, 422)
    chosen = form.value
    service.prefer(
        db.session(), viewer(), language=chosen.language, timezone=chosen.timezone, theme=chosen.theme
    )
    if request.args.get("then") == "next":
        return _next_step(2)
    response = see_other(".welcome" if request.args.get("then") == "welcome" else ".preferences")
    if chosen.theme:
        remember_theme(response, chosen.theme)
    return response
