"""Structured logs: one JSON line an event; no secret, token or text of a person is ever passed to them."""

import logging
import sys
from typing import TextIO, cast

import structlog

from rse.settings import Settings


class _Stderr:
    """The present standard error: a test or a supervisor may have put another in its place."""

    def write(self, line: str) -> int:
        """Write a line."""
        return sys.stderr.write(line)

    def flush(self) -> None:
        """Push it out."""
        sys.stderr.flush()


def init(settings: Settings) -> None:
    """Configure structlog for the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Stderr())),
        cache_logger_on_first_use=False,
    )
