"""Who may import whom: the layers of DESIGN, checked by import-linter and by a look at the trees."""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = {"models", "policy", "queries", "service"}


def test_layers_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_services_and_queries_know_no_web() -> None:
    guilty = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "rse").glob("*/*.py")
        if path.stem in PURE and path.parent.name != "core"
        for name in imported(path)
        if name.split(".")[0] in {"flask", "flask_login", "flask_socketio"}
        or name in {"rse.core.db", "rse.core.web"}
    ]
    assert guilty == []


def test_one_module_knows_the_session_extension() -> None:
    guilty = [
        p.name
        for p in (ROOT / "rse").rglob("*.py")
        if "flask_sqlalchemy" in imported(p) and p.name != "db.py"
    ]
    assert guilty == []


def test_one_module_knows_the_saml_toolkit() -> None:
    guilty = [
        p.name
        for p in (ROOT / "rse").rglob("*.py")
        if any(n.startswith("onelogin") for n in imported(p)) and not p.name.startswith("saml")
    ]
    assert guilty == []


def test_no_service_commits() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "rse").glob("*/service.py")
        if ".commit(" in path.read_text() and path.parent.name != "demo"
    ]
    assert guilty == []
