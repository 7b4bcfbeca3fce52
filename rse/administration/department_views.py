"""Pages of the company's departments: the tree, and one of them with what may be changed by hand."""

from collections.abc import Callable
from typing import Any, Literal

from flask import request, url_for
from pydantic import Field

from rse.administration import departments
from rse.administration.structure import Structure, heads, key_of
from rse.administration.views import blueprint
from rse.core import clock, db
from rse.core.api import Schema
from rse.core.i18n import _, lazy
from rse.core.policy import Invalid
from rse.core.web import (
    ADMIN,
    decode_cursor,
    encode_cursor,
    flash,
    page,
    read_form,
    route,
    see_other,
    settings,
    viewer_id,
)
from rse.groups import departmental
from rse.people.departments import HAND

PAGE = 100
SOURCES: dict[str, Any] = {
    HAND: lazy("By hand"),
    "directory": lazy("Directory file"),
    "ldap": lazy("Directory (LDAP)"),
    "saml": lazy("Sign-in (SAML)"),
    "oidc": lazy("Sign-in (OpenID Connect)"),
    "scim": lazy("Provisioning (SCIM)"),
    "demo": lazy("Demo"),
}
ONE = "/admin/departments/<pid:department_id>"


class NewDepartment(Schema):
    """A department and the path of the one above it; empty for the top."""

    name: str = Field(min_length=1, max_length=200)
    parent: str = Field("", max_length=600)


class Renamed(Schema):
    """Another name."""

    name: str = Field(min_length=1, max_length=200)


class Moved(Schema):
    """The path of the department above; empty for the top."""

    parent: str = Field("", max_length=600)


class Emptied(Schema):
    """The path of the department where people go."""

    into: str = Field("", max_length=600)


class Led(Schema):
    """Login or address of who leads it; empty for nobody."""

    head: str = Field("", max_length=254)


class NewGroup(Schema):
    """The group of a department: its name, who reads it, and whether people below are in it."""

    group: str = Field(min_length=1, max_length=120)
    visibility: Literal["open", "closed"] = "closed"
    below: bool = False


def source_name(source: str) -> str:
    """Name who made a department."""
    return str(SOURCES.get(source, source))


def _listed(status: int = 200, **form: Any) -> Any:
    session = db.session()
    tree, q = Structure(session), request.args.get("q", "")[:100]
    ended = request.args.get("state") == "ended"
    after = decode_cursor(request.args.get("after"), str, int)
    found = tree.listed(q, ended=ended)
    counts = {state: len(tree.listed("", ended=state)) for state in (False, True)}
    if after:
        found = [node for node in found if (node.key, node.id) > (key_of(after[0]), after[1])]
    shown, last = found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
    given: dict[str, Any] = {"q": q, "state": "ended" if ended else ""}
    kept = {name: value for name, value in given.items() if value}
    cursor = encode_cursor(last.path, last.id) if last else None
    states = (("", _("Living"), counts[False]), ("ended", _("Ended"), counts[True]))
    return page(
        "administration/departments.html",
        status,
        nodes=shown,
        heads=heads(session, shown),
        q=q,
        ended=ended,
        more=url_for(".departments_page", **kept, after=cursor) if cursor else None,
        states=[(key, text, url_for(".departments_page", state=key or None), n) for key, text, n in states],
        source_name=source_name,
        paths=tree.paths(),
        **{"data": {}, "errors": {}, **form},
    )


@route(blueprint, "/admin/departments", rule=ADMIN)
def departments_page() -> Any:
    """Show the tree."""
    return _listed()


@route(blueprint, "/admin/departments", rule=ADMIN, methods=("POST",), limit="60/minute")
def create_department() -> Any:
    """Make a department."""
    form = read_form(NewDepartment)
    if form.value is None:
        return _listed(422, data=form.data, errors=form.errors)
    try:
        made = departments.create(db.session(), form.value.name, form.value.parent, viewer_id())
    except Invalid as error:
        db.rollback()
        return _listed(422, data=form.data, errors=error.errors)
    flash(_("The department is there."), "ok")
    return see_other(".department", department_id=made)


