"""What a company changes without a restart: name, logo, colour, languages, hours, parts, guests."""

import re
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Literal

from flask import Response, request
from pydantic import Field
from sqlalchemy import select

from rse.accounts import audit, guests
from rse.accounts.models import Person
from rse.administration import colours
from rse.administration.views import blueprint
from rse.core import calls, company, db, files
from rse.core.api import Schema
from rse.core.i18n import _, lazy
from rse.core.policy import Invalid, NotFound
from rse.core.web import ADMIN, PUBLIC, Form, flash, page, read_form, route, see_other, settings, viewer_id

LOGO = (480, 96)  # pixels, at most
MOST_LINES = 100
TRANSLATED_AT = re.compile(r"https://[\w.-]+(:\d+)?/\S*")
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
SWITCHES: dict[str, tuple[Any, Any]] = {
    "chat": (lazy("Messages"), lazy("Conversations between people, and the discussions of groups.")),
    "indicators": (lazy("Indicators"), lazy("Figures of teams and of the company, never of a person.")),
    "pulse": (
        lazy("The pulse"),
        lazy("One anonymous question, twice a year, to a random half of the company; off, nobody is asked."),
    ),
    "previews": (
        lazy("Previews of links"),
        lazy(
            "This server reads title and description of the public pages that posts link to; "
            "they learn its address."
        ),
    ),
    "coffee": (
        lazy("Random coffee"),
        lazy("Every two weeks chance brings together those who take part, two from different departments."),
    ),
    "push": (
        lazy("Push notifications"),
        lazy(
            "Browsers show what people are told though no page is open; the services of their makers "
            "carry it and cannot read it."
        ),
    ),
}


