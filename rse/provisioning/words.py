"""Runs and writes of provisioning in plain words."""

from typing import Any

from rse.core.i18n import _, lazy

SOURCES = {"ldap": lazy("Directory (LDAP)"), "directory": lazy("Files of people")}
KINDS = {"full": lazy("everything"), "changes": lazy("changes only")}
STATES: dict[str, tuple[Any, str, str]] = {  # words, tone and icon of the badge
    "running": (lazy("Going on"), "violet", "history"),
    "done": (lazy("Finished"), "accent", "check"),
    "stopped": (lazy("Stopped, nothing changed"), "warm", "triangle-alert"),
    "failed": (lazy("Failed"), "danger", "circle-x"),
}
COUNTS = {
    "created": lazy("new"),
    "updated": lazy("changed"),
    "reactivated": lazy("back again"),
    "deactivated": lazy("shut out"),
    "unchanged": lazy("unchanged"),
    "problems": lazy("with a problem"),
}
CHANGES: dict[str, tuple[Any, str]] = {
    "created": (lazy("New"), "accent"),
    "updated": (lazy("Changed"), ""),
    "reactivated": (lazy("Back again"), "violet"),
    "deactivated": (lazy("Shut out"), "danger"),
}
FIELDS = {
    "uid": lazy("Login"),
    "email": lazy("E-mail"),
    "given_name": lazy("First name"),
    "family_name": lazy("Last name"),
    "title": lazy("Job title"),
    "department": lazy("Department"),
    "site": lazy("Site"),
    "phone": lazy("Telephone"),
    "manager": lazy("Manager"),
    "kind": lazy("Kind of account"),
    "start_date": lazy("First day"),
    "languages": lazy("Languages"),
    "about": lazy("About"),
}
WRITES = {
    "user.created": lazy("Account made"),
    "user.replaced": lazy("Account changed"),
    "user.patched": lazy("Account changed"),
    "user.restored": lazy("Account taken up again"),
    "user.deleted": lazy("Account taken away"),
    "group.created": lazy("Group taken in"),
    "group.replaced": lazy("Group changed"),
    "group.patched": lazy("Group changed"),
    "group.deleted": lazy("Group taken away"),
}


def counted(counts: dict[str, Any]) -> str:
    """Say what a run did: the counts that are not zero, in the order of interest."""
    said = [f"{words} {counts[name]}" for name, words in COUNTS.items() if counts.get(name)]
    return ", ".join(said) or _("nobody was there")


def write(name: str) -> str:
    """Name what a provider did; a failed write is named as it was sent."""
    return str(WRITES.get(name, name))
