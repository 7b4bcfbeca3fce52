"""Real servers and real clients: gunicorn as `make run` and as a company starts it, python-socketio outside."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

import socketio

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "test-secret-0123456789-abcdefghijklmnop"


class Server:
    """One gunicorn with its worker process, on a database that is there."""

    def __init__(self, data_dir: Path, *, worker: str = "gevent", port: int = 0, **settings: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        mode = "gevent" if worker == "gevent" else "threading"
        self.env = {
            **os.environ,
            "RSE_SECRET_KEY": SECRET,
            "RSE_DATA_DIR": str(data_dir),
            "RSE_BASE_URL": self.url,
            "RSE_ASYNC_MODE": mode,
            "RSE_LOG_LEVEL": "warning",
            **settings,
        }
        self.log = data_dir / f"server-{self.port}.log"
        kind = ["--worker-class", worker] + (["--threads", "64"] if worker == "gthread" else [])
        options = ["--workers", "1", "--graceful-timeout", "1", "--bind", f"127.0.0.1:{self.port}"]
        self.command = [sys.executable, "-m", "gunicorn", *kind, *options, "wsgi:app"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            with contextlib.suppress(OSError), urlopen(f"{self.url}/healthz", timeout=2):
                return self
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def kill(self) -> None:
        """SIGKILL to the whole of it: nobody gets to tidy up."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.kill()


class Client:
    """A client as another program would write one; what it hears stands in `heard`."""

    def __init__(self, url: str, *, cookie: str = "", token: str = "", origin: str = "") -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.cut = False
        self.socket = socketio.Client(
            reconnection=False, websocket_extra_options={"origin": origin} if origin else None
        )
        self.socket.on("*", lambda event, *data: self.heard.append((event, data[0] if data else {})))
        self.socket.on("disconnect", lambda *_: setattr(self, "cut", True))
        headers = {"Cookie": f"rse_session={cookie}"} if cookie else {}
        self.socket.connect(
            url, headers=headers, auth={"token": token} if token else None, transports=["websocket"],
            wait_timeout=10,
        )  # fmt: skip

        self._raw = self.socket.eio.ws  # the library forgets it, open, when the server dies

    def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        return dict(self.socket.call(event, payload, timeout=10))

    def wait_for(self, event: str, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait until an event was heard so often; gives what came with it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [data for name, data in list(self.heard) if name == event]
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise TimeoutError(f"{event} was heard {len(found)} times: {self.heard}")

    def wait_until_cut(self, seconds: float = 10) -> float:
        """Wait until the server has put us out; gives how long that took."""
        start = time.monotonic()
        while not self.cut and time.monotonic() - start < seconds:
            time.sleep(0.01)
        assert self.cut, "still connected"
        return time.monotonic() - start

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.socket.disconnect()
            self.socket.shutdown()
        with contextlib.suppress(Exception):
            self._raw.shutdown()


@contextlib.contextmanager
def clients() -> Iterator[list[Client]]:
    """Collect clients that are closed at the end."""
    opened: list[Client] = []
    try:
        yield opened
    finally:
        for client in opened:
            with contextlib.suppress(Exception):
                client.close()
