"""Asking and telling a server that people have named: public addresses only, bounded in size, time and hops.

A name is resolved once, every address that it has must be public, and the connection goes to the address
that was checked: what the name means a moment later does not matter.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

HOPS = 3
STEP_SECONDS = 4.0  # for each of connecting and waiting for a part of the answer
WHOLE_SECONDS = 8.0
PORTS = {"http": 80, "https": 443}
OK, MULTIPLE_CHOICES = 200, 300
REDIRECTS = {301, 302, 303, 307, 308}
MAX_URL = 2000
AGENT = "rse-link-preview/1.0"
TELLER = "rse-webhook/1.0"
# Ways of writing an IPv4 address as an IPv6 one: what they mean is reached through a translator.
WRAPPED = tuple(
    ip_network(net) for net in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)

Address = IPv4Address | IPv6Address


class NotAsked(Exception):
    """A server is not asked, or does not answer as it should; the text says why, for the log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server has said: the address it came from in the end, its kind, the beginning of it."""

    url: str
    media_type: str
    charset: str
    content: bytes


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet: not of this machine, this house, or nobody."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in WRAPPED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> list[Address]:
    """Give the addresses of a name. Raises NotAsked when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise NotAsked(f"the name is not known: {type(error).__name__}") from error
    return list(dict.fromkeys(ip_address(str(row[4][0]).partition("%")[0]) for row in found))


class _Pinned(HTTPConnection):
    """A connection to an address that was checked, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: Address, *, tls: bool) -> None:
        super().__init__(host, port, timeout=STEP_SECONDS)
        self.address, self.tls = address, tls

    def connect(self) -> None:
        """Connect to the address, and check the certificate against the name."""
        plain = socket.create_connection((str(self.address), self.port), STEP_SECONDS)
        try:
            self.sock = (
                ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
                if self.tls
                else plain
            )
        except BaseException:
            plain.close()
            raise


@dataclass(frozen=True, slots=True)
class _Place:
    """An address of the web, taken apart."""

    tls: bool
    host: str
    port: int
    path: str


def _place(url: str) -> _Place:
    """Take an address apart. Raises NotAsked for one that nobody types."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAsked("not an address") from error
    if len(url) > MAX_URL or parts.scheme not in PORTS or not parts.hostname:
        raise NotAsked("not an address of the web")
    if parts.username is not None or parts.password is not None:
        raise NotAsked("an address with a name and a password")
    if port not in {None, PORTS[parts.scheme]}:
        raise NotAsked(f"port {port}")
    try:
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path.encode("ascii")
    except UnicodeError as error:
        raise NotAsked("not an address") from error
    if any(character <= " " for character in host + path):
        raise NotAsked("not an address")
    return _Place(parts.scheme == "https", host, PORTS[parts.scheme], path)


def _checked(place: _Place) -> Address:
    """Give the address to connect to. Raises NotAsked unless all that the name has are public."""
    addresses = resolve(place.host, place.port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotAsked("not a public address")
    return addresses[0]


def check(url: str) -> None:
    """Look at an address before it is kept, without asking anybody. Raises NotAsked."""
    place = _place(url)
    with suppress(ValueError):
        if not is_public(ip_address(place.host.strip("[]"))):
            raise NotAsked("not a public address")
    if place.host == "localhost" or place.host.endswith(".localhost"):
        raise NotAsked("not a public address")


def post(url: str, content: bytes, headers: Mapping[str, str]) -> int:
    """Send bytes to a public address and give the status of the answer, of which nothing else is read.

    Nobody is followed elsewhere: a redirect is an answer like another. Raises NotAsked.
    """
    place = _place(url)
    connection = _Pinned(place.host, place.port, _checked(place), tls=place.tls)
    try:
        with _within(connection, WHOLE_SECONDS):
            connection.request("POST", place.path, body=content, headers={"User-Agent": TELLER, **headers})
            return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise NotAsked(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()


@contextmanager
def _within(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut a connection that takes longer, whatever it is at: a server may send one letter at a time."""

    def cut() -> None:
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def fetch(url: str, *, types: Collection[str], most: int) -> Answer:
    """Get the first `most` bytes behind an address, if they are of one of the media types.

    Redirects are followed three times, each checked like the first address. Raises NotAsked.
    """
    end = time.monotonic() + WHOLE_SECONDS
    for _hop in range(HOPS + 1):
        place = _place(url)
        connection = _Pinned(place.host, place.port, _checked(place), tls=place.tls)
        try:
            found = _ask(connection, place, url, types, lambda answer: _read(answer, most, end))
        except (OSError, HTTPException, ValueError) as error:
            raise NotAsked(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()
        if isinstance(found, Answer):
            return found
        url = urljoin(url, found)
        if time.monotonic() > end:
            break
    raise NotAsked("too many redirects, or too slow")


def _ask(
    connection: HTTPConnection,
    place: _Place,
    url: str,
    types: Collection[str],
    read: Callable[[HTTPResponse], bytes],
) -> Answer | str:
    """Ask once: gives the answer, or where it sends us."""
    headers = {"User-Agent": AGENT, "Accept": ", ".join(types), "Accept-Encoding": "identity"}
    connection.request("GET", place.path, headers=headers)
    answer = connection.getresponse()
    if answer.status in REDIRECTS and answer.headers.get("Location"):
        return str(answer.headers["Location"])
    if not OK <= answer.status < MULTIPLE_CHOICES:
        raise NotAsked(f"it answers {answer.status}")
    media_type = answer.headers.get_content_type()
    if media_type not in types or answer.headers.get("Content-Encoding", "identity") != "identity":
        raise NotAsked(f"it sends {media_type}")
    return Answer(url, media_type, answer.headers.get_content_charset() or "", read(answer))


def _read(answer: HTTPResponse, most: int, end: float) -> bytes:
    content = b""
    while len(content) < most:
        part = answer.read1(min(65_536, most - len(content)))
        if not part:
            break
        content += part
        if time.monotonic() > end:
            raise TimeoutError
    return content
