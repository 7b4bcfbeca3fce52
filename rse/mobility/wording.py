"""What one can be open to, in words."""

from collections.abc import Iterable
from typing import Any

from rse.core.i18n import lazy

WAYS: dict[str, Any] = {
    "role": lazy("another role"),
    "team": lazy("another team"),
    "site": lazy("another site"),
    "abroad": lazy("another country"),
    "mission": lazy("a mission of some months"),
    "project": lazy("a project beside my work"),
    "training": lazy("learning a new trade"),
    "mentoring": lazy("accompanying a colleague"),
}


def said(ways: Iterable[str]) -> list[str]:
    """Give what somebody is open to in the reader's language, in the usual order."""
    chosen = set(ways)
    return [str(text) for name, text in WAYS.items() if name in chosen]
