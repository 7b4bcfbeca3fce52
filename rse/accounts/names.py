"""Names as they are sorted, and logins as they are made."""

import re
import unicodedata

FOLDED = 240  # characters kept of a folded name: some letters are several when apart
MAX_UID = 60  # four characters are left for a number


def fold(text: str) -> str:
    """Write a text without accents, in lower case, for sorting and comparing."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold().strip()


def folded_name(name: str | None) -> str:
    """Give what a name is found by: folded, cut to what its column holds; empty for none."""
    return fold(name or "")[:FOLDED]


def sort_name(family: str, given: str, display: str) -> str:
    """Give what a person is sorted by: family name, then given name; the shown name without them."""
    return (fold(f"{family} {given}") or fold(display))[:200]


def login_stem(text: str) -> str:
    """Make a login of letters, digits, dots, dashes and underscores from a login or an address."""
    stem = re.sub(r"[^a-z0-9._-]+", ".", fold(text.partition("@")[0])).strip("._-")
    return stem[:MAX_UID] or "person"
