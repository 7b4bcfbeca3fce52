"""Days as they are typed in a question: a day, a month or a year, as in 2024-03-01, 2024-03 and 2024."""

import re
from datetime import MAXYEAR, date, timedelta

FIRST, LAST = 1970, MAXYEAR - 1  # years; the midnight after such a day is a time in every zone
TYPED = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
DECEMBER = 12


def span(text: str) -> tuple[date, date]:
    """Give the first day of what is typed and the day after its last one. Raises ValueError for no date."""
    match = TYPED.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in match.groups())
    if year is None or not FIRST <= year <= LAST:
        raise ValueError(text)
    start = date(year, 1 if month is None else month, 1 if day is None else day)
    if month is None:
        return start, date(year + 1, 1, 1)
    if day is None:
        return start, date(year + month // DECEMBER, month % DECEMBER + 1, 1)
    return start, start + timedelta(days=1)
