"""Languages that people speak: codes, found by code or by French or English name."""

from functools import cache

from babel import Locale

from rse.accounts.names import fold

CODE_LENGTHS = {2, 3}


@cache
def codes() -> dict[str, str]:
    """Give the code of each language by its code and by its French and English names, folded."""
    known: dict[str, str] = {}
    for locale in ("fr", "en"):
        for code, name in Locale.parse(locale).languages.items():
            if len(code) in CODE_LENGTHS:
                known.setdefault(fold(name), code)
    return known | {code: code for code in set(known.values())}


def code_of(name: str) -> str | None:
    """Give the code of a language; a region (`fr-CA`) is left out; None for what is no language."""
    folded = fold(name)
    return codes().get(folded) or codes().get(folded.split("-")[0])
