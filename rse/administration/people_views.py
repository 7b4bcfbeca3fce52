"""The administrative list of people, and the page of one: account, roles, sessions, tokens. No activity."""

from typing import Any

from flask import request, url_for

from rse.accounts import devices, guests, lifecycle, service
from rse.accounts.models import ROLES, Person
from rse.accounts.policy import is_erased
from rse.administration import queries, words
from rse.administration.queries import STATES, Wanted
from rse.administration.views import blueprint
from rse.core import clock, company, db, live
from rse.core.i18n import _
from rse.core.web import (
    ADMIN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    route,
    see_other,
    settings,
    viewer,
    viewer_id,
)
from rse.people import deputies
from rse.people.models import Department, Profile
from rse.privacy.policy import may_erase

PAGE = 50
ROW = "<int(max=9223372036854775807):row_id>"


def _wanted() -> Wanted:
    state, role = request.args.get("state", ""), request.args.get("role", "")
    known = role if role in {*ROLES, "manager"} else ""
    return Wanted(request.args.get("q", "")[:100], state if state in STATES else "", known)


@route(blueprint, "/admin/people", rule=ADMIN)
def people() -> Any:
    """List people, narrowed by name, state and role."""
    session, wanted = db.session(), _wanted()
    after = decode_cursor(request.args.get("after"), str, int)
    found = queries.people(session, wanted, (after[0], after[1]) if after else None, PAGE)
    kept: dict[str, Any] = {"q": wanted.q, "state": wanted.state, "role": wanted.role}
    kept = {name: value for name, value in kept.items() if value}
    last = found[PAGE - 1] if len(found) > PAGE else None
    counts = queries.counts(session)
    return page(
        "administration/people.html",
        people=found[:PAGE],
        wanted=wanted,
        more=url_for(".people", **kept, after=encode_cursor(last.sort_name, last.card.id)) if last else None,
        states=[
            (state, text, url_for(".people", **{**kept, "state": state or None}), counts[state])
            for state, text in words.STATES.items()
        ],
        roles=[("", _("Any role")), *((r, words.role(r)) for r in ROLES), ("manager", words.MANAGER[0])],
        role_name=words.role,
    )


def _guest(someone: Person, form: Form[Any] | None) -> dict[str, Any]:
    """Give what the form of a guest's stay shows."""
    if form is not None:
        shown = {name: form.data.get(name, "") for name in ("sponsor", "ends_on")}
        return {**shown, "errors": form.errors}
    stay = guests.stay(db.session(), someone.id)
    sponsor = db.session().get(Person, stay.sponsor_id) if stay and stay.sponsor_id else None
    ends_on = stay.ends_on.isoformat() if stay and stay.ends_on else ""
    return {"sponsor": sponsor.uid if sponsor else "", "ends_on": ends_on, "errors": {}}


def _owners(session: Any, someone: Person) -> list[tuple[str, str]]:
    """Give (field, owner) of the profile fields that are not the person's own."""
    locked = session.get(Profile, someone.id)
    return sorted((locked.locked or {}).items()) if locked else []


@route(blueprint, "/admin/people/<pid:person_id>", rule=ADMIN)
def person(person_id: int) -> Any:
    """Show the account of a person."""
    return person_page(person_id)


def person_page(person_id: int, status: int = 200, **forms: Form[Any]) -> Any:
    """Show the account of a person, with the forms that were refused, `guest` or `delegate`."""
    session = db.session()
    someone = queries.person(session, person_id)
    profile = session.get(Profile, person_id)
    department = session.get(Department, profile.department_id) if profile and profile.department_id else None
    boss = session.get(Person, profile.manager_id) if profile and profile.manager_id else None
    browsers = [
        (one, devices.described(one.user_agent), devices.icon_of(one.user_agent))
        for one in queries.browsers(session, person_id, clock.now())
    ]
    return page(
        "administration/person.html",
        status,
        guest=_guest(someone, forms.get("guest")) if someone.kind == "guest" else None,
        domains=company.get(session, guests.DOMAINS, []),
        deputies=deputies.of_manager(session, person_id, clock.today(settings().timezone)),
        delegate=forms.get("delegate") or Form({}, None, {}),
        person=someone,
        profile=profile,
        department=department,
        boss=boss,
        owners=_owners(session, someone),
        browsers=browsers,
        tokens=queries.tokens(session, person_id),
        roles=words.ROLES,
        scopes=words.SCOPES,
        now=clock.now(),
        erased=is_erased(someone),
        erasable=may_erase(viewer(), someone),
    )


