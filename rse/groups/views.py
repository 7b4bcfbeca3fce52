"""Pages of groups: the directory, a group with its tabs, members, and the forms."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from rse.core import db, text
from rse.core.i18n import _, ngettext
from rse.core.model import encode_id
from rse.core.policy import Action, Invalid, NotFound, require
from rse.core.web import (
    EMPLOYEE,
    SIGNED_IN,
    Form,
    decode_cursor,
    encode_cursor,
    flash,
    is_fragment,
    page,
    read_address,
    read_form,
    route,
    see_other,
    viewer,
)
from rse.groups import manners, policy, queries, renewing, service, starting, suggesting
from rse.groups.entering import entered
from rse.groups.models import Group
from rse.groups.schemas import GroupChanges, GroupsPage, InviteByLogin, NewGroup, RoleChange

blueprint = Blueprint("groups", __name__)
PAGE = 24
BASIC, LOOKS = ("name", "description", "visibility", "purpose"), ("kind", "shade", "pages_by")
MEMBERS = 50


def _query() -> GroupsPage:
    given = {name: value for name, value in request.args.items() if name in GroupsPage.model_fields}
    return read_address(GroupsPage, {k: v for k, v in given.items() if v})


@route(blueprint, "/groups", rule=SIGNED_IN)
def index() -> Any:
    """Show the groups that exist for the viewer: theirs, invitations, and the directory."""
    session, who, query = db.session(), viewer(), _query()
    after = decode_cursor(query.cursor, str, int)
    whole = not (query.q or query.purpose)
    found = queries.directory(
        session, who, q=query.q, purpose=query.purpose, others=whole, after=after, limit=PAGE
    )
    last = found[PAGE - 1] if len(found) > PAGE else None
    following: dict[str, Any] = {"q": query.q or None, "purpose": query.purpose or None}
    more = url_for(".index", cursor=encode_cursor(last.name, last.id), **following) if last else None
    first = whole and not query.cursor
    return page(
        "groups/index.html",
        groups=found[:PAGE],
        more=more,
        query=query,
        whole=whole,
        invited=queries.invitations(session, who) if first else [],
        mine=queries.my_groups(session, who) if first else [],
        suggested=suggesting.suggested(session, who) if first else [],
        may_create=policy.may_create(who),
    )


@route(blueprint, "/groups/new", rule=EMPLOYEE)
def new() -> Any:
    """Ask of which kind a new group is, then show its form with what such a group begins with."""
    kinds, chosen = starting.starts(viewer().locale), request.args.get("kind")
    start = kinds.get(chosen or "")
    if chosen is None:
        return page("groups/kinds.html", kinds=kinds.values())
    data: dict[str, Any] = {"kind": start.key if start else ""}
    if start:
        data |= {"description": start.description, "purpose": start.purpose, "begin": manners.BEGINNINGS}
    return page("groups/form.html", form=Form(data, None, {}), group=None, start=start)


@route(blueprint, "/groups", rule=EMPLOYEE, methods=("POST",), limit="20/hour")
def create() -> Any:
    """Create a group."""
    form = read_form(NewGroup)
    if form.value is None:
        start = starting.starts(viewer().locale).get(str(form.data.get("kind", "")))
        return page("groups/form.html", 422, form=form, group=None, start=start)
    group = manners.found(db.session(), viewer(), **form.input.model_dump())
    flash(_("Your group is there. Invite the first colleagues."), "ok")
    if "post" in form.input.begin:
        flash(_("Its first post is begun: you find it where one writes in the group, and among your drafts."))
    return see_other("groups.members", slug=group.slug)


def opened(slug: str) -> tuple[Group, dict[str, Any]]:
    """Load a group with what every tab of its page shows."""
    session, who = db.session(), viewer()
    group, mine = entered(session, who, slug)
    may_read = who.holds(group.posts_audience)
    values = {
        "group": group,
        "card": queries.card_of_group(group, mine),
        "mine": mine,
        "may_read": may_read,
        "may_see_members": policy.may_see_members(who, group),
        "inviter": queries.inviter(session, mine),
        "may_edit": policy.may_edit(who, mine),
        "may_manage": policy.may_manage(mine),
        "may_invite": policy.may_invite(group, mine),
        "may_join": policy.may_join(who, group, mine),
        "may_ask": policy.may_ask(who, group, mine),
        "waiting": queries.waiting(session, group.id) if policy.may_manage(mine) else 0,
    }
    return group, values


@route(blueprint, "/groups/<slug>", rule=SIGNED_IN)
def show(slug: str) -> Any:
    """Show a group's feed, or what one can know of it before entering."""
    group, values = opened(slug)
    if not values["may_read"]:
        return _about(group, values)
    welcome = manners.greeting(db.session(), group, values["mine"])
    return page("groups/page.html", owners=_owners(group), welcome=text.render(welcome), **values)


