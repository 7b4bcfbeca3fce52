"""Administrators find an account by name, login or address, state and role; a page at a time."""

import re

from flask import Flask

from rse.core import clock, db
from tests import factories


def names(html: str) -> list[str]:
    return re.findall(r'<a class="name" href="/admin/people/[^"]*">([^<]*)</a>', html)


def test_filters(any_app: Flask) -> None:
    cast = factories.make_cast(db.begin_write())
    cast["karim"].status = "deactivated"
    cast["sofia"].signed_in_at = clock.now()
    cast["amelie"].is_manager = True
    ines = cast["ines"].id
    db.commit()
    browser = factories.browser_of(any_app, ines)

    def found(**query: str) -> list[str]:
        return names(browser.get("/admin/people", query_string=query).text)

    assert len(found()) == 7
    assert found(q="ben") == ["Karim Benali"]
    assert found(q="sofia.marchetti@") == ["Sofia Marchetti"]
    assert found(state="deactivated") == ["Karim Benali"]
    assert found(state="guests") == ["James O&#39;Neill"]
    assert "Sofia Marchetti" not in found(state="never")
    assert "Karim Benali" not in found(state="never")
    assert found(role="admin") == ["Inès Lambert"]
    assert found(role="manager") == ["Amélie Rousseau"]
    assert found(role="community_manager", state="active") == ["Thomas Nguyen"]
    assert found(q="zzz") == []
    assert "Personne ne correspond" in browser.get("/admin/people?q=zzz").text


def test_pages_follow_each_other(any_app: Flask) -> None:
    session = db.begin_write()
    ines = factories.make_cast(session)["ines"].id
    for number in range(60):
        factories.make_person(session, f"p{number:02}.zola")
    db.commit()
    browser = factories.browser_of(any_app, ines)
    first = browser.get("/admin/people").text
    more = re.search(r'<a class="btn" href="([^"]*after=[^"]*)"', first)
    assert more
    second = browser.get(more[1].replace("&amp;", "&")).text
    assert len(names(first)) == 50
    assert len(set(names(first)) | set(names(second))) == 67


def test_bad_position_is_refused(any_app: Flask) -> None:
    ines = factories.make_cast(db.begin_write())["ines"].id
    db.commit()
    assert factories.browser_of(any_app, ines).get("/admin/people?after=xx").status_code == 422
