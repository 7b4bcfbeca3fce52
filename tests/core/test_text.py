"""Markdown becomes HTML that cannot hurt; mentions, tags and addresses become links; plain text comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rse.core import text

PEOPLE = {"karim.benali": ("/people/abc", "Karim Benali")}


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**Bonjour** à tous", "<p><strong>Bonjour</strong> à tous</p>"),
        (
            "merci @karim.benali !",
            '<p>merci <a href="/people/abc" class="mention" rel="nofollow noopener noreferrer">@Karim Benali</a> !</p>',
        ),
        ("`@karim.benali`", "<p><code>@karim.benali</code></p>"),
        ("mail a@karim.benali", "<p>mail a@karim.benali</p>"),
        ("@nobody.here", "<p>@nobody.here</p>"),
        ("un\ndeux", "<p>un<br>\ndeux</p>"),
    ],
)
def test_markdown(source: str, html: str) -> None:
    assert text.render(source, PEOPLE) == html


def test_tags_and_addresses_are_links() -> None:
    html = text.render("voir #Qualité et https://example.org/a?b=1.")
    assert 'href="/tags/qualité"' in html or 'href="/tags/qualit%C3%A9"' in html
    assert '<a href="https://example.org/a?b=1"' in html
    assert "1</a>." in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        '<a href="https://x" hx-on:click="alert(1)" hx-get="/logout">x</a>',
        '<div style="position:fixed">x</div>',
        "![x](https://tracker.example/p.png)",
    ],
)
def test_nothing_dangerous_comes_through(attack: str) -> None:
    import re

    html = text.render(attack)
    tags = re.findall(r"<[^>]*>", html)
    assert not [t for t in tags if re.search(r"script|onerror|javascript:|data:|hx-|style|<img", t)], html


@given(st.text(max_size=300))
def test_any_text_renders_to_allowed_tags_only(source: str) -> None:
    import re

    for tag in re.findall(r"</?([a-zA-Z][\w-]*)", re.sub(r"&lt;", "", text.render(source, PEOPLE))):
        assert tag in text.TAGS


def test_mentions_are_found_outside_code_once_each() -> None:
    source = "@Karim.Benali et @karim.benali, pas `@sofia.marchetti` ni a@b.fr"
    assert text.mentions(source) == ["karim.benali"]


def test_tags_are_found_lower_case() -> None:
    assert text.hashtags("#SAP puis #sap et #retour-terrain, pas `#code`") == ["sap", "retour-terrain"]


def test_plain_text_comes_back() -> None:
    assert text.plain(text.render("**Bonjour** <tous>\n\n- un\n- deux")) == "Bonjour <tous>\nun\ndeux"


def test_excerpt_cuts_at_a_word() -> None:
    assert text.excerpt("un deux trois quatre", 12) == "un deux…"
