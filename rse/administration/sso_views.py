"""Sign-in, for IT: the identity providers, their state and rules, and the test that signs nobody in."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy import exists, select

from rse.accounts import audit, connecting, providers, refreshing, states, testing
from rse.accounts import views as signing
from rse.accounts.attributes import KNOWN
from rse.accounts.connections import Connection
from rse.accounts.models import ROLES, Provider
from rse.accounts.reasons import reason_for
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_keys import certificate_end
from rse.accounts.saml_metadata import MAX_METADATA
from rse.administration import openid_pages, sso_forms, sso_words, words
from rse.core import clock, db
from rse.core.i18n import _
from rse.core.policy import Invalid, NotFound
from rse.core.web import ADMIN, flash, page, route, see_other, settings, viewer_id
from rse.groups.models import Group

blueprint = Blueprint("sso", __name__)
BLANK_GRANTS = 2
SHOWN_NAMES = 5  # recognised names shown beside a field


def way_of(slug: str) -> Connection:
    """Give the connection of that short name. Raises NotFound."""
    way = next((one for one in signing.ways().all if one.slug == slug), None)
    if way is None:
        raise NotFound
    return way


def row_of(slug: str) -> Provider:
    """Give the row of that short name. Raises NotFound."""
    row = db.session().scalar(select(Provider).where(Provider.slug == slug))
    if row is None:
        raise NotFound
    return row


def _others(slug: str) -> int:
    """Count the other ways in that work."""
    return sum(1 for way in signing.ways().usable if way.slug != slug)


def _certificates(way: Connection) -> list[tuple[Any, str]]:
    """Give (end, level) of each signing certificate."""
    found = [certificate_end(body) for body in way.provider.certificates] if way.provider else []
    now = clock.now()
    return [
        (end, "error" if end <= now else ("warn" if end - now < providers.WARN_BEFORE else "ok"))
        for end in found
    ]


@route(blueprint, "/admin/sso", rule=ADMIN)
def index() -> Any:
    """List the identity providers with their state, and what they need to know of us."""
    known = signing.ways().all
    seen = states.of(db.session(), [way.entity_id for way in known])
    return page(
        "administration/sso.html",
        ways=[(way, seen.get(way.entity_id), _certificates(way)) for way in known],
        sp=signing.sign_in_settings().sp,
        reason_for=reason_for,
        oidc="oidc" in signing.BEGIN,
    )


@route(blueprint, "/admin/sso/new", rule=ADMIN)
def new() -> Any:
    """Show the form that connects a provider."""
    return page("administration/sso_new.html", errors={}, given={})


@route(blueprint, "/admin/sso/new", rule=ADMIN, methods=("POST",), limit="30/minute", name="connect")
def connect() -> Any:
    """Connect a provider by the address of its metadata, a file, or their text."""
    by, url = viewer_id(), request.form.get("url", "").strip()[:2000]
    try:
        content = _metadata(url)
        environment = frozenset(way.entity_id for way in signing.ways().all if way.id is None)
        name = " ".join(request.form.get("name", "").split())[:100]
        row = connecting.connect(
            db.session(), name=name, content=content, url=url, taken=environment, actor_id=by
        )
    except Invalid as invalid:
        db.rollback()
        return page("administration/sso_new.html", 422, errors=invalid.errors, given=request.form)
    flash(_("%(name)s is connected. Test it, then switch it on.", name=row.name), "ok")
    return see_other("sso.provider", slug=row.slug)


def _metadata(url: str) -> bytes:
    """Give the metadata that were named, uploaded or pasted. Raises Invalid. No transaction stays open."""
    if url:
        if not connecting.may_fetch(url, production=settings().env == "production"):
            raise Invalid(url=_("Give an https address."))
        db.rollback()
        try:
            return providers.fetch(url)
        except Refused as refusal:
            raise Invalid(
                url=_("Nothing usable comes from there: %(problem)s.", problem=refusal.detail)
            ) from refusal
    file = request.files.get("file")
    content = file.read(MAX_METADATA + 1) if file else b""
    content = content or request.form.get("text", "").strip().encode()
    if not content:
        raise Invalid(metadata=_("Give an address, a file, or the text of the metadata."))
    return content


@route(blueprint, "/admin/sso/<slug>", rule=ADMIN)
def provider(slug: str) -> Any:
    """Show a provider: its state, its rules, and what can be done with it."""
    return provider_page(way_of(slug))


def provider_page(
    way: Connection, status: int = 200, errors: dict[str, str] | None = None, given: Any = None
) -> Any:
    """Show the page of a provider."""
    grants = [vars(grant) for grant in way.grants] if given is None else given["grants"]
    return page(
        "administration/sso_provider.html",
        status,
        way=way,
        given=given,
        seen=states.of(db.session(), [way.entity_id]).get(way.entity_id),
        certificates=_certificates(way),
        reason_for=reason_for,
        errors=errors or {},
        fields=[(field, label, KNOWN[field][:SHOWN_NAMES]) for field, label in sso_words.FIELDS.items()],
        grants=[*grants, *[{} for _number in range(BLANK_GRANTS)]],
        roles=[("", "–"), *((role, words.role(role)) for role in ROLES)],
        words=sso_words,
        last=way.enabled and _others(way.slug) == 0,
        client=openid_pages.client_of(row_of(way.slug)) if way.kind == "oidc" else None,
        openid=openid_pages.ours(settings().base_url),
    )


@route(blueprint, "/admin/sso/<slug>", rule=ADMIN, methods=("POST",), name="edit")
def edit(slug: str) -> Any:
    """Keep the administrator's side of a provider: name, domains, options, mapping, grants."""
    row, session = row_of(slug), db.session()
    taken = {domain: way.name for way in signing.ways().all if way.slug != slug for domain in way.domains}

    def is_group(name: str) -> bool:
        return bool(session.scalar(select(exists().where(Group.slug == name))))

    changes, errors = sso_forms.read(request.form, taken_domains=taken, is_group=is_group)
    if errors:
        db.rollback()
        return provider_page(way_of(slug), 422, errors, changes)
    changes["options"] = (row.options or {}) | changes["options"]  # what this form does not show stays
    connecting.edit(session, row, viewer_id(), **changes)
    flash(_("Saved. It counts from the next sign-in."), "ok")
    return see_other("sso.provider", slug=slug)