def _about(group: Group, values: dict[str, Any]) -> Any:
    rules = text.render(manners.of(db.session(), group.id).rules)
    start = starting.starts(viewer().locale).get(group.kind)
    more: dict[str, Any] = {
        "rules": rules,
        "kind_label": start.label if start else "",
        "owners": _owners(group),
    }
    more["renewal"] = renewing.is_asked(group)
    return page("groups/about.html", html=text.render(group.description), **more, **values)


def _owners(group: Group) -> Any:
    return queries.owners(db.session(), group.id) if policy.may_see_members(viewer(), group) else []


@route(blueprint, "/groups/<slug>/about", rule=SIGNED_IN)
def about(slug: str) -> Any:
    """Show what a group is for and who looks after it."""
    group, values = opened(slug)
    return _about(group, values)


@route(blueprint, "/g/<pid:group_id>", rule=SIGNED_IN)
def lead(group_id: int) -> Any:
    """Lead to a group that a text names: its slug may have changed since."""
    return see_other("groups.show", slug=queries.by_id(db.session(), viewer(), group_id).slug)


@route(blueprint, "/groups/<slug>/members", rule=SIGNED_IN)
def members(slug: str) -> Any:
    """Show who is in the group; its staff also sees who asks and who is invited."""
    group, values = opened(slug)
    if not values["may_see_members"]:
        raise NotFound
    session = db.session()
    after = decode_cursor(request.args.get("cursor"), str, int)
    found = queries.members(session, group.id, after=after, limit=MEMBERS)
    more = None
    if len(found) > MEMBERS:
        position = queries.sort_key(session, found[MEMBERS - 1].person.id)
        more = url_for(".members", slug=slug, cursor=encode_cursor(*position))
    staff = values["may_manage"] and after is None
    return page(
        "groups/members.html",
        members=found[:MEMBERS],
        more=more,
        asking=queries.members(session, group.id, state="asked") if staff else [],
        invited=queries.members(session, group.id, state="invited") if staff else [],
        **values,
    )


@route(blueprint, "/groups/<slug>/edit", rule=SIGNED_IN)
def edit(slug: str) -> Any:
    """Show the form of a group to its owners."""
    group, values = opened(slug)
    require(values["may_edit"], Action.EDIT_GROUP, _("Only the group's owners change it."))
    held = manners.of(db.session(), group.id)
    data = {name: getattr(group, name) for name in (*BASIC, *LOOKS)}
    data |= {"rules": held.rules, "welcome": held.welcome}
    return page("groups/form.html", form=Form(data, None, {}), kinds=_kinds(), **values)


def _kinds() -> list[tuple[str, str, str]]:
    return [(one.key, one.label, one.help) for one in starting.starts(viewer().locale).values()]


