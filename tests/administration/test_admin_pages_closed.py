"""Nobody but an administrator is told that the pages of the administration exist."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

Browsers = Callable[[str], Any]


def paths(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every route below /admin."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule == "/admin" or rule.rule.startswith("/admin/"):
            path = re.sub(r"<[^>]*>", "1", rule.rule)
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


@pytest.mark.parametrize("name", ["amelie", "thomas", "claire", "james"])
def test_others_get_404(app: Flask, browser_as: Browsers, name: str) -> None:
    browser = browser_as(name)
    found = paths(app)
    assert len(found) > 5
    assert [(m, p) for m, p in found if browser.open(p, method=m).status_code != 404] == []


def test_signed_out_is_asked_to_sign_in(app: Flask) -> None:
    browser = app.test_client()
    for method, path in paths(app):
        assert browser.open(path, method=method).status_code == (303 if method == "GET" else 401), path


def test_only_administrators_are_led_there(browser_as: Browsers) -> None:
    assert 'href="/admin"' in browser_as("ines").get("/").text
    assert 'href="/admin"' not in browser_as("amelie").get("/").text


def test_every_page_listed_opens(browser_as: Browsers) -> None:
    browser = browser_as("ines")
    html = browser.get("/admin").text
    listed = re.findall(r'href="(/admin[^"]*)"', html.split('class="admin-tabs"')[1].split("</nav>")[0])
    assert "/admin/people" in listed
    assert [path for path in listed if browser.get(path).status_code != 200] == []
