"""Real servers for the tests: PostgreSQL, Redis and OpenLDAP on free ports, stopped at the end."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def missing(program: str) -> None:
    """Skip by name, with the way to run it; fail where services are required, as in CI: nothing is skipped there."""
    if os.environ.get("RSE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{program} is required (RSE_REQUIRE_SERVICES=1) and not installed")
    pytest.skip(
        f"{program} is not installed: install it as .ci/run does (RSE_REQUIRE_SERVICES=1 fails instead)"
    )


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


class Postgres:
    """A server on a free port, with data of its own. A `durable` one keeps what it has committed when killed."""

    def __init__(self, *, durable: bool = False) -> None:
        where = _postgres_bin()
        if where is None:
            missing("PostgreSQL")
        as_root = getpass.getuser() == "root"
        self._prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
        self.folder = Path(tempfile.mkdtemp(prefix="rse-pg-"))
        if as_root:
            shutil.chown(self.folder, "postgres")
        self.port, self.data, self._where = free_port(), self.folder / "data", where
        self._run(
            where / "initdb", "-D", self.data, "-U", "rse", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        safe = "on" if durable else "off"
        self._options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=100 "
            f"-c fsync={safe} -c full_page_writes={safe} -c synchronous_commit={safe}"
        )
        self.url = f"postgresql+psycopg://rse@127.0.0.1:{self.port}/postgres"

    def _run(self, *command: object) -> None:
        line = [*self._prefix, *map(str, command)]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        ctl, log = self._where / "pg_ctl", self.folder / "log"
        self._run(ctl, "-D", self.data, "-w", "-t", "120", "-l", log, "-o", self._options, "start")

    def stop(self) -> None:
        """At once, as a kill does: what was not committed is gone, the next start recovers."""
        self._run(self._where / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server; give the address of its maintenance database."""
    server = Postgres(durable=durable)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """Start a server; give its address."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    port = port or free_port()
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True)
class Slapd:
    """A directory: its addresses, and who may write in it."""

    url: str
    tls_url: str
    ca_file: Path
    stop: Callable[[], None]
    base: str = "dc=example,dc=com"
    admin: str = "cn=admin,dc=example,dc=com"
    password: str = "secret"


SLAPD = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw secret
directory {folder}/data
dbnosync
limits dn.exact="cn=reader,dc=example,dc=com" size.soft=5 size.hard=5 size.pr=5 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by users read
"""


def certificates(folder: Path) -> None:
    """Make an authority, and a certificate of localhost signed by it."""
    now = datetime.now(UTC)
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Test CA", "localhost")]
    for n, file in ((0, "ca.pem"), (1, "server.pem")):
        made = x509.CertificateBuilder().subject_name(names[n]).issuer_name(names[0])
        made = made.public_key(keys[n].public_key()).serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        made = made.add_extension(x509.BasicConstraints(ca=n == 0, path_length=None), critical=True)
        if n:
            made = made.add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
            )
        data = made.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / file).write_bytes(data)
    form = (serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    (folder / "server.key").write_bytes(keys[1].private_bytes(serialization.Encoding.PEM, *form))


@contextlib.contextmanager
def slapd() -> Iterator[Slapd]:
    """Start an empty directory, in the clear and over TLS."""
    program = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        missing("slapd")
    folder = Path(tempfile.mkdtemp(prefix="rse-ldap-"))
    (folder / "data").mkdir()
    certificates(folder)
    (folder / "slapd.conf").write_text(SLAPD.format(folder=folder))
    port, tls_port = free_port(), free_port()
    addresses = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
    arguments = [program, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", addresses]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop() -> None:
        process.kill()
        process.wait(10)

    try:
        wait_for(port)
        yield Slapd(f"ldap://localhost:{port}", f"ldaps://localhost:{tls_port}", folder / "ca.pem", stop)
    finally:
        stop()
        shutil.rmtree(folder, ignore_errors=True)
