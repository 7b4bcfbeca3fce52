"""Lines of the audit log on their way to a syslog server: RFC 5424, over UDP (RFC 5426) or TCP (RFC 6587)."""

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rse.accounts.audit_log import as_values
from rse.accounts.models import AuditEntry

FACILITY_AUDIT, NOTICE = 13, 5
PRIORITY = FACILITY_AUDIT * 8 + NOTICE
TIMEOUT = 5.0  # seconds
DEFAULT_PORT = 514


@dataclass(frozen=True)
class Server:
    """Where the lines go."""

    protocol: str  # udp, tcp
    host: str
    port: int


def server(text: str) -> Server:
    """Read `host:port` (UDP), `udp://host:port` or `tcp://host:port`. Raises ValueError."""
    parts = urlsplit(text if "://" in text else f"udp://{text}")
    if parts.scheme not in {"udp", "tcp"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("host:port, udp://host:port or tcp://host:port")
    return Server(parts.scheme, parts.hostname, parts.port or DEFAULT_PORT)


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
    """Send messages. Raises OSError when the server cannot be reached (over TCP: or does not take them)."""
    if to.protocol == "tcp":
        with socket.create_connection((to.host, to.port), TIMEOUT) as stream:
            for one in messages:
                stream.sendall(f"{len(one)} ".encode() + one)
        return
    family, kind, protocol, _name, address = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as datagrams:
        datagrams.settimeout(TIMEOUT)
        for one in messages:
            datagrams.sendto(one, address)
