"""What the provisioning feature declares."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from rse.accounts.events import PersonDeactivated, PersonReactivated, TokenCreated
from rse.core import live
from rse.core.feature import Feature, NavItem, Subscriber
from rse.core.i18n import lazy
from rse.people.events import PersonChanged
from rse.provisioning import (
    exports,
    ldap_cli,
    scim_api,
    scim_group_api,
    scim_models,
    scim_overview,
    scim_people,
    tasks,
    views,
)
from rse.provisioning.cli import imports


def _mirror(session: Session, events: Sequence[Any]) -> None:
    """Let SCIM see people as they are, whoever has changed them."""
    scim_people.mirror(session, {event.person_id for event in events})


def _complete(session: Session, events: Sequence[TokenCreated]) -> None:
    """Let SCIM see everybody before its first call."""
    if any(event.scope == "scim" for event in events):
        scim_people.complete(session)


def _put_out(session: Session, events: Sequence[PersonDeactivated]) -> None:
    """Put out the sockets of who was shut out at once; other processes see it within a second."""
    live.look_soon()


feature = Feature(
    name="provisioning",
    blueprints=(scim_api.blueprint, views.blueprint),
    nav=(
        NavItem(
            "provisioning",
            lazy("Provisioning"),
            "provisioning.overview",
            "",
            60,
            "admin.tabs",
            lambda viewer: "admin" in viewer.roles,
        ),
    ),
    cli=(imports,),
    exports=(exports.export,),
    keeps=scim_overview.KEEPS,
    subscribers=(
        Subscriber(
            "provisioning.mirror",
            (PersonChanged, PersonDeactivated, PersonReactivated),
            _mirror,
            mode="same_transaction",
        ),
        Subscriber("provisioning.complete", (TokenCreated,), _complete, mode="same_transaction"),
        Subscriber("provisioning.sockets", (PersonDeactivated,), _put_out, mode="live"),
    ),
)

__all__ = ["feature", "ldap_cli", "scim_group_api", "scim_models", "tasks"]
