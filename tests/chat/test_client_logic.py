"""Runs the tests of the client's logic, which need Node and no page."""

import shutil
import subprocess
from pathlib import Path

from tests import servers


def test_catching_up_and_sending_once() -> None:
    node = shutil.which("node")
    if node is None:
        servers.missing("Node")
    path = Path(__file__).with_name("client.test.mjs")
    done = subprocess.run([node, "--test", path], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
