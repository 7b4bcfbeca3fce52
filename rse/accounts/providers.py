"""The identity provider of the environment, and what this application is to every provider.

Metadata come from a file, read again when it changes, or from an address, fetched again every day; the
last good copy is kept in the data directory, so that nobody is locked out while that address is down.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from rse.accounts import saml_keys
from rse.accounts.attributes import checked_mapping
from rse.accounts.saml_guard import Refused
from rse.accounts.saml_metadata import MAX_METADATA, IdentityProvider, ServiceProvider, parse_metadata
from rse.core import clock

log = structlog.get_logger()
REFRESH = 24 * 3600.0  # seconds
RETRY = 5.0
DOUBT = 60.0
TIMEOUT = 5.0  # for each step
WHOLE_TIMEOUT = 15.0
WARN_BEFORE = timedelta(days=30)
OK = 200


def _read(answer: HTTPResponse) -> bytes:
    """Read at most a little more than metadata may be, for some seconds in all."""
    end, content = time.monotonic() + WHOLE_TIMEOUT, b""
    while len(content) <= MAX_METADATA:
        part = answer.read1(65536)
        if not part:
            break
        content += part
        if time.monotonic() > end:
            raise TimeoutError
    return content[: MAX_METADATA + 1]


def fetch(url: str) -> bytes:
    """Get metadata from an address; redirects are not followed. Raises Refused `metadata`."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
        answer = connection.getresponse()
        content = _read(answer)
    except (OSError, HTTPException) as error:
        raise Refused("metadata", f"{parts.hostname} does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if answer.status != OK:
        raise Refused("metadata", f"{parts.hostname} answers {answer.status}")
    return content


@dataclass
class Source:
    """One identity provider's metadata: where they are, and the last good copy."""

    where: str  # an http(s) address, or a path
    kept: Path  # the last good copy of an address
    get: Callable[[str], bytes] = fetch
    found: IdentityProvider | None = None
    checked: float = float("-inf")
    stamp: float = 0.0
    problem: str = ""

    def current(self) -> IdentityProvider | None:
        """Give the provider, refreshed when it is time; None when there never was a readable copy."""
        if self.where.startswith(("http://", "https://")):
            self._refresh_address()
        else:
            self._refresh_file()
        return self.found

    def doubt(self) -> None:
        """Fetch again at the next use, once a minute at most: a key may have changed unannounced."""
        if time.monotonic() - self.checked > DOUBT:
            self.checked = float("-inf")

    def _refresh_address(self) -> None:
        wait = RETRY if self.problem or self.found is None else REFRESH
        if time.monotonic() - self.checked < wait:
            return
        self.checked = time.monotonic()
        try:
            content = self.get(self.where)
            self._use(parse_metadata(content))
        except Refused as refusal:
            self._fail(refusal)
            self._use_kept()
        else:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            self.kept.write_bytes(content)

    def _use_kept(self) -> None:
        if self.found is None and self.kept.exists():
            try:
                self.found = parse_metadata(self.kept.read_bytes())
            except Refused as refusal:
                self._fail(refusal)

    def _refresh_file(self) -> None:
        try:
            stamp = Path(self.where).stat().st_mtime
            if self.found is None or stamp != self.stamp:
                self._use(parse_metadata(Path(self.where).read_bytes()))
                self.stamp = stamp
        except OSError as error:
            self._fail(Refused("metadata", f"{self.where} cannot be read: {type(error).__name__}"))
        except Refused as refusal:
            self._fail(refusal)

    def _use(self, provider: IdentityProvider) -> None:
        self.found, self.problem = provider, ""
        left = provider.certificate_end - clock.now()
        if left < WARN_BEFORE:
            log.warning("identity provider certificate ends soon", idp=provider.entity_id, days=left.days)

    def _fail(self, refusal: Refused) -> None:
        self.problem = refusal.detail
        log.warning("identity provider metadata", problem=refusal.detail)


@dataclass
class SignIn:
    """Everything that signing in needs to know of the configuration."""

    base_url: str
    folder: Path
    sources: tuple[Source, ...] = ()
    name: str = ""  # what the sign-in button calls it
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link: str = "none"
    name_id_formats: tuple[str, ...] = ("persistent",)

    @cached_property
    def sp(self) -> ServiceProvider:
        """This application; its key is made at the first use."""
        host = urlsplit(self.base_url).hostname or "rse"
        keys = saml_keys.load_or_create(self.folder, "sp", host, clock.now())
        return ServiceProvider(self.base_url, keys, self.name_id_formats)

    def all(self) -> list[IdentityProvider]:
        """Give the providers that can be used now."""
        return [provider for source in self.sources if (provider := source.current())]

    def doubt(self) -> None:
        """Take new metadata soon: a signature did not match."""
        for source in self.sources:
            source.doubt()


def configured(
    base_url: str,
    folder: Path,
    metadata: str,
    *,
    mapping: Mapping[str, str],
    link: str,
    name_id: str,
    name: str = "",
) -> SignIn:
    """Make it from the settings; `name_id` is the format accepted beside persistent."""
    kept = folder / f"idp-{sha256(metadata.encode()).hexdigest()[:16]}.xml"
    sources = (Source(metadata, kept),) if metadata else ()
    formats = tuple(dict.fromkeys((name_id, "persistent")))
    return SignIn(base_url, folder, sources, name, checked_mapping(mapping), link, formats)
