"""Another program on this machine that passes for a public one, and the worker that takes up what is queued at once."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rse.core import outside
from rse.integration import telling


class Program(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers as it is set to."""

    told: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012
    answer = 204

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        Program.told.append(({name.lower(): value for name, value in self.headers.items()}, content))
        self.send_response(Program.answer)
        if Program.answer in {302, 307}:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the other program."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setattr(outside, "PORTS", {"http": server.server_address[1], "https": 443})
    real = outside.is_public
    monkeypatch.setattr(outside, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
    monkeypatch.setattr(telling, "tell_soon", telling.tell_due)
    Program.told.clear()
    Program.answer = 204
    yield f"http://127.0.0.1:{server.server_address[1]}/hear?key=of-theirs"
    server.shutdown()
    server.server_close()
