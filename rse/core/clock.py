"""The only source of the present time, so that tests can move it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Give the present, aware and in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Give the local date in an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()
