"""The path for one machine for real: the command of the unit, the environment file, nginx with TLS in front."""

import http.client
import json
import os
import queue
import re
import shlex
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener, urlopen

import pytest
import socketio

from rse.accounts import sessions
from rse.core import db
from tests import factories
from tests.conftest import SECRET, build
from tests.deployment.proxy import ROOT, nginx
from tests.servers import free_port

FOLDER = ROOT / "docs" / "deploy" / "one-machine"
MEGABYTE = 1024 * 1024


class Stay(HTTPRedirectHandler):
    """Redirects are answers here."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Answer:
    status: int
    headers: Any
    text: str


@dataclass
class Site:
    """The installation: as a browser reaches it, and as only the machine itself does."""

    url: str
    plain: str
    inside: str
    trusted: Path
    data: Path
    token: str = ""

    def ask(self, path: str, data: bytes | None = None, *, at: str = "", **headers: str) -> Answer:
        request = Request((at or self.url) + path, data)
        if self.token:
            request.add_header("Cookie", f"{sessions.cookie_name(secure=True)}={self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = build_opener(Stay, HTTPSHandler(context=self.tls()))
        try:
            answer = opener.open(request, timeout=60)
        except HTTPError as refused:
            answer = refused
        with answer:
            return Answer(answer.status, answer.headers, answer.read().decode())

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.trusted)

    def api(self, path: str, **body: Any) -> Any:
        headers = {"Content_Type": "application/json", "X_CSRF_Token": factories.csrf_of(self.token)}
        answer = self.ask(f"/api/v1{path}", json.dumps(body).encode(), **headers)
        assert answer.status == 201, answer.text
        return json.loads(answer.text)


def unit_command(unit: str, port: int) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.+)$", (FOLDER / unit).read_text(), re.MULTILINE)
    return shlex.split(line.replace("/opt/rse", str(ROOT)).replace("127.0.0.1:8000", f"127.0.0.1:{port}"))


def environment(unit: str, **values: str) -> dict[str, str]:
    """Read the environment file and the unit's own lines, as systemd does."""
    lines = re.findall(r"^Environment=(.+)$", (FOLDER / unit).read_text(), re.MULTILINE)
    lines += [line for line in (FOLDER / "rse.env").read_text().splitlines() if line and line[0] != "#"]
    named = dict(line.split("=", 1) for line in lines)
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **named, **values}


def answering(port: int, seconds: float = 120) -> None:
    """Wait until the application answers: its door is open before it is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            answer.read()
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers on {port}")


@contextmanager
def running(unit: str, port: int, **values: str) -> Iterator[None]:
    process = subprocess.Popen(unit_command(unit, port), cwd=ROOT, env=environment(unit, **values))
    try:
        answering(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data, conf = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("nginx")
    (data / "rse.db").write_bytes(sqlite_template.read_bytes())
    web, tls, plain = free_port(), free_port(), free_port()
    url = f"https://localhost:{tls}"
    places = {
        "127.0.0.1:8000;": f"127.0.0.1:{web};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
        "listen 80;": f"listen 127.0.0.1:{plain};",
    }
    values = {"RSE_DATA_DIR": str(data), "RSE_BASE_URL": url, "RSE_SECRET_KEY": SECRET}
    with (
        running("rse-web.service", web, **values),
        nginx(FOLDER / "nginx.conf", conf, places, tls) as trusted,
    ):
        yield Site(url, f"http://localhost:{plain}", f"http://127.0.0.1:{web}", trusted, data)


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, Site]:
    """The site as two people have it open; their sessions are rows, as after a sign-in."""
    app = build(site.data, base_url=site.url)
    with app.app_context():
        session = db.begin_write()
        cast = factories.make_cast(session)
        tokens = {name: sessions.begin(session, cast[name].id) for name in ("amelie", "karim")}
        db.commit()
        db.db.session.remove()
        db.db.engine.dispose()
    return {name: replace(site, token=token) for name, token in tokens.items()}


def test_a_stranger_finds_the_sign_in_over_tls_alone(site: Site) -> None:
    page = site.ask("/signin")
    assert page.status == 200
    assert page.headers["Server"] == "nginx"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    plain = site.ask("/signin", at=site.plain)
    assert (plain.status, plain.headers["Location"]) == (301, "https://localhost/signin")
    assert site.ask("/api/v1/me", at=site.plain, Authorization="Bearer x").status == 403


def test_people_read_and_write_through_it(people: dict[str, Site]) -> None:
    amelie = people["amelie"]
    assert amelie.ask("/").status == 200
    made = amelie.api("/posts", kind="message", body="Bonjour")
    assert made["id"] in amelie.ask("/api/v1/feed").text
    forged = amelie.ask("/api/v1/posts", b"{}", Content_Type="application/json")
    assert forged.status == 403


def open_socket(one: Site, origin: str) -> socketio.Client:
    client = socketio.Client(reconnection=False, websocket_extra_options={
        "origin": origin, "sslopt": {"ca_certs": str(one.trusted)},
    })  # fmt: skip
    headers = {"Cookie": f"{sessions.cookie_name(secure=True)}={one.token}"}
    client.connect(
        one.url.replace("https", "wss"), headers=headers, transports=["websocket"], wait_timeout=10
    )
    return client


def test_messages_come_live_over_wss(people: dict[str, Site]) -> None:
    amelie, karim = people["amelie"], people["karim"]
    known = json.loads(amelie.ask("/api/v1/people?q=karim").text)["items"][0]["id"]
    place = amelie.api("/conversations", member_ids=[known])["id"]
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    listener, speaker = open_socket(karim, karim.url), open_socket(amelie, amelie.url)
    try:
        listener.on("message:new", heard.put)
        said = {"conversation_id": place, "body": "Par wss", "client_id": "1"}
        assert speaker.call("message:send", said, timeout=30)["ok"]
        assert heard.get(timeout=30)["body"] == "Par wss"
    finally:
        listener.disconnect()
        speaker.disconnect()


def test_sockets_of_other_pages_are_refused(people: dict[str, Site]) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        open_socket(people["amelie"], "https://evil.example")


def test_nobody_speaks_for_the_proxy(site: Site) -> None:
    forged = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "http",
        "Forwarded": "host=evil.example",
    }
    text = site.ask("/saml/metadata", **forged).text
    assert f'entityID="{site.url}/saml/metadata"' in text
    assert "evil.example" not in text
    # The address that nginx names is believed: to the application that client is not of this machine.
    assert site.ask("/metrics", at=site.inside).status == 200
    assert site.ask("/metrics", at=site.inside, X_Forwarded_For="203.0.113.9").status == 404
    assert site.ask("/metrics", X_Forwarded_For="127.0.0.1").status == 404
    assert site.ask("/readyz").status == 404
    assert json.loads(site.ask("/readyz", at=site.inside).text)["failing"]["worker"] == "never started"


def test_what_is_too_large_is_refused_at_the_door(site: Site) -> None:
    host, port = site.url.removeprefix("https://").split(":")
    door = http.client.HTTPSConnection(host, int(port), timeout=60, context=site.tls())
    door.putrequest("POST", "/saml/acs")
    door.putheader("Content-Length", str(28 * MEGABYTE))
    door.endheaders()
    assert door.getresponse().status == 413
    door.close()
    assert site.ask("/signin", X_Long="x" * 70_000).status == 400
