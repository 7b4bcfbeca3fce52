"""Reading a directory server: the connection, and its entries page by page."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from ldap3 import NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from rse.core.i18n import _

PAGED = "1.2.840.113556.1.4.319"  # simple paged results, RFC 2696
CONNECT_SECONDS, ANSWER_SECONDS = 10, 120


class Unreachable(Exception):
    """The directory cannot be read; the text says why."""


@dataclass(frozen=True)
class Found:
    """An entry of the directory: its name, and the values of its attributes by lower-case name."""

    dn: str
    values: Mapping[str, list[bytes]]


class Source(Protocol):
    """Where entries come from: a server, or what plays one."""

    def entries(self, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
        """Give the entries that a filter wants, with these attributes. Raises Unreachable."""


@dataclass(frozen=True)
class DirectoryServer:
    """How to reach a directory."""

    url: str
    base: str
    bind_dn: str = ""
    password: str = ""
    starttls: bool = False
    ca_file: str = ""
    page: int = 500

    def entries(self, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
        """Give the entries that a filter wants, page by page; referrals are not followed. Raises Unreachable.

        A page that is refused or never comes stops the reading: half a directory is never taken for a whole.
        """
        try:
            with self._connected() as connection:
                yield from self._pages(connection, wanted, attributes)
        except (LDAPException, OSError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise Unreachable(_("The directory cannot be read: %(reason)s", reason=reason)) from error

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=self.ca_file or None)
        server = Server(self.url, get_info=NONE, tls=tls, connect_timeout=CONNECT_SECONDS)
        connection = Connection(
            server,
            user=self.bind_dn or None,
            password=self.password or None,
            auto_referrals=False,
            check_names=False,
            raise_exceptions=True,
            receive_timeout=ANSWER_SECONDS,
            return_empty_attributes=False,
        )
        try:
            connection.open()
            if self.starttls:
                connection.start_tls()
            connection.bind()
            yield connection
        finally:
            with suppress(LDAPException, OSError):
                connection.unbind()
            if connection.socket is not None:
                connection.socket.close()

    def _pages(self, connection: Any, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
        cookie: bytes | None = None
        while True:
            connection.search(
                self.base,
                wanted,
                SUBTREE,
                attributes=list(attributes),
                paged_size=self.page,
                paged_cookie=cookie,
                paged_criticality=True,
            )
            for entry in connection.response:
                if entry["type"] == "searchResEntry":
                    values = {name.lower(): given for name, given in entry["raw_attributes"].items()}
                    yield Found(entry["dn"], values)
            cookie = connection.result["controls"][PAGED]["value"]["cookie"]
            if not cookie:
                return
