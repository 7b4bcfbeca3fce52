"""Every page of the product that a person can reach: one address for each view, found by following the links."""

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask import Flask
from playwright.sync_api import BrowserContext
from werkzeug.exceptions import HTTPException

from rse.app import create_app

NO_PAGE = re.compile(
    r"^/(api/|static/|scim/|saml/|demo-idp|healthz|readyz|metrics|sw\.js|app\.webmanifest|logout)"
)
LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]+)')
QUERIES = (
    "/search?q=capteur",
    "/search?q=zzzzqqq",
    "/search?q=soudage+tag:titane",
    "/experts?q=python",
    "/people?q=zzzzqqq",
)
MOST = 400


def application(folder: Path) -> Flask:
    """The application, for its routes only."""
    return create_app({"secret_key": "routes-only-0123456789-abcdefghijklmn", "data_dir": folder})


def view_of(app: Flask, path: str) -> str | None:
    """The name of the view behind an address; None when nothing answers GET there."""
    try:
        endpoint, _values = app.url_map.bind("x").match(path, method="GET")
    except HTTPException:
        return None
    return str(endpoint)


def reachable(app: Flask, context: BrowserContext, url: str) -> dict[str, str]:
    """View name -> an address that answers 200 with HTML to the person of this context."""
    plain = [
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    waiting, seen, found = [*sorted(plain), *QUERIES], set(), dict[str, str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        view = view_of(app, urlsplit(path).path)
        name = f"{view}?" if "?" in path and path in QUERIES else view
        if view is None or path in seen or NO_PAGE.match(path) or (name in found and path not in QUERIES):
            continue
        seen.add(path)
        answer = context.request.get(url + path, max_redirects=0)
        text = answer.text() if answer.status == 200 else ""
        if not text.lstrip().lower().startswith("<!doctype html>"):  # a refusal, a file, a fragment
            continue
        found[f"{view}?{path}" if path in QUERIES else str(view)] = path
        links = (urljoin(url + path, link) for link in LINK.findall(text.replace("&amp;", "&")))
        waiting += [
            urlsplit(one)._replace(scheme="", netloc="").geturl()
            for one in links
            if one.startswith(url + "/")
        ]
    return found