@route(blueprint, "/admin/sso/<slug>/switch", rule=ADMIN, methods=("POST",))
def switch(slug: str) -> Any:
    """Let people in by a provider, or not any more."""
    row, on = row_of(slug), request.form.get("on") == "1"
    connecting.switch(db.session(), row, viewer_id(), on=on, others=_others(slug))
    name = row.name
    if on:
        flash(_("People can sign in with %(name)s.", name=name), "ok")
    else:
        flash(_("Nobody can sign in with %(name)s any more; open sessions stay.", name=name), "ok")
    return see_other("sso.provider", slug=slug)


@route(blueprint, "/admin/sso/<slug>/metadata", rule=ADMIN, methods=("POST",), limit="30/minute")
def metadata(slug: str) -> Any:
    """Fetch the metadata of a provider now, or replace them by a file or a text."""
    row, by = row_of(slug), viewer_id()
    if "refresh" in request.form:
        problem = refreshing.refresh(row.id)
        if problem:
            flash(
                _("Its metadata could not be used: %(problem)s. The last good copy stays.", problem=problem),
                "error",
            )
        else:
            flash(_("The metadata are up to date."), "ok")
        return see_other("sso.provider", slug=slug)
    try:
        connecting.replace_metadata(db.session(), row, _metadata(""), by)
    except Invalid as invalid:
        db.rollback()
        return provider_page(
            way_of(slug), 422, {name: " ".join(texts) for name, texts in invalid.errors.items()}
        )
    flash(_("The new metadata are in use."), "ok")
    return see_other("sso.provider", slug=slug)


@route(blueprint, "/admin/sso/<slug>/delete", rule=ADMIN)
def delete(slug: str) -> Any:
    """Ask before a provider is forgotten."""
    way = way_of(slug)
    if way.id is None:
        raise NotFound
    return page("administration/sso_delete.html", way=way, last=way.enabled and _others(slug) == 0)


@route(blueprint, "/admin/sso/<slug>/delete", rule=ADMIN, methods=("POST",), name="forget")
def forget(slug: str) -> Any:
    """Forget a provider."""
    row = row_of(slug)
    name = row.name
    connecting.delete(db.session(), row, viewer_id(), others=_others(slug))
    flash(_("%(name)s is not connected any more.", name=name), "ok")
    return see_other("sso.index")


@route(blueprint, "/admin/sso/<slug>/test", rule=ADMIN, limit="30/minute")
def test(slug: str) -> Any:
    """Begin a test sign-in: the whole way to this provider and back, enabled or not."""
    way = way_of(slug)
    if way.kind not in signing.BEGIN or (way.kind == "saml" and way.provider is None):
        raise NotFound
    session = db.begin_write()
    audit.record(session, "provider.tested", actor_id=viewer_id(), target=f"provider:{slug}")
    return signing.BEGIN[way.kind](way, "/", viewer_id())


def _use(name: str, ours: dict[str, str], way: Connection | None) -> Any:
    """Tell what an attribute becomes here; None for nothing."""
    if name in ours:
        return sso_words.FIELDS.get(ours[name])
    granting = {grant.attribute.casefold() for grant in way.grants} if way else set()
    return _("Roles and groups") if name.casefold() in granting else None


@route(blueprint, "/admin/sso/report", rule=ADMIN)
def report() -> Any:
    """Show what a test sign-in has seen, to the administrator who made it, in the browser that made it."""
    ticket = request.args.get("ticket", "")[:100]
    found = testing.read(db.session(), ticket, viewer_id(), signing.owner_sent(), clock.now())
    if found is None:
        raise NotFound
    way = next((one for one in signing.ways().all if one.slug == found["slug"]), None)
    ours = {name: field for field, name in found["sources"].items()}
    return page(
        "administration/sso_report.html",
        way=way,
        found=found,
        good=all(passed is not False for _key, passed, _code, _detail in found["checks"]),
        sent=[(name, values, _use(name, ours, way)) for name, values in found["sent"].items()],
        words=sso_words,
        role=words.role,
    )
