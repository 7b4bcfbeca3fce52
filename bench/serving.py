"""Web processes under measure: gunicorn with settings of one's own, its processor time read from /proc."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from tests import servers

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
WORKERS = {"gevent": ("-k", "gevent"), "threading": ("-k", "gthread", "--threads", "4")}


class Web:
    """One gunicorn with one worker."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process, self.url = port, process, f"http://127.0.0.1:{port}"

    def worker(self) -> int:
        """Give the process that answers."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def cpu(self) -> float:
        """Give the seconds of processor that the worker has used, in steps of 10 ms."""
        fields = Path(f"/proc/{self.worker()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Give the memory of the worker in MB: its own part, and its share of what it shares."""
        return memory(self.worker())


def memory(pid: int) -> float:
    """Give the memory of a process in MB: its own part, and its share of what it shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def wait_for_answer(url: str, seconds: float = 120) -> None:
    """Wait until the application itself answers: the port is open before it is loaded."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), urlopen(url, timeout=seconds):
            return
        time.sleep(0.1)
    raise TimeoutError(url)


@contextmanager
def served(data: Path, *, port: int = 0, mode: str = "gevent", **settings: str) -> Iterator[Web]:
    """Run a web process; settings are RSE_... in small letters without the beginning."""
    port = port or servers.free_port()
    connections = settings.pop("connections", "1000")  # sockets and pages together
    values = {
        "data_dir": str(data), "database_url": "", "redis_url": "", "async_mode": mode, "rate_limits": "0",
        "base_url": f"http://127.0.0.1:{port}", "log_level": "error", **settings,
    }  # fmt: skip
    options = [
        *WORKERS[mode],
        "-w",
        "1",
        "--worker-connections",
        connections,
        "--bind",
        f"127.0.0.1:{port}",
        "--timeout",
        "300",
    ]
    options += ["--log-level", "error", "wsgi:app"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options],
        env=os.environ | {f"RSE_{name.upper()}": value for name, value in values.items()},
        cwd=ROOT,
    )
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/healthz")
        yield Web(port, server)
    finally:
        server.terminate()
        server.wait()
