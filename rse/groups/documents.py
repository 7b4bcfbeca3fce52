"""A group as programs read it."""

from typing import Any

from rse.core.model import encode_id
from rse.groups.queries import GroupCard


def data(card: GroupCard) -> dict[str, Any]:
    """Write a group as the API does."""
    return {
        "id": encode_id(card.id),
        "slug": card.slug,
        "name": card.name,
        "description": card.description,
        "visibility": card.visibility,
        "purpose": card.purpose,
        "kind": card.kind or None,
        "member_count": card.member_count,
        "archived": card.archived,
        "membership": card.mine or None,
    }
