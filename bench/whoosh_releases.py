"""The conformance tests of the search on other releases of Whoosh than the one in requirements.txt.

    python -m bench.whoosh_releases                       the maintained fork
    python -m bench.whoosh_releases whoosh-reloaded==2.7.5 ...

Each is installed by pip into a folder of its own, which stands before the virtual environment's packages
while the tests run: nothing of the environment changes. Needs the network; some minutes for each. Ends
with an error where a test fails.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.run import show
from bench.search import Row

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("whoosh3==3.54.0",)
CONFORMANCE = (
    "test_engine", "test_audience", "test_known_defects", "test_durability", "test_wider_questions",
    "test_judged_questions", "test_index_follows", "test_mending", "test_search_call",
)  # fmt: skip
WHICH = "import whoosh; print(whoosh.__file__); print('.'.join(map(str, whoosh.__version__)))"


def conforms(release: str) -> Row:
    """Run the tests on a release; the figure is how pytest ended: 0 is without a failure."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, release]
        subprocess.run(pip, check=True)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, str(ROOT)])}
        asked = [sys.executable, "-c", WHICH]
        said = subprocess.run(asked, check=True, env=environment, capture_output=True, text=True)
        where, version = said.stdout.split()
        if not where.startswith(folder):
            sys.exit(f"{release} is not what is imported: {where}")
        print(f"{release}: whoosh {version}", flush=True)
        files = [f"tests/search/{name}.py" for name in CONFORMANCE]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not postgres"]
        begin = time.perf_counter()
        ended = subprocess.run([*command, *files], cwd=ROOT, env=environment, check=False).returncode
        took = round(time.perf_counter() - begin)
    what = f"search: conformance on {release}, {took} s"
    return {"what": what, "size": len(files), "value": ended, "unit": "", "target": "<= 0"}


def main() -> int:
    """Run them; tell by the exit code whether all conform."""
    rows = [conforms(release) for release in sys.argv[1:] or OTHERS]
    show(rows)
    return max(row["value"] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
