"""Templates keep to the content security policy, and name only icons and files that the build makes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAILS = {
    "notifications/mail.html"
}  # no page: no policy holds there, and mail programs take their style from it
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*") if p.is_file())
BUILD = (ROOT / "static" / "build.mjs").read_text()
FORBIDDEN = {
    "an hx-on attribute": re.compile(r"\bhx-on[:\-=]"),
    "an inline style": re.compile(r"<[^>{]*\sstyle\s*="),
    "an inline handler": re.compile(r"<[^>{]*\son[a-z]+\s*="),
    "a js: value": re.compile(r"""["']\s*(?:js|javascript):"""),
    "a trigger filter": re.compile(r"""hx-trigger\s*=\s*["'][^"']*\["""),
    "a script without src": re.compile(r"<script(?![^>]*\ssrc\s*=)[^>]*>"),
    "a style element": re.compile(r"<style\b"),
}


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_keeps_to_the_security_policy(path: Path) -> None:
    text = without_comments(path)
    found = {what for what, pattern in FORBIDDEN.items() if pattern.search(text)}
    mail = str(path.relative_to(ROOT / "templates")) in MAILS
    assert found == ({"a style element"} if mail else set())


def known_icons() -> set[str]:
    found = re.search(r"const ICONS = `([^`]*)`", BUILD)
    assert found
    return set(found.group(1).split())


def test_every_icon_is_in_the_sprite() -> None:
    known = known_icons()
    used = {
        (name, str(path.relative_to(ROOT)))
        for path in TEMPLATES
        for name in re.findall(r"\bicon\('([\w-]+)'", without_comments(path))
    }
    used |= {
        (name, str(path.relative_to(ROOT)))
        for path in (ROOT / "static" / "js").rglob("*.js")
        for name in re.findall(r"\bicon\('([\w-]+)'", path.read_text())
    }
    used |= {
        (name, str(path.relative_to(ROOT)))
        for path in (ROOT / "rse").rglob("feature.py")
        for name in re.findall(r"""icon="([\w-]+)\"""", path.read_text())
    }
    assert sorted(one for one in used if one[0] not in known) == [], "add them to ICONS in static/build.mjs"


def test_colours_are_tokens() -> None:
    """A literal colour outside tokens.css is right in one theme only, unless it says both (light-dark)."""
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*\s*\{)")
    wrong = []
    for path in (ROOT / "static" / "css").glob("*.css"):
        if path.name == "tokens.css":
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            # a mask is no colour, and light-dark() names one for each theme
            cleaned = re.sub(r"light-dark\([^;]*\)|mask-image:[^;]*", "", line)
            if ":" in cleaned and literal.search(cleaned.split(":", 1)[1]):
                wrong.append(f"{path.name}:{number}")
    assert wrong == []
