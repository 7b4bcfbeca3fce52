"""Where metadata come from: a file that changes, an address that is fetched daily and may be down."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from rse.accounts import providers
from rse.accounts.providers import Source
from rse.accounts.saml_guard import Refused
from rse.settings import BadSettings
from tests.accounts import idp
from tests.accounts.steps import Door


class Clock:
    """Seconds that the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(providers.time, "monotonic", lambda: self.now)


class Address:
    """An address whose answer the test decides."""

    def __init__(self) -> None:
        self.content: bytes | None = idp.metadata()
        self.asked = 0

    def __call__(self, _url: str) -> bytes:
        self.asked += 1
        if self.content is None:
            raise Refused("metadata", "does not answer")
        return self.content


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_address_is_fetched_daily(clock: Clock, tmp_path: Path) -> None:
    there = Address()
    source = Source("https://idp.example/metadata", tmp_path / "kept.xml", there)
    for _ in range(3):
        assert source.current() is not None
    assert there.asked == 1
    there.content = idp.metadata(entity="https://new.example")
    clock.now += providers.REFRESH + 1
    found = source.current()
    assert found is not None
    assert found.entity_id == "https://new.example"


def test_last_good_copy_serves_while_the_address_is_down(clock: Clock, tmp_path: Path) -> None:
    there = Address()
    Source("https://idp.example/metadata", tmp_path / "kept.xml", there).current()
    there.content = None
    after_restart = Source("https://idp.example/metadata", tmp_path / "kept.xml", there)
    assert after_restart.current() is not None
    assert after_restart.problem == "does not answer"
    there.content = b"<broken"
    clock.now += providers.RETRY + 1
    assert after_restart.current() is not None
    there.content = idp.metadata(entity="https://new.example")
    clock.now += providers.RETRY + 1
    found = after_restart.current()
    assert found is not None
    assert (found.entity_id, after_restart.problem) == ("https://new.example", "")


def test_address_that_never_answered_is_asked_again_soon_but_not_always(clock: Clock, tmp_path: Path) -> None:
    there = Address()
    there.content = None
    source = Source("https://idp.example/metadata", tmp_path / "kept.xml", there)
    assert [source.current() for _ in range(5)] == [None] * 5
    assert there.asked == 1
    there.content = idp.metadata()
    clock.now += providers.RETRY + 1
    assert source.current() is not None


def test_signature_that_does_not_match_brings_new_metadata(clock: Clock, tmp_path: Path) -> None:
    there = Address()
    source = Source("https://idp.example/metadata", tmp_path / "kept.xml", there)
    for seconds, asked in ((0, 1), (30, 1), (61, 2), (1, 2)):
        clock.now += seconds
        source.doubt()
        source.current()
        assert there.asked == asked


def test_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "idp.xml"
    source = Source(str(path), tmp_path / "kept.xml")
    assert source.current() is None
    path.write_bytes(idp.metadata())
    assert source.current() is not None
    path.write_bytes(idp.metadata(entity="https://new.example"))
    os.utime(path, (1, 1))
    found = source.current()
    assert found is not None
    assert found.entity_id == "https://new.example"


def test_end_of_a_certificate_is_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "idp.xml"
    path.write_bytes(idp.metadata())
    late = datetime.now(UTC) + timedelta(days=3650 - 20)
    monkeypatch.setattr(providers.clock, "now", lambda: late)
    with capture_logs() as lines:
        Source(str(path), tmp_path / "kept.xml").current()
    assert [line["days"] for line in lines] == [19]


@pytest.fixture
def server() -> Iterator[Callable[[str], str]]:
    """A small web server: give a path, get its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = {"/m?x=1": idp.metadata(), "/big": b"x" * 3_000_000}.get(self.path)
            self.send_response(200 if content else 302)
            self.send_header("Location", "/m?x=1")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield lambda path: f"http://127.0.0.1:{listening.server_port}{path}"
        listening.shutdown()


def test_fetching_follows_nobody_and_takes_no_more_than_enough(server: Callable[[str], str]) -> None:
    assert providers.fetch(server("/m?x=1")) == idp.metadata()
    with pytest.raises(Refused, match="answers 302"):
        providers.fetch(server("/elsewhere"))
    assert len(providers.fetch(server("/big"))) == providers.MAX_METADATA + 1
    with pytest.raises(Refused, match="does not answer"):
        providers.fetch("http://127.0.0.1:9/m")


def test_production_takes_metadata_over_tls_only(door: Callable[..., Door]) -> None:
    production = {"env": "production", "base_url": "https://rse.example"}
    with pytest.raises(BadSettings, match="RSE_SAML_METADATA"):
        door(**production, saml_metadata="http://idp.example/metadata")
