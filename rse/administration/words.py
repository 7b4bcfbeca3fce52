"""Roles, states and scopes in plain words, with what each may do."""

from typing import Any

from rse.core.i18n import lazy

ROLES: dict[str, tuple[Any, Any]] = {
    "member": (lazy("Member"), lazy("Reads and writes like every employee. Nothing more.")),
    "guest": (lazy("Guest"), lazy("Sees only the groups to which they were invited, and the people there.")),
    "moderator": (
        lazy("Moderator"),
        lazy("Handles what was reported, in public places. Opens no private place."),
    ),
    "community_manager": (
        lazy("Community manager"),
        lazy("Looks after groups, the charter and the life of the network."),
    ),
    "executive": (lazy("Executive"), lazy("Marks the posts of those who lead the company.")),
    "works_council": (
        lazy("Works council"),
        lazy("Consults what is measured, how, and who may see it. Sees no figure of a person."),
    ),
    "hr": (
        lazy("Human resources"),
        lazy(
            "Looks after departments and profiles. Reads what people choose to show it."
            " Sees no figure of a person."
        ),
    ),
    "dpo": (
        lazy("Data protection officer"),
        lazy("Approves, as one of two, an administrator's read of private content."),
    ),
    "admin": (
        lazy("Administrator"),
        lazy("Opens these pages: accounts, roles, sign-in, audit, settings. Reads no private content alone."),
    ),
}
MANAGER = (
    lazy("Manager"),
    lazy("Follows from the directory: whoever has somebody reporting to them. It cannot be given here."),
)
STATES: dict[str, Any] = {
    "": lazy("Everybody"),
    "active": lazy("Active"),
    "deactivated": lazy("Deactivated accounts"),
    "guests": lazy("Guests"),
    "never": lazy("Never signed in"),
}
SCOPES: dict[str, tuple[Any, Any]] = {
    "read": (lazy("Read"), lazy("Reads what its owner may read.")),
    "write": (lazy("Read and write"), lazy("Also publishes and changes in its owner's name.")),
    "admin": (lazy("Administration"), lazy("Also does what administrators may do through the API.")),
    "scim": (lazy("Provisioning (SCIM)"), lazy("Creates and changes accounts at /scim/v2, nothing else.")),
}


def role(name: str) -> str:
    """Name a role."""
    return str(ROLES[name][0]) if name in ROLES else name


AREAS: dict[str, Any] = {
    "signin": lazy("Sign-in"),
    "signin.join": lazy("Account joined to an identity provider"),
    "signin.refused": lazy("Sign-in refused"),
    "signout": lazy("Sign-out"),
    "session.end": lazy("Sessions ended"),
    "roles": lazy("Roles changed"),
    "access.refused": lazy("Access refused"),
    "person.create": lazy("Account made"),
    "person.deactivate": lazy("Account deactivated"),
    "person.reactivate": lazy("Account reactivated"),
    "person.erase": lazy("Person erased"),
    "export.ask": lazy("Copy of own data asked for"),
    "webhook.create": lazy("Webhook made"),
    "webhook.remove": lazy("Webhook removed"),
    "hook.create": lazy("Program let into a group"),
    "hook.remove": lazy("Program put out of a group"),
    "guest.stay": lazy("Guest’s stay changed"),
    "deputy.set": lazy("Deputy named"),
    "deputy.end": lazy("Delegation ended"),
    "token.create": lazy("Access token made"),
    "token.revoke": lazy("Access token revoked"),
    "group.join": lazy("Entered a group"),
    "group.leave": lazy("Left a group"),
    "group.create": lazy("Group made for somebody"),
    "group.archive": lazy("Group archived"),
    "group.unarchive": lazy("Group taken out of the archive"),
    "group.owner": lazy("Owner of a group appointed"),
    "group.heir": lazy("Secret group given another owner"),
    "audit.export": lazy("Audit log exported"),
    "provisioning.run": lazy("Provisioning run"),
    "data.restored": lazy("Backup restored"),
    "secrets.renewed": lazy("Secrets sealed under the new key"),
    "charter.publish": lazy("Charter published"),
    "charter.on": lazy("Charter in force again"),
    "charter.off": lazy("Charter switched off"),
    "report.hide": lazy("Reported content hidden for a while"),
    "report.show": lazy("Reported content shown again"),
    "report.decide": lazy("Report decided"),
    "report.appeal": lazy("Appeal judged"),
    "read.ask": lazy("Private read asked for"),
    "read.grant": lazy("Private read granted"),
    "read.refuse": lazy("Private read refused"),
    "read.end": lazy("Private read ended"),
    "settings.change": lazy("Company setting changed"),
    "department.create": lazy("Department made"),
    "department.reopen": lazy("Department opened again"),
    "department.rename": lazy("Department renamed"),
    "department.move": lazy("Department moved"),
    "department.merge": lazy("Departments merged"),
    "department.end": lazy("Department ended"),
    "department.lead": lazy("Head of a department changed"),
    "department.group": lazy("Group of a department made"),
    "department.let_go": lazy("Group of a department lives on its own"),
    "retention.run": lazy("Old data removed"),
    "job.run": lazy("Job started by hand"),
    "job.forget": lazy("Job failure forgotten"),
    "delivery.retry": lazy("Delivery retried"),
    "delivery.discard": lazy("Delivery discarded"),
}


def action(name: str) -> str:
    """Name an action of the audit log; one that has no words of its own is shown as it is stored."""
    return str(AREAS.get(name, name))
