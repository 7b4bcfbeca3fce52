"""The steps of docs/contributing.md, followed literally in a copy of the project, give a page that works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

TRY = """
from flask_migrate import upgrade
from rse.app import create_app
from rse.core import db
from tests import factories
app = create_app({"secret_key": "x" * 40, "rate_limits": False})
app.test_client_class = factories.Client
with app.app_context():
    upgrade()
    people = factories.make_cast(db.begin_write())
    db.commit()
    amelie = factories.browser_of(app, people["amelie"])
    assert amelie.post("/notes", data={"text": "Café à dix heures"}).status_code == 303
    html = factories.browser_of(app, people["karim"]).get("/notes").text
    assert "Café à dix heures" in html and "Épingler" in html
    assert factories.browser_of(app, people["james"]).get("/notes").status_code == 404
    assert amelie.post("/notes", data={"text": ""}).status_code == 422
print("works")
"""


def test_the_guide_leads_to_a_working_feature(tmp_path: Path) -> None:
    for name in ("rse", "templates", "migrations", "static", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("texts"))
    for name in ("wsgi.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    guide = (ROOT / "docs" / "contributing.md").read_text()
    written = BLOCK.findall(guide)
    assert len(written) >= 8
    for path, body in written:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body)
    features = tmp_path / "rse" / "features.py"
    features.write_text(features.read_text().rstrip()[:-1].rstrip().rstrip(",") + ', "notes")\n')
    env = {
        **os.environ,
        "RSE_DATA_DIR": str(tmp_path / "var"),
        "PYTHONPATH": str(tmp_path),
        "RSE_LOG_LEVEL": "error",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for step in (
        [*flask, "db", "upgrade"],
        [*flask, "db", "migrate", "-m", "Notes"],
        [sys.executable, "-c", TRY],
    ):
        done = subprocess.run(step, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "works" in done.stdout
    checks = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/architecture/test_imports.py",
        "tests/architecture/test_budgets.py",
        "tests/architecture/test_texts.py",
    ]
    done = subprocess.run(
        [*checks, "-k", "notes or layers or know"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
