"""What the feed asks for before it can be painted: its page, one style sheet, one font."""

import re
from pathlib import Path
from typing import Any

from tests import servers

BUILT = Path(__file__).resolve().parents[2] / "static" / "dist" / "manifest.json"


def test_icons_of_the_feed_stand_in_the_page(browser_as: Any) -> None:
    if not BUILT.exists():
        servers.missing("the front-end bundle (node static/build.mjs)")
    client = browser_as("amelie")
    client.post("/posts", data={"body": "Who knows the new badge readers?", "kind": "question"})
    page = client.get("/").text
    used = set(re.findall(r'<use href="([^"]+)"', page))
    drawn = {f"#{name}" for name in re.findall(r'<symbol id="([^"]+)"', page)}
    assert "#i-message-square" in used
    assert used <= drawn


def test_no_script_holds_back_the_first_paint(browser_as: Any) -> None:
    page = browser_as("amelie").get("/").text
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all('type="module"' in script for script in scripts)
    assert len(re.findall(r'<link rel="stylesheet"', page)) == 1
