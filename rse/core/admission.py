"""From where a socket may be opened, and that whoever tries has an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask_socketio import ConnectionRefusedError as Refusal

from rse.settings import LOOPBACK, Settings

log = structlog.get_logger()
AT_ONCE = 6  # who come in together: thousands who were cut leave the database to pages and messages meanwhile
_doors = threading.Semaphore(AT_ONCE)


def origins(settings: Settings) -> list[str]:
    """Give the origins whose pages may connect: our own; on loopback under each of its names."""
    if not settings.loopback:
        return [settings.base_url]
    parts = urlsplit(settings.base_url)
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{name}{port}" for name in sorted(LOOPBACK - {"::1"})]


def answered(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Let a few in at once; refuse who connects while the database is away: no page waits for ever."""

    def answer(*given: Any) -> Any:
        try:
            with _doors:
                return connect(*given)
        except Refusal:
            raise
        except Exception as error:
            log.exception("a socket could not be let in")
            raise Refusal("busy") from error

    return answer
