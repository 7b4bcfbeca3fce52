"""Texts without Markdown skip the parser; what they become is what the parser makes of them."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rse.core import text

CALM = st.text(alphabet="ab \n.!?\"'é@1)-=:x,;(%$^{}/+’«»😀\u2028 ", max_size=60)


@settings(max_examples=400, deadline=None)
@given(CALM)
@example(" a  \n   b\n \n\nc ")
@example("1) a")
@example("a\n===")
@example("- - -")
def test_the_short_way_gives_what_the_parser_gives(source: str) -> None:
    quick = text.render(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "MARKED", re.compile(""))
        assert text.render(source) == quick


def test_markup_still_goes_through_the_sanitiser() -> None:
    assert "<script" not in text.render("<script>alert(1)</script> **bold**")
    assert text.render("a & b") == "<p>a &amp; b</p>"


def test_a_login_becomes_a_link_only_for_those_who_may_be_named() -> None:
    people = {"karim.benali": ("/people/1", "Karim Benali")}
    assert 'href="/people/1"' in text.render("merci @karim.benali", people)
    assert text.render("merci @karim.benali") == "<p>merci @karim.benali</p>"
