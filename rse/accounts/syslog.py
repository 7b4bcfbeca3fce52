"""Lines of the audit log on their way to a syslog server: RFC 5424.

Over TLS (RFC 5425, the server's certificate checked), TCP (RFC 6587) or UDP (RFC 5426).
"""

import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rse.accounts.audit_log import as_values
from rse.accounts.models import AuditEntry

FACILITY_AUDIT, NOTICE = 13, 5
PRIORITY = FACILITY_AUDIT * 8 + NOTICE
TIMEOUT = 5.0  # seconds
PORTS = {"udp": 514, "tcp": 514, "tls": 6514}


@dataclass(frozen=True)
class Server:
    """Where the lines go."""

    protocol: str  # udp, tcp, tls
    host: str
    port: int
    ca_file: str = ""  # who signs its certificate; empty: whom the system trusts


def server(text: str, ca_file: str = "") -> Server:
    """Read `host:port` (UDP), or `udp://`, `tcp://` or `tls://host:port`. Raises ValueError."""
    parts = urlsplit(text if "://" in text else f"udp://{text}")
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError("tls://host:port, tcp://host:port, udp://host:port or host:port")
    return Server(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], ca_file)


def message(entry: AuditEntry, host: str) -> bytes:
    """Write a line as an RFC 5424 message; its body is the line of the export, as JSON in UTF-8."""
    at = entry.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    body = json.dumps(as_values(entry), ensure_ascii=False)
    head = f"<{PRIORITY}>1 {at} {host or '-'} rse - {_name(entry.action)} -"
    return f"{head} \ufeff{body}".encode()


def _name(action: str) -> str:
    """Give an action as MSGID: printable ASCII, at most 32 characters."""
    return "".join(c if c.isascii() and c.isprintable() and c != " " else "-" for c in action)[:32] or "-"


def send(to: Server, messages: Sequence[bytes]) -> None:
    """Send messages. Raises OSError when the server cannot be reached or trusted (over UDP nobody knows)."""
    if to.protocol in {"tcp", "tls"}:
        with socket.create_connection((to.host, to.port), TIMEOUT) as plain, _sealed(to, plain) as stream:
            for one in messages:
                stream.sendall(f"{len(one)} ".encode() + one)
        return
    family, kind, protocol, _name, address = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as datagrams:
        datagrams.settimeout(TIMEOUT)
        for one in messages:
            datagrams.sendto(one, address)


def _sealed(to: Server, plain: socket.socket) -> socket.socket:
    """Give the connection as it was, or under TLS; ssl's errors are OSErrors."""
    if to.protocol == "tcp":
        return plain
    context = ssl.create_default_context(cafile=to.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context.wrap_socket(plain, server_hostname=to.host)
