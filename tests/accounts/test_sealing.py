"""Secrets of other services are unreadable in the database, and need the key and purpose they had."""

import pytest

from rse.accounts.sealing import CannotOpen, seal, unseal

KEY = "k" * 40


def test_sealed_opens_again() -> None:
    sealed = seal("geheim", KEY)
    assert "geheim" not in sealed
    assert unseal(sealed, KEY) == "geheim"
    assert seal("geheim", KEY) != sealed
    assert unseal(seal("", KEY), KEY) == ""


@pytest.mark.parametrize(("key", "purpose"), [("x" * 40, "client secret"), (KEY, "directory")])
def test_other_key_or_purpose_does_not_open(key: str, purpose: str) -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("geheim", KEY), key, purpose)


def test_changed_value_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("geheim", KEY)[:-4] + "AAAA", KEY)
