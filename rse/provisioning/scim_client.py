"""Who writes by SCIM, and which version of a resource they mean."""

from dataclasses import dataclass

from scim2_models import PreconditionFailedException

from rse.core.model import MAX_ID, decode_id


@dataclass(frozen=True)
class Client:
    """An identity provider, by a token of somebody."""

    provider: str
    actor_id: int


def version(number: int) -> str:
    """Write a version as an entity tag; weak, for `groups` is not part of it."""
    return f'W/"{number}"'


def check_version(wanted: str | None, number: int) -> None:
    """Raise PreconditionFailedException unless If-Match names this version."""
    tags = {tag.strip().removeprefix("W/") for tag in (wanted or "*").split(",")}
    if not tags & {"*", f'"{number}"'}:
        raise PreconditionFailedException(detail="the resource has another version by now")


def number(public_id: str) -> int:
    """Read an id; what is none is an id that nobody has."""
    try:
        return min(decode_id(public_id), MAX_ID)
    except ValueError:
        return -1
