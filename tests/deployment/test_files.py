"""The files of docs/deploy are read without complaint by the programs that they are for, and say what the guide says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rse.settings import Settings
from tests.deployment.proxy import ROOT, certificate, configuration
from tests.servers import missing

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*/rse*.*"))
PROXIES = sorted(DEPLOY.glob("*/nginx.conf"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", PROXIES, ids=name)
def test_nginx_takes_the_configuration(tmp_path: Path, path: Path) -> None:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        missing("nginx")
    certificate(tmp_path)
    written = configuration(path, tmp_path, {"web:8000": "127.0.0.1:8000", "socket:8000": "127.0.0.1:8001"})
    done = subprocess.run(
        [program, "-t", "-q", "-c", written, "-p", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", PROXIES, ids=name)
def test_addresses_of_hooks_stand_in_no_log(path: Path) -> None:
    (place,) = re.findall(r"location /api/v1/hooks/ \{(.*?)\}", path.read_text(), re.DOTALL)
    assert "access_log off;" in place
    assert "error_log /dev/null" in place


@pytest.mark.parametrize("folder", ["one-machine", "several-machines"])
def test_systemd_takes_the_units(tmp_path: Path, folder: str) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        missing("systemd-analyze")
    for path in (DEPLOY / folder).glob("rse*.*"):
        if path.suffix in {".service", ".timer", ".target"}:
            text = path.read_text().replace("/opt/rse/.venv/bin/gunicorn", "/bin/true")
            text = text.replace("/opt/rse/.venv/bin/flask", "/bin/true").replace("/opt/rse", str(ROOT))
            (tmp_path / path.name.replace("@", "@8101")).write_text(text)
    units = sorted(tmp_path.glob("rse*"))
    done = subprocess.run(
        [program, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "rse" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*/*.service")), ids=name)
def test_a_unit_is_shut_in(path: Path) -> None:
    lines = set(path.read_text().splitlines())
    assert {
        "User=rse", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
        "PrivateDevices=yes", "CapabilityBoundingSet=", "EnvironmentFile=/etc/rse/rse.env",
    } <= lines  # fmt: skip


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*/rse.env*")), ids=name)
def test_an_environment_names_real_settings(path: Path) -> None:
    named = set(re.findall(r"^(RSE_[A-Z_]+)=", path.read_text(), re.MULTILINE))
    known = {f"RSE_{field.upper()}" for field in Settings.model_fields} | {"RSE_WEB_PROCESSES"}
    assert named
    assert named - known == set()
    assert {"RSE_BASE_URL", "RSE_SECRET_KEY", "RSE_TRUSTED_PROXIES"} <= named


def test_no_secret_is_in_them() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert re.findall(r"^RSE_SECRET_KEY=.+", path.read_text(), re.MULTILINE) == [], path


def test_the_guide_and_the_files_name_each_other() -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert f"deploy/{name(path)}" in guide, path
    for linked in re.findall(r"\]\((deploy/[^)]+)\)", guide):
        assert (ROOT / "docs" / linked).is_file(), linked


def test_every_metric_of_the_guide_is_served_and_the_other_way_round() -> None:
    guide = set(
        re.findall(r"^\| `(rse_[a-z_]+)`", (ROOT / "docs" / "deployment.md").read_text(), re.MULTILINE)
    )
    declared = {
        found
        for path in (ROOT / "rse").rglob("*.py")
        for found in re.findall(r"(?:Gauge|Counter|Histogram)\(\s*\"(rse_[a-z_]+)\"", path.read_text())
    }
    assert guide == declared
