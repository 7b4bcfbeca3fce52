"""What is shown of links: read from public addresses only, by the worker, once; switched off where a company wishes."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest
from flask import Flask

from rse.core import clock, company, db, jobs, outside
from rse.feed import attaching
from rse.files import previewing
from rse.files.models import LinkPreview
from tests import factories
from tests.files.conftest import publish

Browse = Callable[[str], factories.Client]
HTML = (
    "<!doctype html><html><head><meta charset=utf-8><title>Pont &amp; route</title>"
    '<meta property="og:title" content="Un pont &lt;b&gt;neuf&lt;/b&gt;"><meta name="description" content="À Lyon,\n depuis hier.">'
    "</head><body><title>Autre</title></body></html>"
)


class Site(BaseHTTPRequestHandler):
    """A small site: pages by their path."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        Site.asked.append(self.path)
        getattr(self, "page_" + self.path.strip("/").partition("?")[0], self.page_usual)()

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Type": "text/html; charset=utf-8", **given}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def page_usual(self) -> None:
        self.answer(HTML.encode())

    def page_away(self) -> None:
        self.answer(b"", 302, Location="/usual")

    def page_inside(self) -> None:
        self.answer(b"", 302, Location=f"http://127.0.0.2:{self.server.server_address[1]}/usual")

    def page_round(self) -> None:
        self.answer(b"", 302, Location="/round")

    def page_file(self) -> None:
        self.answer(b"", 302, Location="file:///etc/passwd")

    def page_picture(self) -> None:
        self.answer(b"x", Content_Type="image/png")

    def page_packed(self) -> None:
        self.answer(b"x" * 100, Content_Encoding="gzip")

    def page_missing(self) -> None:
        self.answer(b"", 404)

    def page_endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        head = HTML.partition("</head>")[0].encode()
        try:
            self.wfile.write(head)
            while True:
                self.wfile.write(b" " * 65_536)
        except OSError:
            return

    def page_slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        try:
            for _again in range(200):
                self.wfile.write(b" ")
                time.sleep(0.02)
        except OSError:
            return

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site on this machine that passes for a public one: at 127.0.0.1, and nowhere else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    monkeypatch.setattr(outside, "PORTS", {"http": port, "https": 443})
    real = outside.is_public
    monkeypatch.setattr(outside, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
    Site.asked.clear()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def fetch(url: str) -> outside.Answer:
    return outside.fetch(url, types=previewing.TYPES, most=previewing.MOST)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::6810:84e5", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("255.255.255.255", False), ("224.0.0.1", False), ("240.0.0.1", False), ("::1", False),
        ("::", False), ("fe80::1", False), ("fd00::1", False), ("ff02::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("::127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
        ("2001::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert outside.is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/",
        "file:///etc/passwd", "ftp://93.184.215.14/", "gopher://93.184.215.14/", "http://a:b@93.184.215.14/",
        "http://93.184.215.14:22/", "http://93.184.215.14:99999/", "http:///x", "http://[/", "//93.184.215.14/",
        "http://93.184.215.14/\r\nX: y", "http://exa mple.com/", "http://" + "a" * 2100 + ".example/", "",
    ],
)  # fmt: skip
def test_nothing_but_the_public_web_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_connection(*_arguments: Any, **_more: Any) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(outside.socket, "create_connection", no_connection)
    with pytest.raises(outside.NotAsked):
        fetch(url)


def test_a_name_with_one_address_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [ip_address("93.184.215.14"), ip_address("192.168.0.10")]
    monkeypatch.setattr(outside, "resolve", lambda _host, _port: both)
    with pytest.raises(outside.NotAsked, match="public"):
        fetch("http://intranet.example/")


def test_the_connection_goes_to_the_address_that_was_checked(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means something else a moment later is never looked up again."""
    meant = [[ip_address("127.0.0.1")], [ip_address("127.0.0.2")]]
    monkeypatch.setattr(outside, "resolve", lambda _host, _port: meant.pop(0))
    assert "Un pont" in previewing.parsed(fetch(site.replace("127.0.0.1", "changing.example"))).title
    assert len(meant) == 1


def test_a_redirect_is_checked_like_the_first_address(site: str) -> None:
    assert fetch(f"{site}/away").url == f"{site}/usual"
    for path in ("inside", "file", "round"):
        with pytest.raises(outside.NotAsked):
            fetch(f"{site}/{path}")
    assert "/usual" not in Site.asked[2:]


@pytest.mark.parametrize("path", ["picture", "packed", "missing"])
def test_what_is_no_page_is_left_alone(site: str, path: str) -> None:
    with pytest.raises(outside.NotAsked):
        fetch(f"{site}/{path}")


def test_size_and_time_are_bounded(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = fetch(f"{site}/endless")
    assert len(answer.content) == previewing.MOST
    assert "Un pont" in previewing.parsed(answer).title
    monkeypatch.setattr(outside, "WHOLE_SECONDS", 0.2)
    with pytest.raises(outside.NotAsked, match="TimeoutError"):
        fetch(f"{site}/slow")


def rows() -> list[LinkPreview]:
    db.rollback()
    return db.session().query(LinkPreview).all()


def test_a_post_shows_what_is_behind_its_first_link(browse: Browse, site: str) -> None:
    url = f"{site}/?a=1&b=2"
    post = publish(browse("amelie"), f"Voir <{url}> et {site}/autre")
    assert post["link_preview"] is None
    jobs.drain()
    (row,) = rows()
    assert row.url == url
    assert Site.asked == []  # nobody waits for it
    assert previewing.read(row.id)
    shown = browse("karim").get(f"/api/v1/posts/{post['id']}").json["link_preview"]
    assert shown == {
        "url": url, "title": "Un pont <b>neuf</b>", "description": "À Lyon, depuis hier.", "site": "127.0.0.1",
    }  # fmt: skip
    page = browse("karim").get("/").get_data(as_text=True)
    assert "<strong>Un pont &lt;b&gt;neuf&lt;/b&gt;</strong>" in page
    again = publish(browse("karim"), f"Encore {url.replace('&', '&')}")
    assert again["link_preview"] == shown
    assert len(Site.asked) == 1
    browse("amelie").patch(f"/api/v1/posts/{post['id']}", json={"body": "Sans lien"})
    assert browse("karim").get(f"/api/v1/posts/{post['id']}").json["link_preview"] is None


def test_our_own_pages_and_what_is_switched_off_are_not_read(
    app: Flask, cast: dict[str, int], site: str
) -> None:
    browser = factories.browser_of(app, cast["amelie"])
    publish(browser, "Voir http://localhost/posts/1 et [ici](/groups)")
    assert rows() == []
    post = publish(browser, f"Voir {site}/un")
    (row,) = rows()
    company.put(db.begin_write(), "features_off", ["previews"])
    db.commit()
    company.forget(db.session())
    assert previewing.read(row.id) is False
    publish(browser, f"Voir {site}/deux")
    assert len(rows()) == 1
    assert Site.asked == []
    assert browser.get(f"/api/v1/posts/{post['id']}").json["link_preview"] is None
    company.put(db.begin_write(), "features_off", None)
    db.commit()
    company.forget(db.session())
    publish(browser, f"Voir {site}/missing")
    assert previewing.read(rows()[-1].id) is False


def test_a_comment_shows_what_is_behind_its_first_link(browse: Browse, site: str) -> None:
    karim, post = browse("karim"), publish(browse("amelie"), "Qui sait ?")["id"]
    under = f"/api/v1/posts/{post}/comments"
    said = karim.post(under, json={"body": f"Voir {site}/usual"}).get_json()
    assert said["link_preview"] is None
    jobs.drain()
    assert previewing.read(rows()[0].id)
    shown = karim.get(under).get_json()["items"][0]
    assert shown["link_preview"]["title"] == "Un pont <b>neuf</b>"
    assert 'class="link-preview"' in karim.get(f"/posts/{post}").text
    here = {"HX-Request": "true"}
    assert 'class="link-preview"' in karim.get(f"/comments/{said['id']}/card", headers=here).text
    db.rollback()
    assert attaching.forget_links(db.begin_write(), clock.now(), 10) == 0  # a comment has it
    db.rollback()
    karim.patch(f"/api/v1/comments/{said['id']}", json={"body": "Rien"})
    assert karim.get(under).get_json()["items"][0]["link_preview"] is None
    db.rollback()
    assert attaching.forget_links(db.begin_write(), clock.now(), 10) == 1
    db.commit()
    assert rows() == []
