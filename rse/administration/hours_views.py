"""Working hours and days off of a site, where they are not the company's."""

from typing import Any, Literal

from flask import request
from pydantic import Field

from rse.accounts import audit
from rse.administration.company_views import dates, sites
from rse.administration.views import blueprint
from rse.core import company, db
from rse.core.api import Schema
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import ADMIN, Form, flash, page, read_form, route, see_other, viewer_id

KEY = "working_sites"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class HoursForm(Schema):
    """The hours of one site, or that it has the company's."""

    site: str = Field(min_length=1, max_length=120)
    own: bool = False
    days: list[Literal["1", "2", "3", "4", "5", "6", "7"]] = Field(default_factory=list, max_length=7)
    opens: str = Field("08:00", pattern=CLOCK)
    closes: str = Field("18:00", pattern=CLOCK)
    holidays: str = Field("", max_length=2000)


def _kept() -> dict[str, Any]:
    return dict(company.get(db.session(), KEY, {}))


@route(blueprint, "/admin/settings/sites", rule=ADMIN)
def site_hours() -> Any:
    """List the sites with their hours."""
    session, kept = db.session(), _kept()
    rows = [(site, site in kept, company.working_time(session, site)) for site in sorted({*sites(), *kept})]
    return page("administration/sites.html", rows=rows, usual=company.working_time(session))


@route(blueprint, "/admin/settings/sites/hours", rule=ADMIN)
def hours_of_site() -> Any:
    """Show the form of one site."""
    site = request.args.get("site", "")
    if site not in {*sites(), *_kept()}:
        raise NotFound
    hours = company.working_time(db.session(), site)
    data = {
        "site": site,
        "own": site in _kept(),
        "days": [str(day) for day in hours.days],
        "opens": hours.opens,
        "closes": hours.closes,
        "holidays": "\n".join(hours.holidays),
    }
    return _page(Form(data, None, {}))


def _page(form: Form[Any], status: int = 200) -> Any:
    return page("administration/site_hours.html", status, data=form.data, errors=form.errors)


@route(blueprint, "/admin/settings/sites/hours", rule=ADMIN, methods=("POST",), limit="60/minute")
def save_hours_of_site() -> Any:
    """Keep the hours of one site, or give it the company's again."""
    form = read_form(HoursForm)
    if form.value is None:
        return _page(form, 422)
    sent, kept = form.value, _kept()
    if sent.site not in {*sites(), *kept}:
        raise NotFound
    try:
        wanted = _understood(sent)
    except Invalid as error:
        return _page(Form(form.data, None, error.errors), 422)
    after = {site: hours for site, hours in kept.items() if site != sent.site}
    if wanted:
        after[sent.site] = wanted
    session, by = db.session(), viewer_id()
    if company.put(session, KEY, after or None, by=by):
        target = f"setting:{KEY}:{sent.site}"
        audit.record(session, "settings.change", actor_id=by, target=target, value=wanted)
    company.forget(session)
    flash(_("The settings are saved."), "ok")
    return see_other("administration.site_hours")


def _understood(sent: HoursForm) -> dict[str, Any] | None:
    """Give the hours of the site; None for the company's. Raises Invalid."""
    if not sent.own:
        return None
    if not sent.days:
        raise Invalid(days=_("Choose at least one day."))
    if sent.opens >= sent.closes:
        raise Invalid(closes=_("The day ends after it begins."))
    days = sorted({int(day) for day in sent.days})
    return {"days": days, "opens": sent.opens, "closes": sent.closes, "holidays": dates(sent.holidays)}