class CompanyForm(Schema):
    """Everything that the page of settings sends, but the logo."""

    name: str = Field(min_length=1, max_length=60)
    colour: str = Field("", max_length=7)
    colour_dark: str = Field("", max_length=7)
    languages: list[Literal["fr", "en"]] = Field(default_factory=list, max_length=2)
    days: list[Literal["1", "2", "3", "4", "5", "6", "7"]] = Field(default_factory=list, max_length=7)
    opens: str = Field("08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field("18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    holidays: str = Field("", max_length=2000)
    guest_domains: str = Field("", max_length=5000)
    features: list[Literal["chat", "indicators", "pulse", "previews", "coffee", "push"]] = Field(
        default_factory=list, max_length=9
    )
    company_figures: Literal["everyone", "leadership"] = "everyone"
    translate_link: str = Field("", max_length=300)
    call_link: str = Field("", max_length=300)
    sites_off: list[str] = Field(default_factory=list, max_length=500)


def _present() -> dict[str, Any]:
    """Give what the form shows before anything was sent."""
    session = db.session()
    kept, hours = company.everything(session), company.working_time(session)
    colour = kept.get("colour") or {}
    return {
        "name": kept.get("name") or settings().company,
        "colour": colour.get("light", ""),
        "colour_dark": colour.get("dark", ""),
        "languages": list(company.languages(session)),
        "days": [str(day) for day in hours.days],
        "opens": hours.opens,
        "closes": hours.closes,
        "holidays": "\n".join(hours.holidays),
        "guest_domains": "\n".join(kept.get(guests.DOMAINS, [])),
        "features": [name for name in SWITCHES if name not in company.switched_off(session)],
        "translate_link": company.translator(session),
        "call_link": kept.get(calls.SETTING) or "",
        "company_figures": kept.get("company_figures", "everyone"),
        "sites_off": sorted(company.sites_without_figures(session)),
    }


def sites() -> list[str]:
    """Give the sites of the people, and those that are switched off already."""
    session = db.session()
    here = session.scalars(select(Person.site).where(Person.site != "", Person.kind == "employee").distinct())
    return sorted({*here, *company.sites_without_figures(session)})


def _page(form: Form[CompanyForm] | None = None, status: int = 200, **more: Any) -> Any:
    values = {"data": form.data if form else _present(), "errors": form.errors if form else {}}
    return page(
        "administration/company.html",
        status,
        **values,
        switches=SWITCHES,
        sites=sites(),
        logo=company.get(db.session(), "logo"),
        **{"logo_error": "", "proposal": {}, **more},
    )


@route(blueprint, "/admin/settings", rule=ADMIN)
def company_page() -> Any:
    """Show the settings of the company."""
    return _page()


@route(blueprint, "/admin/settings", rule=ADMIN, methods=("POST",), limit="60/minute")
def save_company() -> Any:
    """Keep them all, or none when one of them is wrong."""
    form = read_form(CompanyForm)
    if form.value is None:
        return _page(form, 422)
    proposal: dict[str, str] = {}
    try:
        wanted = _understood(form.value, proposal)
    except Invalid as error:
        return _page(Form(form.data, None, error.errors), 422, proposal=proposal)
    session, changed = db.session(), []
    for key, value in wanted.items():
        if company.put(session, key, value, by=viewer_id()):
            changed.append(key)
            audit.record(
                session, "settings.change", actor_id=viewer_id(), target=f"setting:{key}", value=value
            )
    company.forget(session)
    flash(_("The settings are saved.") if changed else _("Nothing was changed."), "ok")
    return see_other(".company_page")


def _understood(sent: CompanyForm, proposal: dict[str, str]) -> dict[str, Any]:
    """Give each setting by its key; None where it is as it comes. Raises Invalid."""
    if not sent.languages:
        raise Invalid(languages=_("Offer at least one language."))
    if sent.opens >= sent.closes:
        raise Invalid(closes=_("The day ends after it begins."))
    hours = {
        "days": sorted({int(day) for day in sent.days}),
        "opens": sent.opens,
        "closes": sent.closes,
        "holidays": dates(sent.holidays),
    }
    name = sent.name.strip()
    return {
        "name": None if name == settings().company else name,
        "colour": _palette(sent, proposal),
        "languages": None if len(sent.languages) == len(company.OFFERED) else list(sent.languages),
        "working_time": hours,
        "guest_domains": _domains(sent.guest_domains) or None,
        "features_off": [feature for feature in SWITCHES if feature not in sent.features] or None,
        company.TRANSLATOR: _translator(sent.translate_link),
        calls.SETTING: _caller(sent.call_link),
        "company_figures": None if sent.company_figures == "everyone" else sent.company_figures,
        "indicators_sites_off": sorted(set(sent.sites_off) & set(sites())) or None,
    }


def _translator(link: str) -> str | None:
    """Read the address of a translator; None for none. Raises Invalid."""
    if link and not (TRANSLATED_AT.fullmatch(link) and "{text}" in link.partition("//")[2].partition("/")[2]):
        raise Invalid(translate_link=_("An address that begins with https:// and has {text} after its host."))
    return link or None


def _caller(link: str) -> str | None:
    """Read the address of the tool for calls; None for none. Raises Invalid."""
    if link and not calls.is_address(link):
        said = _("An address that begins with https:// and has {room} or {people} after its host.")
        raise Invalid(call_link=said)
    return link or None


def dates(text: str) -> list[str]:
    """Read days off. Raises Invalid."""
    try:
        days = sorted({date.fromisoformat(word).isoformat() for word in re.split(r"[\s,;]+", text) if word})
    except ValueError as error:
        raise Invalid(holidays=_("One date a line, such as 2026-12-25.")) from error
    if len(days) > MOST_LINES:
        raise Invalid(holidays=_("At most %(most)s lines.", most=MOST_LINES))
    return days


def _domains(text: str) -> list[str]:
    names = sorted({word.lower().lstrip("@") for word in re.split(r"[\s,;]+", text) if word})
    wrong = [name for name in names if not DOMAIN.fullmatch(name)]
    if wrong:
        raise Invalid(guest_domains=_("“%(name)s” is no domain.", name=wrong[0][:60]))
    if len(names) > MOST_LINES:
        raise Invalid(guest_domains=_("At most %(most)s lines.", most=MOST_LINES))
    return names


def _palette(sent: CompanyForm, proposal: dict[str, str]) -> dict[str, str] | None:
    """Give the colour in both themes; the dark one is made of the light one when none is chosen."""
    light, dark = sent.colour.strip().lower(), sent.colour_dark.strip().lower()
    if not light:
        return None
    for field, colour in (("colour", light), ("colour_dark", dark)):
        if colour and not colours.HEX.fullmatch(colour):
            raise Invalid(**{field: _("Write the colour as # and six digits, such as #17645e.")})
    dark = dark or colours.nearest(light, "dark")
    for field, colour, theme in (("colour", light, "light"), ("colour_dark", dark, "dark")):
        if not colours.passes(colour, theme):
            proposal[field] = colours.nearest(colour, theme)
            found, ground = colours.worst(colour, theme)
            raise Invalid(**{field: _(
                "Texts in this colour could not be read: contrast %(found)s on %(ground)s, 4.5 is needed. "
                "The nearest one that passes is %(proposal)s.",
                found=f"{found:.1f}", ground=ground, proposal=proposal[field],
            )})  # fmt: skip
    return {"light": light, "dark": dark}


def _folder() -> Path:
    folder: Path = settings().data_dir / "files" / "brand"
    return folder


@route(blueprint, "/admin/settings/logo", rule=ADMIN, methods=("POST",), limit="20/minute")
def save_logo() -> Any:
    """Take another logo, or none."""
    session, before = db.session(), company.get(db.session(), "logo")
    sent, name = request.files.get("logo"), None
    if not request.form.get("remove"):
        if sent is None or not sent.filename:
            return _page(status=422, logo_error=_("Choose a picture first."))
        try:
            with closing(sent):
                drawn = files.logo(sent.stream.read(files.MAX_BYTES + 1), sent.filename, LOGO)
        except files.BadPicture as bad:
            return _page(status=422, logo_error=str(bad))
        name = files.keep(_folder(), drawn)
    company.put(session, "logo", name, by=viewer_id())
    audit.record(session, "settings.change", actor_id=viewer_id(), target="setting:logo", value=name)
    company.forget(session)
    files.forget(_folder(), before)
    flash(_("The logo is changed."), "ok")
    return see_other(".company_page")


@route(blueprint, "/brand/logo/<name>", rule=PUBLIC)
def logo(name: str) -> Any:
    """Serve the logo of the company; the sign-in page shows it too."""
    path = files.find(_folder(), name)
    if path is None or name != company.get(db.session(), "logo"):
        raise NotFound
    answer = Response(path.read_bytes(), mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@route(blueprint, "/brand.css", rule=PUBLIC)
def brand_css() -> Response:
    """Serve the company's colour; its address changes with it."""
    kept = company.get(db.session(), "colour")
    css = colours.Palette(kept["light"], kept["dark"]).css() if kept else ""
    answer = Response(css, mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
