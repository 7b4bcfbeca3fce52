"""SimpleSAMLphp of the distribution on a free port, set up by the literal steps of docs/sso-guide.md."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from lxml import html

from tests.servers import free_port, missing, wait_for

PROGRAM = Path("/usr/share/simplesamlphp")
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "sso-guide.md"
STEP = re.compile(r"^ *```php title=(\S+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# What only a test needs: plain http, and folders of its own.
TEST_ONLY = """
$config['session.cookie.secure'] = false;
$config['session.cookie.samesite'] = null;
$config['session.phpsession.savepath'] = '{folder}/sessions';
$config['secretsalt'] = 'a salt for the tests only';
$config['auth.adminpassword'] = 'an administrator for the tests only';
$config['tempdir'] = '{folder}/temp';
$config['datadir'] = '{folder}/';
$config['metadatadir'] = '{folder}/metadata/';
$config['logging.handler'] = 'errorlog';
$config['admin.checkforupdates'] = false;
"""


def steps() -> dict[str, str]:
    """Give the pieces of configuration that the guide says, by file."""
    return dict(STEP.findall(GUIDE.read_text()))


@dataclass
class Provider:
    """A SimpleSAMLphp that runs."""

    folder: Path
    address: str  # ends with a slash

    @property
    def metadata(self) -> str:
        return f"{self.address}saml2/idp/metadata.php"

    def write(self, name: str, content: str, begin: str = "<?php\n") -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(begin + content)

    def make_key(self, name: str) -> None:
        """Make a key as step 1 of the guide does."""
        (command,) = re.findall(r"^ *(openssl req .*)$", GUIDE.read_text(), re.MULTILINE)
        parts = command.replace("rsa:3072", "rsa:2048").replace("idp.pem", f"{name}.pem")
        where = self.folder / "cert"
        where.mkdir(exist_ok=True)
        arguments = parts.replace("idp.crt", f"{name}.crt").split()
        subprocess.run(arguments, cwd=where, check=True, capture_output=True)

    def follow_the_guide(self, base: str, certificate: str, **changed: str) -> None:
        """Write every file as the guide says, for this address and that of the network."""
        self.make_key("idp")
        for name, content in steps().items():
            text = content.replace("https://idp.example.com/simplesamlphp/", self.address)
            text = text.replace("https://network.example.com", base).replace("MII...", certificate)
            text = text.replace("/etc/simplesamlphp/", f"{self.folder}/")
            begin = "<?php\n"
            if name == "config.php":
                begin = Path("/etc/simplesamlphp/config.php").read_text()
                text += TEST_ONLY.format(folder=self.folder)
            self.write(name, text, begin)


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    """Start it, without any configuration yet."""
    php = shutil.which("php")
    if php is None or not PROGRAM.exists():
        missing("SimpleSAMLphp")
    folder, port = Path(tempfile.mkdtemp(prefix="rse-ssp-")), free_port()
    for name in ("sessions", "temp", "metadata"):
        (folder / name).mkdir()
    environment = os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(folder)}
    arguments = [str(php), "-d", "display_errors=0", "-S", f"localhost:{port}", "-t", str(PROGRAM / "www")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
    try:
        wait_for(port)
        yield Provider(folder, f"http://localhost:{port}/")
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


class _StaysThere(HTTPRedirectHandler):
    """Follows redirects of the provider, and gives back the first that leads elsewhere."""

    def redirect_request(self, req: Any, fp: Any, *rest: Any) -> Any:
        if urlsplit(rest[-1]).netloc != urlsplit(req.full_url).netloc:
            return None
        return super().redirect_request(req, fp, *rest)

    def http_error_302(self, req: Any, fp: Any, *rest: Any) -> Any:
        return super().http_error_302(req, fp, *rest) or fp

    http_error_301 = http_error_303 = http_error_307 = http_error_302


@dataclass
class Window:
    """A person's browser at the provider: keeps cookies, fills in forms."""

    cookies: CookieJar = field(default_factory=CookieJar)

    def open(self, address: str, form: dict[str, str] | None = None) -> "Page":
        opener = build_opener(HTTPCookieProcessor(self.cookies), _StaysThere())
        data = urlencode(form).encode() if form is not None else None
        with opener.open(Request(address, data=data), timeout=20) as answer:
            return Page(answer.geturl(), answer.headers.get("Location"), answer.read().decode())


@dataclass
class Page:
    """What the provider shows: a page with a form, or a redirect elsewhere."""

    address: str
    elsewhere: str | None
    text: str

    def form(self) -> tuple[str, dict[str, str]]:
        """Give (address, fields) of its form."""
        form = html.fromstring(self.text).forms[0]
        fields = {name: value or "" for name, value in form.fields.items() if name}
        return urljoin(self.address, form.action or self.address), fields
