"""The appearance that a person has chosen, kept where the browser reads it before the first paint."""

from typing import Any

from rse.core.web import settings

YEAR = 365 * 24 * 3600


def remember_theme(response: Any, theme: str) -> None:
    """Put the appearance (auto, light, dark) in the browser's cookie."""
    response.set_cookie("theme", theme, max_age=YEAR, path="/", samesite="Lax", secure=settings().secure)