def _one(department_id: int, status: int = 200, **form: Any) -> Any:
    session = db.session()
    tree = Structure(session)
    node = tree.node(department_id)
    children = tree.children(node)
    return page(
        "administration/department.html",
        status,
        node=node,
        above=tree.nodes.get(node.parent_id) if node.parent_id else None,
        children=children,
        heads=heads(session, [node, *children]),
        owner=tree.owners(node),
        group=departmental.group_of(session, node.id),
        source_name=source_name,
        paths=tree.paths(),
        **{"data": {}, "errors": {}, **form},
    )


@route(blueprint, ONE, rule=ADMIN)
def department(department_id: int) -> Any:
    """Show a department and what may be changed of it."""
    return _one(department_id)


def _change(schema: type[Schema], department_id: int, act: Callable[[Any], object], said: str) -> Any:
    """Check a form, act on it, and show the department again, with what is wrong if anything is."""
    form = read_form(schema)
    if form.value is None:
        return _one(department_id, 422, data=form.data, errors=form.errors)
    try:
        act(form.value)
    except Invalid as error:
        db.rollback()
        return _one(department_id, 422, data=form.data, errors=error.errors)
    flash(said, "ok")
    return None


def _today() -> Any:
    return clock.today(settings().timezone)


def _posted(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return route(blueprint, f"{ONE}/{what}", rule=ADMIN, methods=("POST",), limit="60/minute")


@_posted("rename")
def rename_department(department_id: int) -> Any:
    """Give a department another name."""
    session, who = db.session(), viewer_id()
    wrong = _change(
        Renamed, department_id, lambda sent: departments.rename(session, department_id, sent.name, who),
        _("The department is renamed."),
    )  # fmt: skip
    return wrong or see_other(".department", department_id=department_id)


@_posted("move")
def move_department(department_id: int) -> Any:
    """Put a department under another."""
    session, who = db.session(), viewer_id()
    wrong = _change(
        Moved, department_id, lambda sent: departments.move(session, department_id, sent.parent, who),
        _("The department is moved."),
    )  # fmt: skip
    return wrong or see_other(".department", department_id=department_id)


@_posted("merge")
def merge_department(department_id: int) -> Any:
    """Let a department, its people and its departments go into another."""
    session, who, went = db.session(), viewer_id(), []
    wrong = _change(
        Emptied, department_id,
        lambda sent: went.append(departments.merge(session, department_id, sent.into, _today(), who)),
        _("The departments are one."),
    )  # fmt: skip
    return wrong or see_other(".department", department_id=went[0])


@_posted("end")
def end_department(department_id: int) -> Any:
    """Let a department end; people in it go where the form says."""
    session, who = db.session(), viewer_id()
    wrong = _change(
        Emptied, department_id,
        lambda sent: departments.end(session, department_id, sent.into, _today(), who),
        _("The department has ended. Who was in it, and when, is kept."),
    )  # fmt: skip
    return wrong or see_other(".departments_page")


@_posted("lead")
def lead_department(department_id: int) -> Any:
    """Say who leads a department."""
    session, who = db.session(), viewer_id()
    wrong = _change(
        Led, department_id, lambda sent: departments.lead(session, department_id, sent.head, who),
        _("It is saved who leads the department."),
    )  # fmt: skip
    return wrong or see_other(".department", department_id=department_id)


@_posted("group")
def group_department(department_id: int) -> Any:
    """Make the group of a department."""
    session, who = db.session(), viewer_id()
    wrong = _change(
        NewGroup, department_id,
        lambda sent: departmental.make(
            session, department_id, who, name=sent.group, visibility=sent.visibility, below=sent.below
        ),
        _("The group is there, with the people of the department."),
    )  # fmt: skip
    return wrong or see_other(".department", department_id=department_id)


@_posted("let-go")
def let_go_department(department_id: int) -> Any:
    """Let the group of a department live on its own."""
    departmental.let_go(db.session(), department_id, viewer_id())
    flash(_("The group does not follow the department any more. Who is in it stays."), "ok")
    return see_other(".department", department_id=department_id)