@route(blueprint, "/groups/<slug>/edit", rule=SIGNED_IN, methods=("POST",))
def save(slug: str) -> Any:
    """Change a group."""
    group, values = opened(slug)
    form = read_form(GroupChanges)
    try:
        given = form.input.model_dump(exclude={"archived"})
        for name in ("description", "rules", "welcome", "kind"):
            given[name] = given[name] or ""  # an emptied field is meant
        service.edit(db.session(), viewer(), group, **{name: given[name] for name in BASIC})
        more = {name: given[name] for name in (*LOOKS, "rules", "welcome")}
        more["pages_by"] = more["pages_by"] or group.pages_by
        manners.change(db.session(), viewer(), group, more)
    except Invalid as error:
        form = Form(form.data, None, error.errors)
        return page("groups/form.html", 422, form=form, kinds=_kinds(), **values)
    flash(_("Saved."), "ok")
    return see_other("groups.about", slug=group.slug)


@route(blueprint, "/groups/<slug>/archive", rule=SIGNED_IN, methods=("POST",))
def archive(slug: str) -> Any:
    """Archive a group, or bring it back."""
    group = queries.find(db.session(), viewer(), slug)
    service.archive(db.session(), viewer(), group, archived=group.archived_at is None)
    flash(_("Saved."), "ok")
    return see_other("groups.about", slug=slug)


@route(blueprint, "/groups/<slug>/join", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def join(slug: str) -> Any:
    """Enter, accept an invitation, or ask to enter."""
    group = queries.find(db.session(), viewer(), slug)
    state = service.join(db.session(), viewer(), group)
    flash(
        _("Welcome to the group.") if state == "active" else _("The group's owners have your request."), "ok"
    )
    return see_other("groups.show", slug=slug)


@route(blueprint, "/groups/<slug>/leave", rule=SIGNED_IN, methods=("POST",))
def leave(slug: str) -> Any:
    """Leave, take back a request, or decline an invitation."""
    group = queries.find(db.session(), viewer(), slug)
    try:
        service.leave(db.session(), viewer(), group)
    except Invalid as error:
        flash(error.errors["role"][0], "warn")
        return see_other("groups.members", slug=slug)
    flash(_("You have left the group."), "ok")
    return see_other("groups.index")


@route(blueprint, "/groups/<slug>/seen", rule=SIGNED_IN, methods=("POST",))
def seen(slug: str) -> Any:
    """Note that the group's feed was looked at (the page says so once it is shown)."""
    group = queries.find(db.session(), viewer(), slug)
    service.mark_seen(db.session(), group, viewer().id)
    return Response(status=204) if is_fragment() else see_other("groups.show", slug=slug)


@route(blueprint, "/groups/<slug>/invite", rule=SIGNED_IN, methods=("POST",), limit="60/hour")
def invite(slug: str) -> Any:
    """Invite people by login, e-mail address or @mention."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    form = read_form(InviteByLogin)
    names = (form.value.people if form.value else "").replace(",", " ").replace(";", " ").split()
    ids, unknown = queries.by_login(session, who, [name.lstrip("@").lower() for name in names])
    try:
        new = service.invite(session, who, group, ids) if ids else 0
    except Invalid as error:
        flash(next(iter(error.errors.values()))[0], "warn")
        return see_other("groups.members", slug=slug)
    if new:
        flash(ngettext("%(n)s person is invited.", "%(n)s people are invited.", new), "ok")
    if unknown:
        flash(_("Nobody found for: %(names)s", names=", ".join(unknown)), "warn")
    return see_other("groups.members", slug=slug)


@route(blueprint, "/groups/<slug>/members/<pid:person_id>/<action>", rule=SIGNED_IN, methods=("POST",))
def manage(slug: str, person_id: int, action: str) -> Any:
    """Let in, put out, or change the role of somebody."""
    session, who = db.session(), viewer()
    group = queries.find(session, who, slug)
    try:
        match action:
            case "accept":
                service.accept(session, who, group, person_id)
            case "remove":
                service.remove(session, who, group, person_id)
            case "role":
                service.set_role(session, who, group, person_id, read_form(RoleChange).input.role)
            case _:
                return see_other("groups.members", slug=slug)
    except Invalid as error:
        flash(next(iter(error.errors.values()))[0], "warn")
    return see_other("groups.members", slug=slug, _anchor=f"p-{encode_id(person_id)}")
