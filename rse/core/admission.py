"""From where a socket may be opened, and that whoever tries has an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask_socketio import ConnectionRefusedError as Refusal

from rse.settings import LOOPBACK, Settings

log = structlog.get_logger()
OPEN = "rse.socket"  # in the environment of a socket's events: its session is not loaded with the request


def origins(settings: Settings) -> list[str]:
    """Give the origins whose pages may connect: our own; on loopback under each of its names."""
    if not settings.loopback:
        return [settings.base_url]
    parts = urlsplit(settings.base_url)
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{name}{port}" for name in sorted(LOOPBACK - {"::1"})]


def answered(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse in words who connects while the database is away: no page waits for ever.

    Whose session it is the sockets' gate asks, for all who wait together: the request loads none.
    """

    def answer(sid: str, environ: dict[str, Any], *given: Any) -> Any:
        environ[OPEN] = True
        try:
            return connect(sid, environ, *given)
        except Refusal:
            raise
        except Exception as error:
            log.exception("a socket could not be let in")
            raise Refusal("busy") from error

    return answer
