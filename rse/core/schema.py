"""What went wrong with an input, per field, in the person's language."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from rse.core.i18n import _, lazy

SURROGATE = re.compile("[\ud800-\udfff]")
TEXTS: dict[str, Any] = {
    "missing": lazy("This is required."),
    "extra_forbidden": lazy("This field is not known."),
    "string_too_short": lazy("Too short: at least %(min_length)s characters."),
    "string_too_long": lazy("Too long: at most %(max_length)s characters."),
    "string_type": lazy("A text is expected."),
    "int_parsing": lazy("A whole number is expected."),
    "int_type": lazy("A whole number is expected."),
    "bool_parsing": lazy("Yes or no is expected."),
    "greater_than_equal": lazy("At least %(ge)s."),
    "less_than_equal": lazy("At most %(le)s."),
    "literal_error": lazy("One of: %(expected)s."),
    "enum": lazy("One of: %(expected)s."),
    "list_type": lazy("A list is expected."),
    "too_long": lazy("At most %(max_length)s."),
    "too_short": lazy("At least %(min_length)s."),
    "date_from_datetime_parsing": lazy("A date is expected."),
    "date_parsing": lazy("A date is expected."),
    "datetime_from_date_parsing": lazy("A date and time are expected."),
}


def storable(value: Any) -> bool:
    """Tell whether every text in a value fits both databases: no NUL, no half of a surrogate pair."""
    match value:
        case str():
            return "\x00" not in value and (value.isascii() or not SURROGATE.search(value))
        case list() | tuple():
            return all(map(storable, value))
        case Mapping():
            return all(storable(key) and storable(item) for key, item in value.items())
    return True


def errors_of(error: ValidationError) -> dict[str, list[str]]:
    """Give {field: [texts]} of a validation error."""
    found: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False):
        name = ".".join(str(part) for part in problem["loc"]) or "body"
        found.setdefault(name, []).append(_text(dict(problem)))
    return found


def _text(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "value_error":
        return _(str(problem["ctx"]["error"]))
    known = TEXTS.get(problem["type"])
    if known is None:
        return _("This value is not valid.")
    text = str(known)
    try:
        return str(text % problem.get("ctx", {}))
    except KeyError:
        return text
