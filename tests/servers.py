"""Real servers for the tests: PostgreSQL and Redis on free ports, stopped at the end."""

import contextlib
import functools
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def missing(program: str) -> None:
    """Fail where services are required, else skip by name."""
    if os.environ.get("RSE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{program} is required (RSE_REQUIRE_SERVICES=1) and not installed")
    pytest.skip(f"{program} is not installed")


def wait_for(port: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Start a server; give the address of its maintenance database."""
    where = _postgres_bin()
    if where is None:
        missing("PostgreSQL")
    as_root = getpass.getuser() == "root"
    prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
    folder = Path(tempfile.mkdtemp(prefix="rse-pg-"))
    if as_root:
        shutil.chown(folder, "postgres")
    port, data = free_port(), folder / "data"
    run = functools.partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, cwd="/")
    run(
        [
            *prefix,
            where / "initdb",
            "-D",
            data,
            "-U",
            "rse",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
    run([*prefix, where / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
    try:
        yield f"postgresql+psycopg://rse@127.0.0.1:{port}/postgres"
    finally:
        run([*prefix, where / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Start a server; give its address."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    port = free_port()
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
