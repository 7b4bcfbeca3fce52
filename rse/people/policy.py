"""Who may change what of a person."""

from rse.core.audience import Viewer
from rse.core.i18n import _

PROVIDERS = {"saml", "oidc", "scim"}  # sources that are an identity provider


def may_edit(viewer: Viewer, person_id: int) -> bool:
    """Tell whether the profile is the viewer's own."""
    return viewer.id == person_id


def may_endorse(viewer: Viewer, person_id: int, status: str) -> bool:
    """Tell whether the viewer may confirm skills of a person: a colleague does, for somebody else."""
    return viewer.is_employee and viewer.id != person_id and status == "active"


def may_see_company(viewer: Viewer, person_id: int) -> bool:
    """Tell whether more than names and card are shown: employees see the profile, guests of others a card."""
    return viewer.is_employee or viewer.id == person_id


def owner_name(source: str) -> str:
    """Name who owns a locked field."""
    return _("Identity provider") if source in PROVIDERS else _("Company directory")


def owner_text(source: str) -> str:
    """Say what to do about a field that somebody else owns."""
    if source in PROVIDERS:
        return _("What has a lock comes from your identity provider: it is changed there.")
    return _("What has a lock comes from the company directory: ask your HR team to change it.")
