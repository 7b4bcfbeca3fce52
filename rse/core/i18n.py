"""Texts in French and English: gettext catalogues, one per feature, read from their .po files."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy

LOCALES = ("fr", "en")
GROUPED = 1000
SOURCE = "en"  # the texts in the code are English; English needs no catalogue
ROOT = Path(__file__).resolve().parents[1]

DATES = {"en": "en_GB"}
_locale: ContextVar[str] = ContextVar("locale", default="fr")
_zone: ContextVar[str] = ContextVar("zone", default="Europe/Paris")


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """Give the texts of every feature in one language, as one catalogue: a chain of them is slow to ask."""
    whole = Catalog(locale=locale)
    paths = sorted(ROOT.glob(f"*/translations/{locale}.po"))
    for path in paths:
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and message.string:
                    whole.add(message.id, message.string)
    if not paths:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str, **values: Any) -> str:
    """Give a text in the present language, its %(name)s filled in."""
    text = catalogue(_locale.get()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """Give the form of a text that fits a number; %(n)s is the number."""
    return catalogue(_locale.get()).ngettext(one, many, n) % {"n": number(n), **values}


def lazy(message: str, **values: Any) -> Any:
    """Give a text that is put into the reader's language when it is shown."""
    return LazyProxy(_, message, enable_cache=False, **values)


def get_locale() -> str:
    """Give the present language: fr or en."""
    return _locale.get()


def get_zone() -> ZoneInfo:
    """Give the zone in which times are shown."""
    return ZoneInfo(_zone.get())


def use(locale: str, zone: str | None = None) -> None:
    """Set language and zone for the rest of this request or job."""
    _locale.set(locale if locale in LOCALES else LOCALES[0])
    if zone:
        _zone.set(zone)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Use a language for a while: a mail to somebody else, a page's cached card."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def negotiate(header: str | None, default: str) -> str:
    """Choose the first language of an Accept-Language header that we have."""
    for part in (header or "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LOCALES:
            return tag
    return default


def local(moment: datetime) -> datetime:
    """Give a time in the zone in which it is shown."""
    return moment.astimezone(get_zone())


def _writing() -> str:
    """Name the locale that dates are written in: English as in Europe, the day before the month."""
    return DATES.get(_locale.get(), _locale.get())


def format_datetime(moment: datetime, style: str = "medium") -> str:
    """Write date and time in the present language and zone."""
    return dates.format_datetime(moment, style, tzinfo=get_zone(), locale=_writing())


def format_date(day: date | datetime, style: str = "long") -> str:
    """Write a date in the present language."""
    if isinstance(day, datetime):
        day = local(day)
    return _date(day, style, _writing())


@lru_cache(maxsize=4096)  # a page with figures writes the same twelve weeks dozens of times
def _date(day: date, style: str, locale: str) -> str:
    return dates.format_date(day, style, locale=locale)


def format_time(moment: datetime) -> str:
    """Write the time of the day in the present language and zone."""
    return dates.format_time(moment, "short", tzinfo=get_zone(), locale=_writing())


def number(value: float, decimals: int | None = None) -> str:
    """Write a number in the present language."""
    if decimals is None and isinstance(value, int) and 0 <= value < GROUPED:
        return str(value)  # most counts: no need to ask how digits are grouped
    pattern = None if decimals is None else "#,##0." + "0" * decimals if decimals else "#,##0"
    return _decimal(value, pattern, _locale.get())


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str | None, locale: str) -> str:
    return str(numbers.format_decimal(value, format=pattern, locale=locale))


def enumeration(items: list[str]) -> str:
    """Join names as the language does: "a, b et c"."""
    return lists.format_list(items, locale=_locale.get())


def language_name(code: str) -> str:
    """Name a language in the present one; the code itself when it is not known."""
    name = Locale.parse(_locale.get()).languages.get(code)
    return name or code


def day_names() -> list[str]:
    """Name the days of the week in the present language, from Monday."""
    names = dates.get_day_names("wide", locale=_locale.get())
    return [str(names[number]) for number in range(7)]


def format_weekday_time(moment: datetime) -> str:
    """Write the day of the week and the time, for what is less than a week away."""
    return dates.format_datetime(moment, "EEEE HH:mm", tzinfo=get_zone(), locale=_writing())
