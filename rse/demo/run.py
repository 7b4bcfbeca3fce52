"""`make run`: the application, its worker and the demo identity provider, started and stopped together.

For one machine, on loopback: SQLite, no Redis. A company's server starts the same parts as services
(docs/it-guide.md); nothing here is needed there.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10
START_SECONDS = 60


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Fill what is not set: loopback addresses, the data directory, the demo identity provider."""
    port = int(given.get("PORT", "5000"))
    idp = int(given.get("RSE_IDP_PORT", str(port + 1)))
    defaults = {
        "PORT": str(port),
        "RSE_IDP_PORT": str(idp),
        "RSE_DATA_DIR": str(ROOT / "var"),
        "RSE_BASE_URL": f"http://127.0.0.1:{port}",
        "RSE_SAML_METADATA": f"http://localhost:{idp}/metadata",
        "RSE_SAML_LINK": "uid",
        "RSE_SAML_IDP_NAME": "Demo",
        "RSE_COMPANY": "Agora",
        "RSE_ASYNC_MODE": "gevent",
        "RSE_LOG_LEVEL": "warning",
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **given}


def commands(env: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the processes to run, by name."""
    python = sys.executable
    web = [
        "--no-control-socket",
        "--worker-class",
        "gevent",
        "--workers",
        "1",
        "--worker-connections",
        "4000",
        "--graceful-timeout",
        "3",
    ]
    bind = ["--bind", f"127.0.0.1:{env['PORT']}", "--log-level", "warning"]
    return {
        "idp": [python, "-m", "rse.demo.idp", "--port", env["RSE_IDP_PORT"]],
        "web": [python, "-m", "gunicorn", *web, *bind, "wsgi:app"],
        "worker": [python, "-m", "flask", "--app", "wsgi", "worker"],
    }


def prepare(env: Mapping[str, str]) -> None:
    """Bring the database to the present revision, and load the demo company when it is empty."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], check=True, env=dict(env), cwd=ROOT)
    subprocess.run([*flask, "demo", "load", "--if-empty"], check=True, env=dict(env), cwd=ROOT)


def wait_until_ready(url: str) -> bool:
    """Wait until the application answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - our own http address
            return True
        time.sleep(0.1)
    return False


def tell(env: Mapping[str, str]) -> None:
    """Print where it is and who can come in."""
    print(f"""
  {env["RSE_COMPANY"]}: {env["RSE_BASE_URL"]}

  Sign in, then pick a person; no password (demo identity provider, this machine only):
    amelie.rousseau   employee            sofia.marchetti  manager, her team's indicators
    karim.benali      other department    claire.dupont    chief executive
    thomas.nguyen     moderator           ines.lambert     IT, administrator
    james.oneill      guest               ... and everybody of the directory

  Ctrl-C stops everything. Data: {env["RSE_DATA_DIR"]}
""", flush=True)  # fmt: skip


def stop(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End every process, kindly first."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def main() -> int:
    """Run until Ctrl-C (0) or until one of the processes dies (1)."""
    env = environment(os.environ)
    Path(env["RSE_DATA_DIR"]).mkdir(parents=True, exist_ok=True, mode=0o700)
    prepare(env)
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    # Children get a group of their own: Ctrl-C reaches this process alone, which stops them in order.
    children = {
        name: subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True)
        for name, command in commands(env).items()
    }
    try:
        if wait_until_ready(env["RSE_BASE_URL"]):
            tell(env)
        while not asked:
            dead = [name for name, child in children.items() if child.poll() is not None]
            if dead:
                print(f"{', '.join(dead)} ended; stopping the others", file=sys.stderr)
                return 1
            time.sleep(0.2)
    finally:
        stop(children)
    return 0


if __name__ == "__main__":
    sys.exit(main())
