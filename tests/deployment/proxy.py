"""A real nginx with the configuration of docs/deploy, on free ports of this machine, with a certificate of its own."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers import missing, wait_for

ROOT = Path(__file__).resolve().parents[2]
HOST = "network.example.com"


def certificate(folder: Path) -> Path:
    """Write fullchain.pem and privkey.pem of localhost; give the former."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    return folder / "fullchain.pem"


def configuration(source: Path, folder: Path, places: Mapping[str, str]) -> Path:
    """Write a complete nginx.conf around a file of docs/deploy: only addresses and names of files are others."""
    text = (
        source.read_text()
        .replace("/etc/ssl/rse", str(folder))
        .replace("server_name " + HOST, "server_name localhost")
    )
    text = re.sub(r"^\s*listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for named, here in places.items():
        text = text.replace(named, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # who else could not read the folder of the tests
    path.write_text(
        f"{user}pid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\nworker_processes 1;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
    )
    return path


@contextlib.contextmanager
def nginx(source: Path, folder: Path, places: Mapping[str, str], port: int) -> Iterator[Path]:
    """Run it in the foreground as a child of the tests; give its certificate."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        missing("nginx")
    trusted = certificate(folder)
    command = [program, "-c", configuration(source, folder, places), "-p", folder, "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield trusted
    finally:
        process.terminate()
        process.wait(10)
