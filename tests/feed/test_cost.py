"""What a page of the feed asks of the database: a bounded number of statements, the same at two sizes."""

from typing import Any

from flask import Flask

from bench import feed
from rse.core import db

AT_MOST = {"for you": 15}  # of a page that puts posts in order
USUAL = 12
SIZES = (1000, 4000)


def counted(app: Flask, size: int) -> dict[str, tuple[int, int]]:
    """Statements of each reader's home page, cold and warm, with so many posts."""
    session = db.begin_write()
    readers = feed.fill(session, size)
    db.commit()
    cookies = feed.cookies(readers)
    usual = feed.Reader(app, cookies["5 groups"])
    asked = {name: (feed.Reader(app, cookie), "/") for name, cookie in cookies.items()}
    asked["deep cursor"] = (usual, f"/?cursor={feed.deep(usual, size)}")
    asked["following"] = (usual, "/?scope=following")
    asked["groups"] = (usual, "/?scope=groups")
    asked["for you"] = (usual, "/?scope=for_you")
    asked["json"] = (usual, "/api/v1/feed")
    found = {}
    for name, (reader, path) in asked.items():
        feed.forget()
        cold = feed.queries(app, lambda reader=reader, path=path: reader.get(path))
        found[name] = (cold, feed.queries(app, lambda reader=reader, path=path: reader.get(path)))
    return found


def test_the_number_of_statements_is_small_and_does_not_grow(make_app: Any, tmp_path: Any) -> None:
    by_size = []
    for size in SIZES:
        folder = tmp_path / str(size)
        folder.mkdir()
        app = make_app(database_url=f"sqlite:///{folder}/rse.db")
        with app.app_context():
            feed.Base.metadata.create_all(db.db.engine)
            by_size.append(counted(app, size))
    assert by_size[0] == by_size[1]
    assert {name: cost for name, cost in by_size[0].items() if max(cost) > AT_MOST.get(name, USUAL)} == {}
