"""Every page of the demo company, as managers, who administrates, a guest and the head: few queries each.

No browser: it stands here because it looks at the same company by the same way of finding pages.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event, select

from rse.accounts.models import Person
from rse.core import db
from tests import factories
from tests.browser import pages

AT_MOST = 15
EACH = 2  # addresses of one view that are looked at
HOME = ("/?scope=for_you", "/?scope=following", "/?scope=groups", "/?purpose=social", "/home/beside")
# What still asks more: a thread beside its discussion and the list, pages of experts and of administration.
# None may ask more than this, one more than on any day of a week.
MORE = {
    "chat.thread": 19,
    "search.inside_page": 18,
    "search.search": 21,
    "search.experts": 19,
    "indicators.team": 22,
    "indicators.cell": 22,
    "administration.overview": 18,
    "provisioning.overview": 17,
}
SQL = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


@contextmanager
def noted() -> Iterator[list[str]]:
    """Note what is sent to the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(SQL):
            seen.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.db.engine, "before_cursor_execute", note)


def walked(app: Flask, browser: factories.Client, seen: list[str]) -> dict[str, tuple[int, str]]:
    """View -> the most that one of its pages asks the second time that it is opened, and the address of that."""
    plain = [r.rule for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
    waiting, done = [*HOME, *sorted(plain), *pages.QUERIES], set[str]()
    opened, most = Counter[str](), dict[str, tuple[int, str]]()
    while waiting:
        path = waiting.pop(0)
        view = pages.view_of(app, urlsplit(path).path)
        known = path in HOME or path in pages.QUERIES
        if view is None or path in done or pages.NO_PAGE.match(path) or (opened[view] >= EACH and not known):
            continue
        done.add(path)
        opened[view] += 1
        first = browser.get(path)
        if first.status_code != 200 or first.mimetype != "text/html":
            continue
        seen.clear()
        browser.get(path)
        most[view] = max(most.get(view, (0, "")), (len(seen), path))
        links = pages.LINK.findall(first.text.replace("&amp;", "&"))
        found = [urlsplit(urljoin(f"http://localhost{path}", link)) for link in links]
        waiting += [one._replace(scheme="", netloc="").geturl() for one in found if one.netloc == "localhost"]
    return most


@pytest.mark.parametrize("name", ["amelie", "ines", "james", "sofia", "claire"])
def test_every_page_asks_fifteen_times_at_most(
    make_app: Callable[..., Flask], tmp_path: Path, demo_company: Path, name: str
) -> None:
    shutil.copytree(demo_company, tmp_path, dirs_exist_ok=True)
    app = make_app()
    with app.app_context(), noted() as seen:
        uid = factories.CAST[name][0]
        browser = factories.browser_of(app, db.db.session.scalar(select(Person.id).where(Person.uid == uid)))
        most = walked(app, browser, seen)
    assert len(most) > 30
    assert {view: cost for view, cost in most.items() if cost[0] > MORE.get(view, AT_MOST)} == {}
