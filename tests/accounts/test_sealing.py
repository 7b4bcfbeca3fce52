"""Secrets of other services are unreadable in the database, and need the key and purpose they had."""

import pytest

from rse.accounts.sealing import CannotOpen, opens, seal, unseal

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


def test_a_key_that_was_replaced_still_opens() -> None:
    old, older = "o" * 40, "p" * 40
    assert unseal(seal("geheim", older), KEY, old=[old, older]) == "geheim"
    assert opens(seal("geheim", KEY), KEY)
    assert not opens(seal("geheim", older), KEY)


def test_changed_value_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("geheim", KEY)[:-4] + "AAAA", KEY)
