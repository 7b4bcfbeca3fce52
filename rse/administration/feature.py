"""What the administration declares."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rse.accounts import audit
from rse.administration import (
    attention,
    audit_views,
    cli,
    company_views,
    department_views,
    exports,
    group_views,
    hours_views,
    job_views,
    models,
    openid_views,
    people_views,
    read_views,
    reads,
    retention,
    retention_views,
    role_views,
    sso_views,
    stay_views,
    token_views,
    views,
)
from rse.core.audience import Viewer
from rse.core.feature import Feature, NavItem, Panel, Subscriber
from rse.core.i18n import lazy
from rse.core.model import encode_id
from rse.core.web import current_viewer
from rse.groups.events import MemberJoined, MemberLeft


def _administers(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


def _tab(key: str, label: object, endpoint: str, order: int) -> NavItem:
    """Give a page of the administration; other features declare theirs in the same way."""
    return NavItem(key, label, f"administration.{endpoint}", "", order, "admin.tabs", _administers)


def _note(session: Session, events: Sequence[MemberJoined | MemberLeft]) -> None:
    """Put who enters or leaves a group into the audit log; the group by its number only: it may be secret."""
    who = current_viewer()
    for event in events:
        action = "group.join" if isinstance(event, MemberJoined) else "group.leave"
        about = {"target": f"person:{event.person_id}", "group": encode_id(event.group_id)}
        audit.record(session, action, actor_id=who.id if who else None, **about)


feature = Feature(
    name="administration",
    blueprints=(views.blueprint, sso_views.blueprint),
    cli=(cli.audit,),
    exports=(exports.export,),
    keeps=retention.KEEPS,
    tokens=read_views.tokens,
    tokens_of=lambda _session, _kinds: {},  # live rooms are not opened by reads
    panels=(
        Panel("sessions.top", "accesses", lazy("My data accesses"), 10, read_views.notice),
        Panel("admin.top", "attention", lazy("To look after"), 10, attention.banner),
    ),
    subscribers=(
        Subscriber("administration.memberships", (MemberJoined, MemberLeft), _note, "same_transaction"),
    ),
    nav=(
        NavItem(
            "administration",
            lazy("Administration"),
            "administration.overview",
            "shield-check",
            90,
            "admin",
            _administers,
            attention.count,
        ),
        _tab("overview", lazy("Overview"), "overview", 0),
        _tab("people", lazy("People"), "people", 10),
        NavItem(
            "departments",
            lazy("Departments"),
            "administration.departments_page",
            "",
            20,
            "admin.tabs",
            _administers,
        ),
        _tab("groups", lazy("Groups"), "groups_page", 30),
        _tab("roles", lazy("Roles"), "roles", 40),
        NavItem("sso", lazy("Sign-in"), "sso.index", "", 50, "admin.tabs", _administers),
        NavItem("accesses", lazy("My data accesses"), "administration.accesses", "", 80, "settings.tabs"),
        NavItem(
            "reads",
            lazy("Private reads"),
            "administration.reads_page",
            "",
            65,
            "admin.tabs",
            lambda viewer: bool(reads.OVERSEERS & viewer.roles),
        ),
        NavItem(
            "reads",
            lazy("Private reads"),
            "administration.reads_page",
            "eye",
            91,
            "admin",
            lambda viewer: "dpo" in viewer.roles and "admin" not in viewer.roles,
        ),
        _tab("all-tokens", lazy("Access tokens"), "tokens_page", 60),
        _tab("audit", lazy("Audit"), "audit_page", 70),
        _tab("company", lazy("Settings"), "company_page", 90),
        _tab("jobs", lazy("Jobs"), "jobs_page", 80),
        _tab("retention", lazy("Retention"), "retention_page", 85),
    ),
)

__all__ = [
    "audit_views",
    "company_views",
    "department_views",
    "feature",
    "group_views",
    "hours_views",
    "job_views",
    "models",
    "openid_views",
    "people_views",
    "retention_views",
    "role_views",
    "stay_views",
    "token_views",
]
