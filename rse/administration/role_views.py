"""Who holds which role; giving and taking one."""

from typing import Any

from flask import request

from rse.accounts import queries as accounts
from rse.accounts import service
from rse.accounts.models import ROLES
from rse.administration import queries, words
from rse.administration.views import blueprint
from rse.core import db
from rse.core.i18n import _
from rse.core.policy import Invalid
from rse.core.web import ADMIN, flash, page, route, see_other, viewer_id


def _page(error: str = "", status: int = 200) -> Any:
    session = db.session()
    return page(
        "administration/roles.html",
        status,
        holders=queries.holders(session),
        names=words.ROLES,
        role_options=[(role, words.role(role)) for role in ROLES],
        manager=words.MANAGER,
        managers=queries.managers(session),
        by_account=queries.by_account(session),
        error=error,
        given=request.form,
    )


@route(blueprint, "/admin/roles", rule=ADMIN)
def roles() -> Any:
    """Show each role, what it may do, and who holds it."""
    return _page()


@route(blueprint, "/admin/roles", rule=ADMIN, methods=("POST",), limit="60/minute")
def give_role() -> Any:
    """Give a role to somebody, named by login or address."""
    session, who = db.session(), request.form.get("person", "").strip().lstrip("@")
    someone = accounts.person_by_email(session, who) or accounts.person_by_uid(session, who)
    if someone is None or someone.status != "active":
        return _page(_("Nobody active has this login or address."), 422)
    role = request.form.get("role", "")
    service.set_role(session, someone, role, held=True, actor_id=viewer_id())
    flash(_("%(name)s: %(role)s.", name=someone.display_name, role=words.role(role)), "ok")
    return see_other(".roles")


@route(blueprint, "/admin/roles/<role>/<pid:person_id>/take", rule=ADMIN, methods=("POST",))
def take_role(role: str, person_id: int) -> Any:
    """Take a role from somebody."""
    if role not in ROLES:
        raise Invalid(role=_("This role does not exist."))
    session = db.session()
    someone = queries.person(session, person_id)
    service.set_role(session, someone, role, held=False, actor_id=viewer_id())
    flash(_("%(name)s does not hold the role %(role)s any more.",
            name=someone.display_name, role=words.role(role)), "ok")  # fmt: skip
    return see_other(".roles")