@route(blueprint, "/admin/people/<pid:person_id>/roles", rule=ADMIN, methods=("POST",), limit="60/minute")
def set_roles(person_id: int) -> Any:
    """Give and take roles, as the form shows them."""
    session = db.session()
    someone = queries.person(session, person_id)
    wanted = {role for role in request.form.getlist("roles") if role in ROLES}
    for role in ROLES:
        if (role in wanted) != (role in someone.roles):
            service.set_role(session, someone, role, held=role in wanted, actor_id=viewer_id())
    flash(_("The roles of %(name)s are saved.", name=someone.display_name), "ok")
    return see_other(".person", person_id=person_id)


@route(blueprint, f"/admin/people/<pid:person_id>/sessions/{ROW}/end", rule=ADMIN, methods=("POST",))
def end_session(person_id: int, row_id: int) -> Any:
    """End one session of a person."""
    return _end(person_id, row_id)


@route(blueprint, "/admin/people/<pid:person_id>/sessions/end", rule=ADMIN, methods=("POST",))
def end_sessions(person_id: int) -> Any:
    """End every session of a person."""
    return _end(person_id, None)


def _end(person_id: int, session_id: int | None) -> Any:
    for ended in lifecycle.end_sessions(db.session(), person_id, session_id, actor_id=viewer_id()):
        live.put_out_session(ended)
    flash(_("The session has ended.") if session_id else _("All sessions have ended."), "ok")
    return see_other(".person", person_id=person_id)


@route(blueprint, f"/admin/people/<pid:person_id>/tokens/{ROW}/revoke", rule=ADMIN, methods=("POST",))
def revoke_token(person_id: int, row_id: int) -> Any:
    """End a token of a person."""
    lifecycle.revoke_token(db.session(), row_id, person_id, actor_id=viewer_id())
    flash(_("The token is revoked."), "ok")
    return see_other(".person", person_id=person_id)


@route(blueprint, "/admin/people/<pid:person_id>/deactivate", rule=ADMIN)
def ask_deactivate(person_id: int) -> Any:
    """Ask before an account is deactivated, saying what happens."""
    session = db.session()
    found = queries.person(session, person_id)
    open_ = len(queries.browsers(session, person_id, clock.now()))
    return page(
        "administration/deactivate.html",
        person=found,
        browsers=open_,
        tokens=len(queries.tokens(session, person_id)),
    )


@route(blueprint, "/admin/people/<pid:person_id>/deactivate", rule=ADMIN, methods=("POST",))
def deactivate(person_id: int) -> Any:
    """Shut a person out; what they wrote stays."""
    session = db.session()
    someone = queries.person(session, person_id)
    service.deactivate(session, someone, actor_id=viewer_id())
    flash(_("%(name)s is deactivated; sessions and tokens have ended.", name=someone.display_name), "ok")
    return see_other(".person", person_id=person_id)


@route(blueprint, "/admin/people/<pid:person_id>/reactivate", rule=ADMIN, methods=("POST",))
def reactivate(person_id: int) -> Any:
    """Let a person in again."""
    session = db.session()
    someone = queries.person(session, person_id)
    lifecycle.reactivate(session, someone, actor_id=viewer_id())
    flash(_("%(name)s may sign in again.", name=someone.display_name), "ok")
    return see_other(".person", person_id=person_id)
