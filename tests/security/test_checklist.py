"""docs/security.md names every requirement, and every test and text that it names exists."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from rse import app
from rse.accounts import saml_guard
from rse.chat import policy as chat_policy
from rse.chat import schemas as chat
from rse.core import files, live, sockets
from rse.core import text as core_text
from rse.feed import schemas as feed
from rse.provisioning import scim_filter, scim_http, scim_patch
from rse.search import api as search_api
from rse.search import grammar

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PLAIN = re.compile(r"^\| ((?!what|number|key|---|\d)[^|]+) \| ([^|]+) \|$", re.MULTILINE)
# ASVS 5.0.0, levels 1 and 2: {section: last number}; those of level 3 stand between or behind and are left out.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


def test_no_requirement_is_missing() -> None:
    wanted = [f"{section}.{n}" for section, last in LAST.items() for n in range(1, last + 1)]
    assert len(wanted) == 253
    assert [number for number, _level, _what, _by in ROW.findall(TEXT)] == wanted


def test_every_line_says_what_shows_it_or_why_not() -> None:
    lines = [by for *_rest, by in ROW.findall(TEXT)] + [
        by for _what, by in PLAIN.findall(TEXT.partition("## Keys")[0])
    ]
    assert len(lines) > 300
    marks = re.compile(r"`[\w/]+\.py::test_\w+`|\*\*(n/a|open|document|deployment)\*\*: \S")
    assert [by for by in lines if not marks.search(by)] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT))
    assert len(named) > 120
    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if not (ROOT / "tests" / path).is_file()
        or not re.search(rf"^\s*def {name}\(", (ROOT / "tests" / path).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_every_text_that_is_named_exists() -> None:
    named = set(re.findall(r"\*\*(?:document|deployment)\*\*: `([^`]+)`", TEXT))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_the_limits_that_are_told_are_those_of_the_code() -> None:
    limits = TEXT.partition("## Limits")[2]
    mebi, kibi = 1024 * 1024, 1024
    told = [
        f"{app.MAX_REQUEST // mebi} MiB; {app.MAX_FORM_MEMORY // mebi} MiB",
        f"{files.MAX_BYTES // mebi} MiB, {files.MAX_PIXELS:,} pixels",
        f"{feed.MAX_BODY:,}, {feed.MAX_TITLE} characters, {feed.MAX_TAGS}; {feed.MAX_COMMENT:,}; {chat.MAX_BODY:,}",
        f"{core_text.MAX_MENTIONS}; {chat_policy.MAX_PEOPLE}",
        f"{grammar.MAX_TEXT} characters, {grammar.MAX_WORDS} words, {search_api.PER_MINUTE.partition('/')[0]} a minute",
        f"{saml_guard.MAX_BYTES // kibi} KiB, {saml_guard.MAX_ELEMENTS:,} elements, {saml_guard.MAX_DEPTH} deep",
        f"{scim_http.MAX_BODY // mebi} MiB; {scim_filter.MAX_FILTER:,} characters, {scim_filter.MAX_TERMS} terms",
        f"terms; {scim_patch.MAX_OPERATIONS:,}",
        f"{live.MAX_PAYLOAD // kibi} KiB; {sockets.RATE} in {sockets.PER_SECONDS:.0f} s; {sockets.PER_PERSON}",
    ]
    assert [line for line in told if line not in limits] == []


@pytest.mark.parametrize("path", ["/", "/signin", "/api/v1/me"])
def test_trace_is_not_answered(make_app: Callable[..., Flask], path: str) -> None:
    assert make_app().test_client().open(path, method="TRACE").status_code in {401, 405}
